"""Identities: sorted event ids, lock numbers of keys, what makes a message the same message."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from messaging.arrival import digest_of, event_id, request_id, unreadable_id
from messaging.cycle import lock_number
from messaging.ids import uuid7

KEYS = st.one_of(st.uuids(), st.text(), st.integers(), st.tuples(st.text(), st.integers()))


@dataclass(frozen=True)
class Move:
    to: str


@dataclass(frozen=True)
class Stay:
    to: str


def test_ids_made_one_after_the_other_are_in_order_and_of_version_7() -> None:
    ids = [uuid7() for _ in range(20_000)]
    assert ids == sorted(set(ids))
    assert {(made.version, made.variant) for made in ids} == {(7, "specified in RFC 4122")}


@given(KEYS)
def test_a_lock_number_fits_postgres_and_stays_the_same(key: object) -> None:
    assert -(2**63) <= lock_number(key) < 2**63
    assert lock_number(key) == lock_number(key)


def test_lock_numbers_of_different_keys_differ() -> None:
    keys: list[object] = [uuid4() for _ in range(5_000)] + [("2026", n) for n in range(5_000)]
    assert len({lock_number(key) for key in keys}) == len(keys)


def test_a_lock_number_is_the_same_in_every_process() -> None:
    assert lock_number(("quota", 2026)) == -8431589306355762827
    assert lock_number(UUID(int=(1 << 64) + 5)) == 5 - (1 << 63)


def test_our_own_event_ids_are_kept_and_others_are_told_apart_by_their_source() -> None:
    one = uuid4()
    assert event_id("/qonys/intake", str(one), ours=True) == one
    assert event_id("/qonys/intake", "7", ours=True) == event_id("/qonys/intake", "7", ours=True)
    assert event_id("/partner", "7", ours=False) == event_id("/partner", "7", ours=False)
    assert event_id("/partner", "7", ours=False) != event_id("/other", "7", ours=False)
    for source in ("/partner", "/qonys/intake"):  # nobody can take an id of ours away
        assert event_id(source, str(one), ours=False) != one


def test_a_request_is_known_by_its_key_within_its_scope() -> None:
    assert request_id("a", "k") == request_id("a", "k")
    assert len({request_id("a", "k"), request_id("b", "k"), request_id("a", "l")}) == 3


def test_garbage_is_known_by_its_bytes_and_its_family() -> None:
    one, other = uuid4(), uuid4()
    assert unreadable_id(one, b"x") == unreadable_id(one, b"x")
    assert len({unreadable_id(s, b) for s in (one, other, None) for b in (b"x", b"y", b"")}) == 9


def test_a_digest_tells_commands_and_contents_apart() -> None:
    assert digest_of(Move("59")) == digest_of(Move("59"))
    assert len({digest_of(Move("59")), digest_of(Move("61")), digest_of(Stay("59"))}) == 3
