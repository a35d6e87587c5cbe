"""Notification as shipped, but mail server and SMS gateway take everything at once."""

from dataclasses import replace
from functools import partial

from chassis.commands import carry_out
from chassis.service import Parts, serve
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
    carry_out("notification", NotificationSettings, partial(serve, replace(BLUEPRINT, service=_instant)))
