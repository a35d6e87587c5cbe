"""`python -m notification serve | relay | migrate | settings`."""

from chassis.start import run_service
from notification.identity import NOTIFICATION

if __name__ == "__main__":
    run_service(NOTIFICATION)
