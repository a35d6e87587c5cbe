"""The quota of one region, year and category, counted in people; never oversold, its waiting list in order.

Invariants: reserved + issued + free = quota; every move of people is an entry between two accounts; a family
waits only behind families that decided earlier, and the first of them that does not fit holds the others,
so that anybody can recompute the list (Order 20 of 15.01.2016).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from contracts.words import Category


class LedgerKey(NamedTuple):
    """`region` is the KATO of a region, 9 digits."""

    year: int
    region: str
    category: Category


class PlaceState(StrEnum):
    WAITING = "waiting"
    RESERVED = "reserved"
    ISSUED = "issued"
    RELEASED = "released"


class Account(StrEnum):
    """Where people of the quota are."""

    FREE = "free"
    RESERVED = "reserved"
    ISSUED = "issued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One family's claim on the quota."""

    application_id: UUID
    people: int
    state: PlaceState
    decided_at: datetime  # eligibility; orders the waiting list, then the id does
    submitted_on: date  # decides by which rules the certificate is cut
    ready: bool = False  # the questionnaire is completed: a reserved place becomes a certificate at once

    @property
    def turn(self) -> tuple[datetime, UUID]:
        return self.decided_at, self.application_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One move of people between two accounts: written once, never changed."""

    application_id: UUID
    people: int
    source: Account
    target: Account
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """`places` holds those concerned, and the beginning of the list: as many as could possibly move up."""

    key: LedgerKey
    quota: int
    reserved: int = 0
    issued: int = 0
    families_waiting: int = 0
    last_number: int = 0  # of the certificates cut from it
    places: Mapping[UUID, Place] = field(default_factory=lambda: MappingProxyType({}))
    touched: frozenset[UUID] = frozenset()  # places to be written
    entries: tuple[Entry, ...] = ()  # to be written

    @property
    def free(self) -> int:
        return self.quota - self.reserved - self.issued

    @property
    def waiting(self) -> list[Place]:
        """The beginning of the list, in the order of its turns."""
        return sorted(
            (p for p in self.places.values() if p.state is PlaceState.WAITING), key=lambda p: p.turn
        )

    def claimed(self, place: Place, now: datetime) -> "Ledger":
        """A new claim: reserved when nobody waits and it fits, else waiting. `ValueError` for a second."""
        if place.application_id in self.places:
            raise ValueError(f"{place.application_id} has a place already")
        fits = self.families_waiting == 0 and place.people <= self.free
        ledger = self._with(replace(place, state=PlaceState.WAITING))
        ledger = replace(ledger, families_waiting=self.families_waiting + 1)
        return ledger._moved(place.application_id, PlaceState.RESERVED, now) if fits else ledger

    def readied(self, application_id: UUID) -> "Ledger":
        """The family has completed its questionnaire."""
        return self._with(replace(self.places[application_id], ready=True))

    def numbered(self, application_id: UUID, now: datetime) -> tuple["Ledger", int]:
        """Turns a reservation into an issued place and gives the certificate's number."""
        ledger = self._moved(application_id, PlaceState.ISSUED, now)
        return replace(ledger, last_number=self.last_number + 1), self.last_number + 1

    def released(self, application_id: UUID, now: datetime) -> tuple["Ledger", list[Place]]:
        """Gives the place back; returns also those who moved up, in order, now reserved."""
        ledger = self._moved(application_id, PlaceState.RELEASED, now)
        promoted: list[Place] = []
        for place in ledger.waiting:
            if place.people > ledger.free:
                break
            ledger = ledger._moved(place.application_id, PlaceState.RESERVED, now)
            promoted.append(ledger.places[place.application_id])
        return ledger, promoted

    def _moved(self, application_id: UUID, state: PlaceState, now: datetime) -> "Ledger":
        place = self.places[application_id]
        if (place.state, state) not in _MOVES:
            raise ValueError(f"a place cannot go from {place.state} to {state}")
        source, target = _ACCOUNTS[place.state], _ACCOUNTS[state]
        ledger = self._with(replace(place, state=state))
        if place.state is PlaceState.WAITING:
            ledger = replace(ledger, families_waiting=self.families_waiting - 1)
        if source is target:  # whoever leaves the waiting list never left the free account
            return ledger
        entry = Entry(
            application_id=application_id, people=place.people, source=source, target=target, at=now
        )
        ledger = ledger._counted(source, -place.people)._counted(target, place.people)
        return replace(ledger, entries=(*self.entries, entry))

    def _counted(self, account: Account, people: int) -> "Ledger":
        if account is Account.RESERVED:
            return replace(self, reserved=self.reserved + people)
        return replace(self, issued=self.issued + people) if account is Account.ISSUED else self

    def _with(self, place: Place) -> "Ledger":
        places = MappingProxyType({**self.places, place.application_id: place})
        return replace(self, places=places, touched=self.touched | {place.application_id})


_ACCOUNTS = {
    PlaceState.WAITING: Account.FREE,
    PlaceState.RESERVED: Account.RESERVED,
    PlaceState.ISSUED: Account.ISSUED,
    PlaceState.RELEASED: Account.FREE,
}
_MOVES = frozenset(
    {
        (PlaceState.WAITING, PlaceState.RESERVED),
        (PlaceState.WAITING, PlaceState.RELEASED),
        (PlaceState.RESERVED, PlaceState.ISSUED),
        (PlaceState.RESERVED, PlaceState.RELEASED),
        (PlaceState.ISSUED, PlaceState.RELEASED),
    }
)


def region_kato(kato: str) -> str:
    """The region that a place lies in: the first two digits of a KATO code."""
    return f"{kato[:2]}0000000"
