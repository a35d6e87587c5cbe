"""What the README and the page of examples say is so: links arrive, folders and families are as they say."""

import json
import re
from pathlib import Path

import pytest

from architecture.pages import quoted, rows
from architecture.workspace import ROOT

README = (ROOT / "README.md").read_text()
EXAMPLES = (ROOT / "examples" / "README.md").read_text()
LAYOUT = {quoted(row["folder"])[0].rstrip("/"): row["holds"] for row in rows(README, "folder", "holds")}
IGNORED = {line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines()}
PAGES = [*ROOT.glob("*.md"), *(ROOT / "examples").glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_arrives(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def _folders(place: Path) -> set[str]:
    """Those that are kept."""
    names = {folder.name for folder in place.iterdir() if folder.is_dir()}
    return {name for name in names - IGNORED if not name.startswith(".")}


def test_the_readme_names_every_folder_and_no_other() -> None:
    assert set(LAYOUT) == _folders(ROOT)


@pytest.mark.parametrize("folder", ["services", "shared", "tests"])
def test_the_readme_names_every_part_of_a_folder_and_no_other(folder: str) -> None:
    parts = re.sub(r"\(.*?\)", "", LAYOUT[folder])  # what is in brackets describes a part
    assert set(quoted(parts)) == _folders(ROOT / folder)


def test_every_family_is_listed_with_what_must_come_of_it() -> None:
    listed = {
        re.findall(r"\((.+)\)", row["file"])[0]: quoted(row["must be"])[0]
        for row in rows(EXAMPLES, "file", "must be")
    }
    families = (ROOT / "examples").glob("*.json")
    assert listed == {file.name: json.loads(file.read_text())["expect"]["state"] for file in families}


def test_the_readme_shows_the_outcomes_that_the_families_must_have() -> None:
    shown = dict(re.findall(r"^✓  (\S+) +(\S+)", README, flags=re.MULTILINE))
    families = (ROOT / "examples").glob("*.json")
    assert shown == {file.stem: json.loads(file.read_text())["expect"]["state"] for file in families}
