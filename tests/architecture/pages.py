"""The pages of docs/ as tests read them: tables and headings."""

import re
from collections.abc import Iterator

from architecture.workspace import ROOT


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def rows(text: str, *columns: str) -> Iterator[dict[str, str]]:
    """The rows of every table that has these columns, by the names of its columns."""
    heads: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            heads = []
        elif not heads:
            heads = cells
        elif set(columns) <= set(heads) and not set(line) <= set("|- :"):
            yield dict(zip(heads, cells, strict=True))


def quoted(text: str) -> list[str]:
    """Everything between backticks."""
    return re.findall(r"`([^`]+)`", text)


def anchors(text: str) -> set[str]:
    """What a link into a page may point at: its headings, as forges spell them."""
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
