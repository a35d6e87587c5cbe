"""`python -m intake serve | relay | migrate | settings`."""

from chassis.start import run_service
from intake.identity import INTAKE

if __name__ == "__main__":
    run_service(INTAKE)
