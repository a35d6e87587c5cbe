"""Whatever the pages tell people to type exists: commands of `qonys` with their options, targets of make."""

import re

import pytest
import typer
from typer.core import TyperGroup

from architecture.workspace import ROOT
from console.main import table

PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*.md")]
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", flags=re.MULTILINE | re.DOTALL)


def _typed(program: str) -> set[str]:
    """Every use of a program in the code of a page, up to the end of its command."""
    code = [found for page in PAGES for found in CODE.findall(page.read_text())]
    return {
        line.strip()
        for text in code
        for line in re.findall(rf"(?<![\w/.-]){program}((?: [^\s`|;#)]+)*)", text)
    }


def _options(words: list[str]) -> set[str]:
    """The options of the command that these words name. Fails when there is none."""
    command = typer.main.get_command(table())
    while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
        command = command.commands[words.pop(0)]
    return {"--help"} | {option for one in command.params for option in one.opts}


@pytest.mark.parametrize("line", sorted(_typed("qonys")))
def test_every_command_exists_with_its_options(line: str) -> None:
    named = set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", line))
    assert named <= _options(line.split())


def test_every_target_of_make_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert {word for line in _typed("make") for word in line.split() if word.isidentifier()} <= targets
