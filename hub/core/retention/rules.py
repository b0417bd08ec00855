"""Pure rules about keeping."""

from __future__ import annotations

AT_ONCE = 500
"""Rows deleted in one unit of work: others write between two."""
