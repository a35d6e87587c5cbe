"""How a process of a service begins: it loads what its command takes, and no more.

`serve` takes the whole service; `relay` and `migrate` take the chassis and nothing of the service's own.
"""

import argparse
import gc
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module

from chassis.identity import Identity


def run_service(identity: Identity) -> None:
    """`python -m <package> serve | relay | migrate | settings`; exit codes: `chassis.commands.carry_out`.

    The service is `BLUEPRINT` of the package's module `app`. The garbage collector rests while modules are
    loaded: hardly anything of them is ever freed, and looking for it takes a tenth of the start.
    """
    command = _asked_for(identity.name)
    gc.disable()
    run = _COMMANDS[command](identity)
    gc.enable()
    run()


def _serve(identity: Identity) -> Callable[[], None]:
    blueprint = import_module(f"{identity.package}.app").BLUEPRINT
    from chassis.commands import carry_out
    from chassis.service import serve

    return partial(carry_out, identity.name, blueprint.settings, partial(serve, blueprint))


def _relay(identity: Identity) -> Callable[[], None]:
    from chassis.commands import carry_out
    from chassis.relaying import relay
    from chassis.settings import ServiceSettings

    return partial(carry_out, identity.name, ServiceSettings, partial(relay, identity))


def _migrate(identity: Identity) -> Callable[[], None]:
    from chassis.commands import carry_out, migrate
    from chassis.settings import ServiceSettings

    return partial(carry_out, identity.name, ServiceSettings, partial(migrate, identity))


def _settings(identity: Identity) -> Callable[[], object]:
    blueprint = import_module(f"{identity.package}.app").BLUEPRINT
    from chassis.settings import settings_table

    return partial(sys.stdout.write, settings_table(blueprint.settings))


_COMMANDS = {"serve": _serve, "relay": _relay, "migrate": _migrate, "settings": _settings}


def _asked_for(name: str) -> str:
    parser = argparse.ArgumentParser(prog=name, description=f"The service {name} of Qonys.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="answer HTTP, consume topics, make calls, keep reminders")
    commands.add_parser("relay", help="tell on topics what the outbox holds")
    commands.add_parser("migrate", help="bring the database to the shape of this version")
    commands.add_parser("settings", help="print all settings as a table")
    command: str = parser.parse_args().command
    return command
