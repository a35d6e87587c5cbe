"""Notification put together: its settings, its table of messages, its routes."""

from chassis.service import Blueprint
from notification.consumers import notification_service
from notification.http import router
from notification.identity import NOTIFICATION
from notification.settings import NotificationSettings

BLUEPRINT = Blueprint(
    identity=NOTIFICATION,
    settings=NotificationSettings,
    service=notification_service,
    routes=(router,),
)
