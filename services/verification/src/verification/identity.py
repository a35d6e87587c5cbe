"""Who this service is, to its database, its topics and its processes."""

from chassis.identity import Identity

VERIFICATION = Identity(name="verification", package="verification")
