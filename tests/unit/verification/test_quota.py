"""The quota is counted in people, never oversold, and anybody can recompute who comes next."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.intake import ApplicationWithdrawn
from contracts.verification import (
    CertificateIssued,
    QuotaReleased,
    QuotaReserved,
    QuotaWaitlisted,
)
from unit.verification.families import (
    DAY,
    NORTH,
    NOW,
    QUESTIONNAIRE,
    Bench,
    application,
    bench,
    child,
    member,
)
from verification.domain.quota import Account, Ledger, Place, PlaceState

FAMILIES = [UUID(int=number) for number in range(1, 9)]
LEAVING = ApplicationWithdrawn()


def place(family: UUID, people: int, minute: int = 0) -> Place:
    decided_at = NOW + timedelta(minutes=minute)
    return Place(
        application_id=family,
        people=people,
        state=PlaceState.WAITING,
        decided_at=decided_at,
        submitted_on=DAY,
    )


def a_family(tried: Bench, people: int) -> UUID:
    return tried.apply(application(member(), *(child() for _ in range(people - 1))))


def test_a_family_that_fits_is_reserved_in_people() -> None:
    tried = bench(quota=10)
    family = a_family(tried, 4)
    assert [e.people for e in tried.told(family, QuotaReserved)] == [4]
    assert (tried.ledger().reserved, tried.ledger().free) == (4, 6)


def test_a_family_that_does_not_fit_waits_and_is_told_its_position() -> None:
    tried = bench(quota=5)
    a_family(tried, 4)
    waiting = [a_family(tried, 2), a_family(tried, 1)]
    assert [tried.told(f, QuotaWaitlisted)[0].position for f in waiting] == [1, 2]
    assert (
        tried.ledger().reserved == 4
    )  # one place is free, and the second of those who wait does not overtake


def test_a_withdrawal_moves_those_who_wait_up_in_strict_order() -> None:
    tried = bench(quota=4)
    first = a_family(tried, 4)
    second, third, fourth = a_family(tried, 2), a_family(tried, 3), a_family(tried, 1)
    tried.hear(first, LEAVING)
    assert [e.people for e in tried.told(first, QuotaReleased)] == [4]
    assert tried.told(second, QuotaReserved)
    assert not tried.told(third, QuotaReserved)  # needs 3, and 2 are free
    assert not tried.told(fourth, QuotaReserved)  # would fit, but stands behind
    assert [p.application_id for p in tried.ledger().waiting] == [third, fourth]


def test_a_family_that_leaves_the_list_lets_those_behind_it_move_up() -> None:
    tried = bench(quota=5)
    a_family(tried, 4)
    head, behind = a_family(tried, 2), a_family(tried, 1)
    tried.hear(head, LEAVING)
    assert tried.told(head, QuotaReleased)
    assert tried.told(behind, QuotaReserved)


def test_a_family_that_moved_up_with_its_questionnaire_done_has_its_certificate_at_once() -> None:
    tried = bench(quota=2)
    first, second = a_family(tried, 2), a_family(tried, 2)
    tried.hear(second, QUESTIONNAIRE)
    assert not tried.told(second, CertificateIssued)
    tried.hear(first, LEAVING)
    assert len(tried.told(second, CertificateIssued)) == 1
    assert (tried.ledger().reserved, tried.ledger().issued) == (0, 2)


def test_withdrawing_twice_releases_once() -> None:
    tried = bench(quota=2)
    family = a_family(tried, 2)
    tried.hear(family, LEAVING)
    assert tried.hear(family, LEAVING) == []
    assert tried.ledger().free == 2


def test_a_second_claim_of_one_family_is_an_error() -> None:
    ledger = Ledger(key=NORTH, quota=5).claimed(place(FAMILIES[0], 2), NOW)
    with pytest.raises(ValueError, match="has a place already"):
        ledger.claimed(place(FAMILIES[0], 2), NOW)


def test_a_waiting_place_cannot_become_a_certificate() -> None:
    ledger = Ledger(key=NORTH, quota=1).claimed(place(FAMILIES[0], 2), NOW)
    with pytest.raises(ValueError, match="from waiting to issued"):
        ledger.numbered(FAMILIES[0], NOW)


ACTS = st.lists(
    st.tuples(st.sampled_from(["claim", "issue", "release"]), st.sampled_from(FAMILIES), st.integers(1, 6)),
    max_size=40,
)


@given(quota=st.integers(0, 12), acts=ACTS)
def test_under_any_sequence_nothing_is_oversold_and_every_person_is_accounted_for(
    quota: int, acts: list[tuple[str, UUID, int]]
) -> None:
    ledger = Ledger(key=NORTH, quota=quota)
    for minute, (act, family, people) in enumerate(acts):
        ledger = acted(ledger, act, place(family, people, minute))
        assert_sound(ledger)


def acted(ledger: Ledger, act: str, asked: Place) -> Ledger:
    """The ledger after the act, or as it was when the act is not allowed."""
    known = ledger.places.get(asked.application_id)
    if act == "claim":
        return ledger.claimed(asked, asked.decided_at) if known is None else ledger
    if known is None or known.state is PlaceState.RELEASED:
        return ledger
    if act == "release":
        return ledger.released(known.application_id, asked.decided_at)[0]
    if known.state is PlaceState.RESERVED:
        return ledger.numbered(known.application_id, asked.decided_at)[0]
    return ledger


def assert_sound(ledger: Ledger) -> None:
    counted = dict.fromkeys(PlaceState, 0)
    for one in ledger.places.values():
        counted[one.state] += one.people
    assert ledger.reserved == counted[PlaceState.RESERVED] == balance(ledger, Account.RESERVED)
    assert ledger.issued == counted[PlaceState.ISSUED] == balance(ledger, Account.ISSUED)
    assert ledger.free == ledger.quota + balance(ledger, Account.FREE)
    assert ledger.free >= 0
    assert ledger.families_waiting == len(ledger.waiting)
    waiting = ledger.waiting
    assert waiting == sorted(waiting, key=lambda p: (p.decided_at, p.application_id))
    assert not waiting or waiting[0].people > ledger.free  # the head waits only because it does not fit


def balance(ledger: Ledger, account: Account) -> int:
    received = sum(e.people for e in ledger.entries if e.target is account)
    return received - sum(e.people for e in ledger.entries if e.source is account)


@given(acts=ACTS)
def test_certificate_numbers_have_no_gaps(acts: list[tuple[str, UUID, int]]) -> None:
    ledger, numbers = Ledger(key=NORTH, quota=30), []
    for minute, (act, family, people) in enumerate(acts):
        before = ledger.last_number
        ledger = acted(ledger, act, place(family, people, minute))
        numbers += [ledger.last_number] if ledger.last_number != before else []
    assert numbers == list(range(1, len(numbers) + 1))
