"""The end of the demo: what came of each family beside what its file says must come."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from console import screen
from console.audit.report import Report
from console.play import Seen, differences

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """What the demo took."""

    seconds: float
    most_bytes: int | None = None  # unknown where others run the stack


def show_outcomes(
    families: Sequence[Seen], sizes: Sizes, *, as_json: bool, audited: Report | None = None
) -> None:
    """A table for people, and for programs one JSON document."""
    if as_json:
        outcomes = [_plain(family) for family in families]
        size = {"seconds": round(sizes.seconds, 1), "most_bytes": sizes.most_bytes}
        audit = {"audit": audited.as_json()} if audited else {}
        screen.show_json({"outcomes": outcomes, **size, **audit})
        return
    made = screen.table("", "", "family", "must be", "is", "what shows it")
    for family in families:
        wrong = differences(family)
        mark = "[red]✗[/red]" if wrong else "[green]✓[/green]"
        made.add_row(
            mark,
            family.name,
            family.scenario.expect.state,
            family.state,
            "; ".join(wrong) or _shown_by(family),
        )
    screen.out.print()
    screen.out.print(made)
    right = sum(not differences(family) for family in families)
    screen.out.print(
        f"\n{right} of {len(families)} as they must be, in {sizes.seconds:.0f} s{_memory(sizes)}"
    )
    if audited:
        screen.out.print("\n".join(audited.wrong or [audited.verdict]), markup=False)


def _memory(sizes: Sizes) -> str:
    if sizes.most_bytes is None:
        return ""
    return f"; the whole stack took {sizes.most_bytes / MEGABYTE:.0f} MB of memory at most"


def _shown_by(family: Seen) -> str:
    case, facts = family.case, []
    if payment := case.get("payment"):
        facts.append(f"{payment['amount_tenge']:,} ₸ paid, {payment['mortgage_tenge']:,} ₸ mortgage")
    elif certificate := case.get("certificate"):
        facts.append(f"certificate {certificate['number']}")
    if family.services:
        facts.append(f"services: {family.services}")
    facts += [reason["says"] for reason in case.get("reasons", [])[:1]]
    facts += [f"went through {state}" for state in family.scenario.expect.passes]
    if waited := family.scenario.expect.waits_for:
        facts.append(f"waited for {waited}")
    if family.scenario.sends > 1:
        facts.append(f"sent {family.scenario.sends} times, {len(family.cases)} case")
    return "; ".join([*facts, f"{len(family.letters)} letters"])


def _plain(family: Seen) -> dict[str, Any]:
    wrong = differences(family)
    return {
        "family": family.name,
        "about": family.scenario.about.en,
        "as_expected": not wrong,
        "differences": wrong,
        "state": family.state,
        "states": family.states,
        "waited_for": sorted(family.waited_for),
        "application_ids": sorted(family.cases),
        "services": family.services and family.services.model_dump(),
        "letters": family.letters,
        "reasons": [reason["code"] for reason in family.case.get("reasons", [])],
        "payment": family.case.get("payment"),
    }
