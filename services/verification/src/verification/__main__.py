"""`python -m verification serve | relay | migrate | settings`."""

from chassis.commands import run
from verification.app import BLUEPRINT

run(BLUEPRINT)
