"""Runs the tiny service: `python -m support.tiny serve`."""

from chassis.start import run_app

if __name__ == "__main__":
    run_app("support.tiny.app")
