"""Each check of a family: the answer that was told, once, and a verdict as soon as all have one."""

from collections.abc import Iterator, Mapping, Sequence

from console.audit.families import Family
from console.audit.report import Report
from console.audit.sources import Row
from console.audit.told import Told, named, of_type
from contracts import spec_of
from contracts.verification import (
    CHECKS,
    DECISIONS,
    CheckConfirmed,
    CheckContradicted,
    CheckSilent,
    VerificationCompleted,
)

_STATES: Mapping[str, str] = {
    spec_of(CheckConfirmed).type: "confirmed",
    spec_of(CheckContradicted).type: "contradicted",
    spec_of(CheckSilent).type: "silent",
}
_VERDICT = named(VerificationCompleted)
_OPEN = ("asked", "silent")
#: Stages in which nobody waits for a verdict.
_OVER = (None, "expected", "withdrawn")

#: One register asked about one member.
Key = tuple[str | None, str | None]


def judge_checks(family: Family, report: Report) -> None:
    """Compares the rows of verification's checks with what it told of them. Of a family that
    took its application back before they began, nothing is told."""
    case, told = family.row("cases"), _told(family)
    stage = case["stage"] if case else None
    if stage in _OVER and not told:
        return
    line = report["checks"]
    rows: Mapping[Key, Row] = {(row["register"], str(row["member_id"])): row for row in family.rows("checks")}
    for key in rows.keys() | told.keys():
        line.examined += 1
        wrong = list(_check(rows.get(key), told.get(key, ())))
        if wrong:
            line.fault(f"{family.id}/{key[0]}/{key[1]}", "; ".join(wrong))
    answered = not any(row["state"] in _OPEN for row in rows.values())
    verdicts = len(of_type(family.on(DECISIONS), _VERDICT))
    if stage not in _OVER and verdicts != int(answered):
        what = f"was told {verdicts} verdicts, and that all its checks are answered is {answered}"
        line.fault(family.id, what)


def _told(family: Family) -> Mapping[Key, Sequence[Told]]:
    told: dict[Key, list[Told]] = {}
    for event in family.on(CHECKS):
        told.setdefault((event.mark.register, event.mark.member_id), []).append(event)
    return told


def _check(row: Row | None, told: Sequence[Told]) -> Iterator[str]:
    states = [_STATES.get(event.type, event.type) for event in told]
    silences = [event.mark.times for event in told if event.mark.times is not None]
    found, wanted = (
        (row["state"], row["times"]) if row else None,
        (states[-1] if states else "asked", len(silences)),
    )
    if found != wanted:
        yield f"is {found} and must be {wanted}"
    if set(states[:-1]) - {"silent"}:
        yield "was answered more than once"
    if silences != list(range(1, len(silences) + 1)):
        yield f"was told silent for the times {silences}"
