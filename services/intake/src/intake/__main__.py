"""`python -m intake serve | relay | migrate | settings`."""

from chassis.commands import run
from intake.app import BLUEPRINT

run(BLUEPRINT)
