"""Nothing is told twice under two ids: an event of a family is known from others of its type by its mark.

What may rightly be said again is said on another cause: which home, and that it is not paid for. That a
family is parked may be said again when it has gone on meanwhile, and the other way round.
"""

from collections.abc import Mapping

from console.audit.families import Family
from console.audit.readers import RESUMED
from console.audit.report import Report
from console.audit.told import Told, named
from contracts import spec_of
from contracts.intake import HousingChosen
from contracts.verification import PaymentRefused

_AGAIN = named(HousingChosen, PaymentRefused)
#: Each takes the other back.
_TAKES_BACK: Mapping[str, str] = {
    spec_of(one).type: spec_of(other).type
    for parked, resumed in RESUMED.items()
    for one, other in ((parked, resumed), (resumed, parked))
}


def judge_once(family: Family, report: Report) -> None:
    """What was decided twice may agree everywhere, even in ledgers: here events themselves are compared."""
    line, firsts = report["once"], dict[object, Told]()
    for told in family.all_told():
        line.examined += 1
        if taken_back := _TAKES_BACK.get(told.type):
            firsts.pop((taken_back, told.mark, None), None)
        said = (told.type, told.mark, told.cause if told.type in _AGAIN else None)
        first = firsts.setdefault(said, told)
        if first is not told:
            line.fault(told.id, f"({told.type} about {family.id}) says again what {first.id} said")
