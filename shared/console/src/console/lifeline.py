"""Ends a stack whose supervisor is gone: waits on its pipe, which closes however the supervisor dies."""

import sys
from pathlib import Path


def main() -> None:
    """`python -m console.lifeline FOLDER`, with the supervisor's pipe as stdin."""
    sys.stdin.buffer.read()
    # Imported only now: until then this process is next to nothing in memory.
    from console.layout import known
    from console.supervise import stop_everything

    stop_everything(known(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
