"""The report as people read it."""

from console import screen
from console.audit.report import LINES, Report

#: More offenders than these are left to `--json`.
SHOWN = 20


def show(report: Report) -> None:
    """A row for each line, then a sentence for each offender."""
    made = screen.table("", "", "line", "examined", "wrong", "what it says when nobody offends")
    for name, line in report.lines.items():
        mark = "[red]✗[/red]" if line.wrong else "[green]✓[/green]"
        made.add_row(mark, name, f"{line.examined:,}", str(line.wrong), LINES[name])
    screen.out.print(made)
    wrong = report.wrong
    for sentence in wrong[:SHOWN]:
        screen.out.print(sentence, style="red", markup=False, soft_wrap=True)
    if len(wrong) > SHOWN:
        screen.out.print("… all of them: qonys audit --json")
    if report.in_flight:
        screen.out.print(f"{report.in_flight} events are on their way; --settled waits for them")
    screen.out.print(report.verdict)
