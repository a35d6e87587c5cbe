"""`python -m integration_support serve | relay | migrate | settings`."""

from chassis.start import run_service
from integration_support.identity import INTEGRATION_SUPPORT

if __name__ == "__main__":
    run_service(INTEGRATION_SUPPORT)
