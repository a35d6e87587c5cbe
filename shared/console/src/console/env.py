"""`qonys env`: addresses and tokens of a running stack, for clients that are not ours."""

import asyncio
import shlex
import sys

from console import screen
from console.doors import live
from console.layout import SERVICES, Stack
from console.options import Folder, Json
from console.world import opened_world

TOKEN_SECONDS = 12 * 3600
SCOPES = ("citizen", "officer", "partner", "ops")


def env(folder: Folder, as_json: Json = False) -> None:
    """Addresses and tokens, as shell exports. Tokens are good for 12 hours: eval "$(qonys env)"."""
    stack = live(folder)
    known = _addresses(stack) | asyncio.run(_tokens(stack))
    if as_json:
        screen.show_json(known)
        return
    for name, value in known.items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")


def _addresses(stack: Stack) -> dict[str, str]:
    services = {f"QONYS_{name.upper().replace('-', '_')}_URL": stack.url(name) for name in SERVICES}
    return services | {
        "QONYS_SANDBOX_URL": stack.url("sandbox"),
        "QONYS_KAFKA_SERVERS": stack.kafka["bootstrap_servers"],
        "QONYS_OIDC_ISSUER": stack.url("sandbox"),
    }


async def _tokens(stack: Stack) -> dict[str, str]:
    async with opened_world(stack.url("sandbox")) as world:
        return {
            f"QONYS_{scope.upper()}_TOKEN": await world.token(scope, seconds=TOKEN_SECONDS)
            for scope in SCOPES
        }
