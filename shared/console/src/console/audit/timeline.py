"""The citizen's timeline: a line for each act and for each event heard, none of them twice or missing."""

from console.audit.families import Family, named, of_type
from console.audit.report import Report
from contracts.intake import TOPIC, ApplicationWithdrawn

_DRAFTED = 1
_WITHDRAWN = named(ApplicationWithdrawn)


def judge_timeline(family: Family, report: Report) -> None:
    """Counts its lines. A draft, and that it was taken back, are no events."""
    row = family.row("applications")
    if row is None:
        return
    own, heard = family.on(TOPIC), family.decided_by("intake")
    draft_withdrawn = row["state"] == "withdrawn" and not of_type(own, _WITHDRAWN)
    wanted = _DRAFTED + len(own) + len(heard) + int(draft_withdrawn)
    line = report["timeline"]
    line.examined += 1
    if row["entries"] != wanted:
        line.fault(family.id, f"has {row['entries']} lines on its timeline and must have {wanted}")
