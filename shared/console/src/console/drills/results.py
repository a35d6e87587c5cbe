"""What a run of drills found: as rows of tables, on the screen and on a page, and as JSON for programs."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from console.drills.crash_points import Cuts
from console.drills.drill import Drilled

CUT_COLUMNS = ("edge", "what runs there", "awaits cut", "wrong afterwards", "date")
COLUMNS = (
    "drill",
    "families",
    "meanwhile",
    "came again",
    "settled",
    "lost",
    "doubled",
    "out of order",
    "other",
    "recovered in",
    "date",
    "cores",
)

#: The first cell of a row, and the row.
Rows = Mapping[str, Sequence[str]]


@dataclass
class Results:
    """`cuts` are those of all edges; empty when crash points were not tried."""

    cuts: Sequence[Cuts] = ()
    drilled: list[Drilled] = field(default_factory=list)

    @property
    def wrong(self) -> Sequence[str]:
        """A sentence for each fault."""
        cuts = [said for cut in self.cuts for said in cut.wrong]
        return cuts + [f"{one.name}: {said}" for one in self.drilled for said in one.wrong]

    @property
    def notes(self) -> Iterator[str]:
        """A sentence for whatever else is worth knowing."""
        for one in self.drilled:
            yield from (f"{one.name}: {note}" for note in one.notes)
            if one.not_tried:
                yield f"{one.name}: not tried: {one.not_tried}"

    @property
    def cut_rows(self) -> Rows:
        """An edge each, in the order of `CUT_COLUMNS`."""
        return {
            cut.edge: (cut.edge, cut.says, str(cut.points), str(len(cut.wrong)), _today())
            for cut in self.cuts
        }

    @property
    def rows(self) -> Rows:
        """A drill each, in the order of `COLUMNS`."""
        return {one.name: _row(one) for one in self.drilled}

    def as_json(self) -> dict[str, Any]:
        here = {"date": _today(), "cores": os.cpu_count()}
        return {**here, "cuts": [*map(asdict, self.cuts)], "drills": [*map(asdict, self.drilled)]}

    def write_on(self, page: Path) -> None:
        """Into the page's two tables; the rows of what was not tried now stay as they are."""
        text = _with_rows(page.read_text(), CUT_COLUMNS, self.cut_rows)
        page.write_text(_with_rows(text, COLUMNS, self.rows))


def _row(one: Drilled) -> Sequence[str]:
    numbers = (one.families, one.applied_meanwhile, one.turned_away, one.settled)
    faults = (one.lost, one.doubled, one.out_of_order, one.other)
    if one.not_tried:
        cells, recovered = ["–"] * len(numbers + faults), "not tried"
    else:
        seconds = one.recover_seconds
        cells = [f"{number:,}" for number in numbers + faults]
        recovered = "never" if seconds is None else f"{seconds:.1f} s"
    return (one.name, *cells, recovered, _today(), str(os.cpu_count()))


def _with_rows(page: str, columns: Sequence[str], rows: Rows) -> str:
    """The page with these rows in its table of these columns: in their old places, or at its end."""
    head = _line(columns)
    before, found, after = page.partition(head)
    if not found:
        raise ValueError(f"the page has no table {head}")
    ruler, *old = after.split("\n\n", 1)[0].splitlines()[1:]
    table = {line.split("|")[1].strip(" `"): line for line in old}
    table |= {name: _line((f"`{name}`", *cells)) for name, (_, *cells) in rows.items()}
    return "\n".join([before + head, ruler, *table.values()]) + after[len("\n".join(["", ruler, *old])) :]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
