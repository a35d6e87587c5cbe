"""Plays one family's file on a running stack: applies, acts when the case allows, notes what is seen."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from console.citizen import Citizen
from console.doors import Doors
from sandbox.families import Family
from sandbox.scenarios import About, Act, Expect, Scenario, Services, filed

LOOK_SECONDS = 0.3
#: The letter that a family must have by the time its case stands there.
LETTER = {
    "blocked": "verification_blocked",
    "refused": "not_eligible",
    "certificate_issued": "certificate_issued",
    "payment_authorised": "payment_authorised",
    "settled": "plan_completed",
}
#: A case in one of these states goes no further by itself.
ENDS = frozenset({"blocked", "refused", "withdrawn", "settled"})


@dataclass
class Seen:
    """What was seen of one family's way so far."""

    name: str
    scenario: Scenario
    cases: set[str] = field(default_factory=set)
    states: list[str] = field(default_factory=list)
    waited_for: set[str] = field(default_factory=set)
    case: dict[str, Any] = field(default_factory=dict)
    services: Services | None = None
    letters: list[str] = field(default_factory=list)  # what each letter that went out is about
    trouble: str | None = None

    @property
    def who(self) -> str:
        """The applicant, as the file names them."""
        name = self.scenario.application["members"][0]["name"]
        return f"{name['family']} {name['given']}"

    @property
    def state(self) -> str:
        return self.states[-1] if self.states else "–"

    def look(self, case: dict[str, Any]) -> bool:
        """Take a new view in; whether anything a person would notice has changed."""
        changed = _noticed(case) != _noticed(self.case)
        self.case = case
        if case["state"] not in self.states[-1:]:
            self.states.append(case["state"])
        if case["waiting"]:
            self.waited_for.add(case["waiting"]["for"])
        return changed


async def play(seen: Seen, doors: Doors, *, on_change: Callable[[Seen], None]) -> None:
    """The family's whole way, until it is where its file says; the caller limits the time."""
    scenario, citizen = seen.scenario, await doors.citizen(seen.name)
    await doors.world.learn(scenario.truth)
    for fault in scenario.faults:
        await doors.world.misbehave(fault)
    leavers = await _others_apply(seen, doors)
    for _ in range(scenario.sends):
        seen.cases.add(await citizen.apply(scenario, key=seen.name))
    (application_id, *_) = sorted(seen.cases)
    acts = list(scenario.acts)
    while acts or differences(seen):
        if seen.look(await citizen.case(application_id)):
            on_change(seen)
        if acts and seen.state == acts[0].when:
            await citizen.act(application_id, acts.pop(0))
        elif seen.state == "waitlisted":
            await _leave(leavers)
        elif seen.state == "settled":
            seen.services = await doors.services_of(application_id)
        if seen.state in ENDS - {scenario.expect.state}:
            return
        seen.letters = await doors.letters_of(application_id)
        await asyncio.sleep(LOOK_SECONDS)
    on_change(seen)


def differences(seen: Seen) -> list[str]:
    """What is not as the file says it must be; empty when all is."""
    expect, case = seen.scenario.expect, seen.case
    payment = case.get("payment") or {}
    pairs: list[tuple[str, object, object]] = [
        ("state", expect.state, seen.state),
        ("cases", expect.cases, len(seen.cases)),
        ("certificate", expect.certificate, case.get("certificate") is not None),
        *_if_said("amount_tenge", expect.amount_tenge, payment.get("amount_tenge")),
        *_if_said("mortgage_tenge", expect.mortgage_tenge, payment.get("mortgage_tenge")),
        *_if_said("services", expect.services, seen.services),
    ]
    wrong = [f"{what}: {found} instead of {wanted}" for what, wanted, found in pairs if wanted != found]
    missed = set(expect.passes) - set(seen.states)
    missed |= {expect.waits_for} - seen.waited_for if expect.waits_for else set()
    wrong += [f"never seen: {one}" for one in sorted(missed)]
    if (letter := LETTER.get(expect.state)) not in [None, *seen.letters]:
        wrong.append(f"no letter: {letter}")
    return wrong + ([seen.trouble] if seen.trouble else [])


def _if_said(what: str, wanted: object, found: object) -> list[tuple[str, object, object]]:
    return [] if wanted is None else [(what, wanted, found)]


def _noticed(case: dict[str, Any]) -> object:
    return (case.get("state"), (case.get("waiting") or {}).get("sentence"))


def scenario_of(family: Family) -> Scenario:
    """A synthetic family that applies and does nothing more."""
    nothing = About(kk="", ru="", en="")
    return Scenario(about=nothing, **filed(family), expect=Expect(state="place_reserved", certificate=False))


@dataclass(frozen=True, slots=True)
class _Leaver:
    citizen: Citizen
    application_id: str


async def _others_apply(seen: Seen, doors: Doors) -> list[_Leaver]:
    """Families that take places before; returns those that will withdraw."""
    others = [(_other_applies(family, doors), leaves) for family, leaves in seen.scenario.other_families()]
    applied = await asyncio.gather(*(applying for applying, _ in others))
    return [leaver for leaver, (_, leaves) in zip(applied, others, strict=True) if leaves]


async def _other_applies(family: Family, doors: Doors) -> _Leaver:
    name, scenario = f"other-{family.seed}", scenario_of(family)
    citizen = await doors.citizen(name)
    await doors.world.learn(scenario.truth)
    application_id = await citizen.apply(scenario, key=name)
    await _decided(citizen, application_id)
    return _Leaver(citizen, application_id)


async def _decided(citizen: Citizen, application_id: str) -> None:
    while (await citizen.case(application_id))["state"] in ("submitted", "checking"):  # noqa: ASYNC110 (HTTP)
        await asyncio.sleep(LOOK_SECONDS)


async def _leave(leavers: list[_Leaver]) -> None:
    while leavers:
        leaver = leavers.pop()
        await leaver.citizen.act(leaver.application_id, Act(when="", act="withdrawal", body={}))
