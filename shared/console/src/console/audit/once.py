"""Nothing is told twice under two ids: an event of a family is known from others of its type by its mark.

What may rightly be said again is said on another cause: which home, and that it is not paid for.
"""

from uuid import UUID

from console.audit.families import Family, named
from console.audit.report import Report
from contracts.intake import HousingChosen
from contracts.verification import PaymentRefused

_AGAIN = named(HousingChosen, PaymentRefused)


def judge_once(family: Family, report: Report) -> None:
    """What was decided twice may agree everywhere, even in ledgers: here events themselves are compared."""
    line, firsts = report["once"], dict[object, UUID]()
    for told in family.all_told():
        line.examined += 1
        said = (told.type, told.mark, told.cause if told.type in _AGAIN else None)
        first = firsts.setdefault(said, told.id)
        if first is not told.id:
            line.fault(told.id, f"({told.type} about {family.id}) says again what {first} said")
