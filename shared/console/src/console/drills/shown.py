"""What a run of drills found, as people read it."""

from collections.abc import Sequence

from console import screen
from console.drills.drill import Drilled
from console.drills.results import COLUMNS, CUT_COLUMNS, Results, Rows


def show(found: Results) -> None:
    """Tables, then a sentence for each note and each fault."""
    if found.cuts:
        _table(CUT_COLUMNS, found.cut_rows, ["✗" if cut.wrong else "✓" for cut in found.cuts])
        screen.out.print(f"{sum(cut.points for cut in found.cuts)} points in all")
    if found.drilled:
        _table(COLUMNS, found.rows, [_mark(one) for one in found.drilled])
        passed = sum(not (one.wrong or one.not_tried) for one in found.drilled)
        screen.out.print(f"{passed} of {len(found.drilled)} drills passed")
    for said in found.notes:
        screen.out.print(said, markup=False, soft_wrap=True)
    for said in found.wrong:
        screen.out.print(said, markup=False, style="red", soft_wrap=True)


def _table(columns: Sequence[str], rows: Rows, marks: Sequence[str]) -> None:
    made = screen.table("", "", *columns)
    for mark, cells in zip(marks, rows.values(), strict=True):
        made.add_row(mark, *cells)
    screen.out.print(made)


def _mark(one: Drilled) -> str:
    return "–" if one.not_tried else "✗" if one.wrong else "✓"
