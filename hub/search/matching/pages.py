"""No pages of its own: the list of matches, for the pages of needs, offers and challenges.

`{% import "search/matching/matches.html" as m with context %}{{ m.match_list(matches) }}`
"""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("matching", __name__, template_folder="templates")
