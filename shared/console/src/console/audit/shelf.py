"""The records of all topics, laid down in files by family: their number is a matter of the disk alone.

A record is a piece of fixed size. Families are dealt out to spans by the first digits of their ids, a file
for each. The pieces of a span, sorted as they are, lie family by family and topic by topic, in order.
"""

import struct
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from uuid import UUID

import contracts
from messaging.ids import quick

#: Family, number of its topic, partition, offset, event.
_PIECE = struct.Struct(">16sBHQ16s")
_TOPICS = contracts.topics()
_NUMBERS = {topic: number for number, topic in enumerate(_TOPICS)}
_WAITING_BYTES = 1 << 14  # of one span, before they are written
_SPAN_BYTES = 4  # of a family's id; ids of ours begin with random ones

Piece = bytes


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
    _waiting: dict[int, bytearray] = field(default_factory=lambda: defaultdict(bytearray))

    def lay(self, laid: Iterable[Piece]) -> None:
        waiting, count = self._waiting, self.spans.count
        for piece in laid:
            waiting[int.from_bytes(piece[:_SPAN_BYTES]) * count >> 8 * _SPAN_BYTES] += piece
        for span in [span for span, those in waiting.items() if len(those) > _WAITING_BYTES]:
            self._write(span)

    def close(self) -> None:
        for span in list(self._waiting):
            self._write(span)

    def _write(self, span: int) -> None:
        with (self.folder / f"{span}.{self.name}").open("ab") as file:
            file.write(self._waiting.pop(span))


def piece_of(family: bytes, topic: str, partition: int, offset: int, event: bytes) -> Piece:
    return _PIECE.pack(family, _NUMBERS[topic], partition, offset, event)


def pieces(folder: Path, span: int) -> dict[UUID, list[Piece]]:
    """What all processes have laid down of this span, by family."""
    laid = b"".join(file.read_bytes() for file in folder.glob(f"{span}.*"))
    size = _PIECE.size
    ordered = sorted(laid[place : place + size] for place in range(0, len(laid), size))
    return {quick(family): list(those) for family, those in groupby(ordered, key=_family)}


def topic_of(piece: Piece) -> str:
    return _TOPICS[piece[16]]


def partition_of(piece: Piece) -> int:
    return int.from_bytes(piece[17:19])


def offset_of(piece: Piece) -> int:
    return int.from_bytes(piece[19:27])


def event_of(piece: Piece) -> bytes:
    return piece[27:]


def _family(piece: Piece) -> bytes:
    return piece[:16]
