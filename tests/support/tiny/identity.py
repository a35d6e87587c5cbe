"""Who the tiny service is."""

from chassis.identity import Identity

TINY = Identity(name="verification-tiny", package="support.tiny")  # so that verification's topics are its own
