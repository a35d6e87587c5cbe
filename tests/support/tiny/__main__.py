"""Runs the tiny service: `python -m support.tiny serve`."""

from chassis.start import run_service
from support.tiny.identity import TINY

if __name__ == "__main__":
    run_service(TINY)
