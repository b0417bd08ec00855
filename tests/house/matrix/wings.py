"""The wings whose rows and places stand in one file each."""

from __future__ import annotations

from types import ModuleType

from tests.house.matrix import briefs, communities, complement, deals, handovers, microtasks, mturk, packages, portals, rallies, services

WINGS: tuple[ModuleType, ...] = (microtasks, mturk, communities, packages, rallies, complement, deals, services, briefs, portals, handovers)
