"""What a process of a service loads before it begins."""

import subprocess
import sys
from importlib import import_module

import pytest

LOADED = """
import sys
from chassis import start
from intake.identity import INTAKE
start._COMMANDS[{!r}](INTAKE)
print(*sys.modules)
"""
LARGE = {"fastapi", "faststream"}


def _loaded(command: str) -> set[str]:
    said = subprocess.check_output([sys.executable, "-c", LOADED.format(command)], text=True)
    return set(said.split())


@pytest.mark.parametrize("command", ["relay", "migrate"])
def test_a_relay_loads_nothing_of_its_service_but_who_it_is(command: str) -> None:
    loaded = _loaded(command)
    assert {name for name in loaded if name.split(".")[0] == "intake"} == {"intake", "intake.identity"}
    assert not loaded & LARGE


def test_who_serves_loads_all_of_it() -> None:
    assert _loaded("serve") >= {"intake.app", "intake.settings", *LARGE}


@pytest.mark.parametrize("package", ["intake", "verification", "notification", "integration_support"])
def test_a_service_is_named_as_its_package(package: str) -> None:
    identity = import_module(f"{package}.app").BLUEPRINT.identity
    assert (identity.package, identity.name) == (package, package.replace("_", "-"))
