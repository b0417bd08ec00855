"""The walls that no linter holds."""

from __future__ import annotations

import ast
import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

import hub
from hub.app import rooms
from hub.config import Config

ROOT = Path(hub.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 400, 45


def name(path: Path) -> str:
    return str(path.relative_to(ROOT.parent))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_file_outgrows_its_room(path: Path):
    lines = path.read_text().count("\n")
    assert lines <= LONGEST_FILE, f"{lines} lines: which two rooms want to live here?"


def test_no_function_outgrows_the_screen():
    long = [
        f"{name(path)}:{node.lineno} {node.name} {node.end_lineno - node.lineno + 1}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not long


def test_only_the_unit_of_work_commits():
    committing = re.compile(r"session(\(\))?\.(commit|rollback)\(")
    found = [name(path) for path in FILES if committing.search(path.read_text()) and path.parent != ROOT / "db"]
    assert not found


def test_nobody_says_the_regulated_word_for_money_set_aside():
    word = "esc" + "row"
    texts = [*FILES, *ROOT.rglob("*.html"), *(ROOT.parent / "docs").rglob("*.md")]
    assert not [name(path) for path in texts if word in path.read_text().lower()]


def test_templates_need_no_inline_script_or_style():
    inline = re.compile(r"""\sstyle=["']|\son[a-z]+=["']|<style|<script(?![^>]*(?:\bsrc=|type="application/ld\+json"))""")
    expression = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
    pages = [path for path in ROOT.rglob("*.html") if path.stem != "mail"]  # mail programs know nothing else
    found = {name(path): inline.findall(expression.sub("", path.read_text())) for path in pages}
    assert not {path: hits for path, hits in found.items() if hits}


def test_every_room_says_what_it_is_for():
    found = {path.parent for path in ROOT.glob("*/*/operations.py")} | {path.parent for path in ROOT.glob("*/*/pages.py")}
    assert not [name(room) for room in found if not (room / "README.md").is_file()]


def test_the_drawing_of_the_house_names_every_room():
    drawn = re.findall(r'\["hub/(\w+)<br>([^"]+)"\]', (ROOT.parent / "docs" / "architecture.md").read_text())
    named = {f"hub.{wing}.{room.strip()}" for wing, text in drawn for room in re.split(r"<br>|·", text)}
    assert not set(rooms()) - named
    assert not {room for room in named if room.split(".")[1] in {found.split(".")[1] for found in rooms()}} - set(rooms())


def test_every_room_stands_in_the_contract_of_its_files():
    contracts = tomllib.loads((ROOT.parent / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    held = next(contract for contract in contracts if contract["name"] == "Every room has the same files")
    assert set(held["containers"]) == set(rooms())


def test_every_setting_is_in_the_table_of_the_docs():
    table = (ROOT.parent / "docs" / "configuration.md").read_text()
    read = set(re.findall(r'"(HUB_[A-Z_]+|PORT)"', (ROOT / "config.py").read_text()))
    assert read, "the pattern no longer finds the settings"
    assert not {setting for setting in read if f"`{setting}`" not in table}


def test_the_settings_are_frozen():
    assert dataclasses.fields(Config)
    assert Config.__dataclass_params__.frozen  # type: ignore[attr-defined]
