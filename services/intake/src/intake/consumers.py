"""What intake hears: every act of a citizen and every event of the others, and who decides about it."""

from zoneinfo import ZoneInfo

from intake.decider import HEARD, Cases
from messaging import Service


def intake_service(zone: ZoneInfo) -> Service:
    """Intake asks nobody outside; its topics follow from the event classes."""
    return Service(name="intake", hears=dict.fromkeys(HEARD, Cases(zone)))
