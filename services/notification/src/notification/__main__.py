"""`python -m notification serve | relay | migrate | settings`."""

from chassis.commands import run
from notification.app import BLUEPRINT

if __name__ == "__main__":
    run(BLUEPRINT)
