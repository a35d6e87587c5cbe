"""`python -m intake serve | relay | migrate | settings`."""

from chassis.start import run_app

if __name__ == "__main__":
    run_app("intake.app")
