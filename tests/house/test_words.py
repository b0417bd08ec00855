"""Every string a person can read exists in both languages, with the same placeholders."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import hub

ROOT = Path(hub.__file__).parent
KEYWORDS = [
    "N_",
    "NotFound",
    "NotSignedIn",
    "NotAllowed",
    "NotNow",
    "Conflict",
    "Invalid",
    "TooMany",
    "one_field:2",
    "_wrong:2",
    "lazy_gettext",
]
PLACE = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def marked(tmp_path_factory) -> list:
    """What the code marks today, collected afresh."""
    file = tmp_path_factory.mktemp("words") / "messages.pot"
    options = [part for keyword in KEYWORDS for part in ("-k", keyword)]
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "babel.cfg", *options, "-o", str(file), "hub"]
    subprocess.run(command, cwd=ROOT.parent, check=True)
    return [message for message in read_po(io.BytesIO(file.read_bytes())) if message.id]


@pytest.fixture(scope="module")
def chinese() -> dict:
    with open(ROOT / "web" / "translations" / "zh" / "LC_MESSAGES" / "messages.po", "rb") as file:
        return {message.id: message for message in read_po(file) if message.id and not message.fuzzy}


def test_the_code_marks_its_words(marked):
    assert len(marked) > 300


def test_no_string_is_missing_in_chinese(marked, chinese):
    def translated(message) -> bool:
        found = chinese.get(message.id)
        return found is not None and all([found.string] if isinstance(found.string, str) else found.string)

    missing = [message.id for message in marked if not translated(message)]
    assert not missing, f"{len(missing)} missing, first: {missing[:5]}"


def test_a_translation_fills_the_same_places(marked, chinese):
    wrong = []
    for message in marked:
        found = chinese.get(message.id)
        if found is None:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = found.string if isinstance(found.string, tuple) else (found.string,)
        wanted = set().union(*(PLACE.findall(text) for text in ids))
        for text in strings:
            if not set(PLACE.findall(text)) <= wanted:
                wrong.append(ids[0])
    assert not wrong


def test_a_per_cent_sign_in_a_template_is_written_twice():
    """The templates' gettext always fills places, so a bare per cent sign breaks the page."""
    call = re.compile(r"""\b(?:_|gettext|ngettext)\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
    bare = re.compile(r"%(?!\(|%)")
    found = {
        f"{path.relative_to(ROOT)}: {text}"
        for path in ROOT.rglob("*.html")
        for text in call.findall(path.read_text())
        if bare.search(text.replace("%%", ""))
    }
    assert not found
