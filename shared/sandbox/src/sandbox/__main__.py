"""`python -m sandbox serve` runs the stand-ins until SIGTERM; `examples` writes the families of the demo."""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

import structlog

from sandbox.server import Sandbox, Settings, running


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line and does what it says."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    given = _parser().parse_args(arguments)
    if given.command == "examples":
        from sandbox.examples import write_examples  # brings fonts and pictures, which a server never needs

        write_examples(given.folder)
    else:
        asyncio.run(_serve(_settings(given)))


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(settings) as sandbox:
        sys.stdout.write(_ready(sandbox, settings.folder) + "\n")
        sys.stdout.flush()
        await stop.wait()


def _ready(sandbox: Sandbox, folder: Path) -> str:
    return json.dumps({"ready": True, "http": sandbox.http, "smtp": sandbox.smtp, "folder": str(folder)})


def _settings(given: argparse.Namespace) -> Settings:
    options = vars(given)
    del options["command"]
    return Settings(**options)


def _parser() -> argparse.ArgumentParser:
    defaults = Settings(folder=Path("var/sandbox"))
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    written = commands.add_parser("examples", help="write the families of the demo")
    written.add_argument("--folder", type=Path, default=Path("examples"))
    serve = commands.add_parser("serve", help="run every part")
    serve.add_argument("--folder", type=Path, default=defaults.folder, help="letters and keys are kept here")
    serve.add_argument("--host", default=defaults.host)
    serve.add_argument("--port", type=int, default=8090, help="HTTP; 0 for a free one")
    serve.add_argument("--smtp-port", type=int, default=8025, help="0 for a free one")
    serve.add_argument("--public-url", help="how others reach the HTTP part, if not by host and port")
    serve.add_argument("--client-certificate", type=Path, help="PEM; the gateway accepts only its signatures")
    serve.add_argument("--kafka", help="bootstrap servers; without them there are no providers")
    serve.add_argument("--kafka-username", help="where the broker asks who we are (SCRAM-SHA-512)")
    serve.add_argument("--kafka-password-file", type=Path)
    serve.add_argument("--verification", help="its address: the quotas of the running year are opened there")
    serve.add_argument("--accept-seconds", type=float, default=defaults.accept_seconds)
    serve.add_argument("--done-seconds", type=float, default=defaults.done_seconds)
    return parser


if __name__ == "__main__":
    main()
