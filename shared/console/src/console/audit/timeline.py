"""The citizen's timeline: a line for each act and for each event heard, none of them twice or missing.

That something waits for an operator, and that it goes on, leaves no line: it is said as long as it lasts.
"""

from console.audit.families import Family
from console.audit.readers import RESUMED
from console.audit.report import Report
from console.audit.told import named, of_type
from contracts.intake import TOPIC, ApplicationWithdrawn

_DRAFTED = 1
_WITHDRAWN = named(ApplicationWithdrawn)
_NO_LINE = named(*RESUMED, *RESUMED.values())


def judge_timeline(family: Family, report: Report) -> None:
    """Counts its lines. A draft, and that it was taken back, are no events."""
    row = family.row("applications")
    if row is None:
        return
    own, heard = family.on(TOPIC), family.decided_by("intake")
    draft_withdrawn = row["state"] == "withdrawn" and not of_type(own, _WITHDRAWN)
    lines = sum(event.type not in _NO_LINE for event in heard)
    wanted = _DRAFTED + len(own) + lines + int(draft_withdrawn)
    line = report["timeline"]
    line.examined += 1
    if row["entries"] != wanted:
        line.fault(family.id, f"has {row['entries']} lines on its timeline and must have {wanted}")
