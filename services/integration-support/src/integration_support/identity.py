"""Who this service is, to its database, its topics and its processes."""

from chassis.identity import Identity

INTEGRATION_SUPPORT = Identity(name="integration-support", package="integration_support")
