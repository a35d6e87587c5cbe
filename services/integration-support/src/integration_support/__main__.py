"""`python -m integration_support serve | relay | migrate | settings`."""

from chassis.commands import run
from integration_support.app import BLUEPRINT

if __name__ == "__main__":
    run(BLUEPRINT)
