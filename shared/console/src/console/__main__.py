"""`qonys`, and `python -m console`, which is the same."""

import sys

INTERRUPTED = 130


def qonys() -> None:
    """The entry point. Exit codes: 0 well, 1 not, 2 wrong usage, 130 interrupted."""
    try:
        from console.main import app  # takes a moment, in which Ctrl-C is answered as at any other

        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    qonys()
