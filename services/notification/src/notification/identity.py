"""Who this service is, to its database, its topics and its processes."""

from chassis.identity import Identity

NOTIFICATION = Identity(name="notification", package="notification")
