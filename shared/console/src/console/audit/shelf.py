"""The records of all topics, laid down in files by family: their number is a matter of the disk alone.

Families are dealt out to spans by the first digits of their ids, a file for each. The pieces of a span, put
in order by key, lie family by family and topic by topic.
"""

import struct
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from uuid import UUID

import msgspec

import contracts
from console.audit.told import Told
from messaging.ids import quick

#: Family, number of its topic, partition, offset.
_KEY = struct.Struct(">16sBHQ")
_TOPICS = contracts.topics()
_NUMBERS = {topic: number for number, topic in enumerate(_TOPICS)}
_FAMILY_BYTES = 16
_WAITING = 128  # pieces of one span, before they are written
_SPAN_BYTES = 4  # of a family's id; ids of ours begin with random ones
_LENGTH_BYTES = 4  # before the pieces that were written at once


class Piece(Told, frozen=True, array_like=True, gc=False, kw_only=True):
    """What is kept of one record. `key`: where it lies."""

    key: bytes

    @property
    def partition(self) -> int:
        return int.from_bytes(self.key[17:19])

    @property
    def offset(self) -> int:
        return int.from_bytes(self.key[19:])


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[Piece]).decode


@dataclass(frozen=True, slots=True)
class Spans:
    """So many equal parts of all families, a power of two."""

    count: int

    def first(self, span: int) -> UUID:
        return quick(UUID(int=(span << 128) // self.count))

    def last(self, span: int) -> UUID:
        return quick(UUID(int=((span + 1 << 128) // self.count) - 1))


@dataclass(slots=True)
class Shelf:
    """What one process lays down; another one has another `name`."""

    folder: Path
    name: str
    spans: Spans
    _waiting: dict[int, list[Piece]] = field(default_factory=lambda: defaultdict(list))

    def lay(self, laid: Iterable[Piece]) -> None:
        waiting, count = self._waiting, self.spans.count
        for piece in laid:
            waiting[int.from_bytes(piece.key[:_SPAN_BYTES]) * count >> 8 * _SPAN_BYTES].append(piece)
        for span in [span for span, those in waiting.items() if len(those) > _WAITING]:
            self._write(span)

    def close(self) -> None:
        for span in list(self._waiting):
            self._write(span)

    def _write(self, span: int) -> None:
        packed = _pack(self._waiting.pop(span))
        with (self.folder / f"{span}.{self.name}").open("ab") as file:
            file.write(len(packed).to_bytes(_LENGTH_BYTES) + packed)


def key_of(family: bytes, topic: str, partition: int, offset: int) -> bytes:
    return _KEY.pack(family, _NUMBERS[topic], partition, offset)


def pieces(folder: Path, span: int) -> dict[UUID, dict[str, list[Piece]]]:
    """What all processes have laid down of this span, by family and topic."""
    laid = [piece for file in folder.glob(f"{span}.*") for piece in _read(file)]
    laid.sort(key=attrgetter("key"))
    found: dict[UUID, dict[str, list[Piece]]] = defaultdict(dict)
    for place, those in groupby(laid, key=_family_and_topic):
        found[quick(place[:_FAMILY_BYTES])][_TOPICS[place[_FAMILY_BYTES]]] = list(those)
    return found


def _read(file: Path) -> Iterable[Piece]:
    with file.open("rb") as written:
        while length := written.read(_LENGTH_BYTES):
            yield from _unpack(written.read(int.from_bytes(length)))


def _family_and_topic(piece: Piece) -> bytes:
    return piece.key[: _FAMILY_BYTES + 1]
