"""`python -m verification serve | relay | migrate | settings`."""

from chassis.start import run_service
from verification.identity import VERIFICATION

if __name__ == "__main__":
    run_service(VERIFICATION)
