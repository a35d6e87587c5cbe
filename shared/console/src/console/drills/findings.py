"""What a drill found: how much was lost, doubled, out of order or otherwise wrong, each with its sentence."""

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum

from console.audit.report import Report


class Column(StrEnum):
    """What people ask after an accident."""

    LOST = "lost"
    DOUBLED = "doubled"
    DISORDERED = "out of order"
    OTHER = "other"


#: Where a line of the audit belongs as a whole.
BY_LINE: Mapping[str, Column] = {
    "settled": Column.LOST,
    "once": Column.DOUBLED,
    "order": Column.DISORDERED,
    "waiting": Column.DISORDERED,
}
#: Where it depends on what is said: words of the sentence.
BY_WORDS: Mapping[str, Mapping[str, Column]] = {
    "places": {"was acknowledged": Column.LOST},
    "told": {"is not on": Column.LOST, "nobody told it": Column.DOUBLED},
    "messages": {"was never written": Column.LOST, "tells no event": Column.DOUBLED},
    "checks": {"was answered more than once": Column.DOUBLED},
    "certificates": {"was told": Column.DOUBLED, "has no certificate": Column.LOST},
    "payments": {" 0 ": Column.LOST, "was told": Column.DOUBLED, "was answered": Column.DOUBLED},
}


def column(line: str, sentence: str) -> Column:
    """The column of one offender against a line of the audit."""
    said = (found for words, found in BY_WORDS.get(line, {}).items() if words in sentence)
    return BY_LINE.get(line) or next(said, Column.OTHER)


@dataclass
class Findings:
    """`notes` are worth knowing and no fault."""

    counts: Counter[Column] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(self, sentence: str, where: Column = Column.OTHER, *, times: int = 1) -> None:
        self.counts[where] += times
        self.wrong.append(sentence)

    def must(self, right: object, otherwise: str) -> None:
        """`otherwise` says what is wrong when it is not right."""
        if not right:
            self.fault(otherwise)

    def take(self, report: Report, *, foreign: Set[str] = frozenset()) -> None:
        """All that the audit has found. Of the `foreign` events, which the drill itself has put on topics, it
        must say that nobody told them, and of no others."""
        for name, line in report.lines.items():
            own = foreign if name == "told" else frozenset[str]()
            offenders = {who: what for who, what in line.offenders.items() if who not in own}
            for who, what in offenders.items():
                self.fault(f"{name}: {who} {what}", column(name, what))
            more = line.wrong - len(offenders) - len(own)
            if more > 0:  # than the report keeps
                self.fault(f"{name}: and {more} more", column(name, ""), times=more)
            self.must(more >= 0, f"{name}: {-more} foreign events were not seen")
