"""Notification as shipped, but mail server and SMS gateway take everything at once."""

from dataclasses import replace

from chassis.commands import run
from chassis.service import Parts
from messaging import Service
from notification.app import BLUEPRINT
from notification.domain.delivery import Handed, Handover, Send
from notification.settings import NotificationSettings


async def taken(call: Send) -> Handed:
    return Handed(message_id=call.message_id, handover=Handover.TAKEN)


def _instant(parts: Parts[NotificationSettings]) -> Service:
    service = BLUEPRINT.service(parts)
    return replace(service, targets=[replace(target, perform=taken) for target in service.targets])


if __name__ == "__main__":
    run(replace(BLUEPRINT, service=_instant))
