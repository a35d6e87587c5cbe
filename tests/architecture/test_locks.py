"""The locks hold what the packages ask for, no addresses, and for each service nothing of the others."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from architecture.workspace import PACKAGES, ROOT, SERVICES, Package, closure, is_ours

LOCKS = sorted((ROOT / "locks").glob("*.txt"))
PARSER = ROOT / "tests" / "contract" / "asyncapi"


def test_there_is_a_lock_for_development_for_uv_for_the_sandbox_and_for_each_service() -> None:
    assert {lock.stem for lock in LOCKS} == {"dev", "uv", "sandbox", *(service.name for service in SERVICES)}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_holds_versions_and_hashes_but_no_addresses(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"://|^-|@ |\.\.?/", text, re.MULTILINE)
    assert len(re.findall(r"^\S+==", text, re.MULTILINE)) == len(_pins(lock)) > 0
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=\S)", text) if "==" in entry)


def test_the_lock_of_the_asyncapi_parser_holds_versions_and_hashes_but_no_addresses() -> None:
    text = (PARSER / "package-lock.json").read_text()
    assert not re.search(r"://|\"(resolved|link|funding)\"", text)
    asked, *packages = json.loads(text)["packages"].values()
    assert asked["devDependencies"] == json.loads((PARSER / "package.json").read_text())["devDependencies"]
    assert packages
    assert [one for one in packages if not (one["version"] and one["integrity"].startswith("sha512-"))] == []


@pytest.mark.parametrize("package", PACKAGES, ids=str)
def test_the_development_lock_satisfies_every_package(package: Package) -> None:
    assert _missing(package, ROOT / "locks" / "dev.txt") == []


@pytest.mark.parametrize("service", SERVICES, ids=str)
def test_a_services_lock_satisfies_it_and_all_it_stands_on(service: Package) -> None:
    assert [need for package in closure(service) for need in _missing(package, _lock(service))] == []


def test_an_environment_for_one_service_holds_nothing_of_the_others(tmp_path: Path) -> None:
    """One after the other in the same place, so that what they share is compiled once."""
    for service in SERVICES:
        _holds_only(service, _environment(tmp_path / "environment", _lock(service)))


def _holds_only(service: Package, python: Path) -> None:
    assert set(_run(python, "-c", LIST_INSTALLED).split()) <= set(_pins(_lock(service)))
    mine = [package.source.parent for package in closure(service)]
    others = [package.source.name for package in PACKAGES if package not in closure(service)]
    _run(
        python,
        "-c",
        f"from importlib.util import find_spec; assert not any(map(find_spec, {others}))",
        path=mine,
    )
    _run(python, "-c", f"import {service.source.name}.app", path=mine)


LIST_INSTALLED = """
import re
from importlib.metadata import distributions
print(*(re.sub(r"[-_.]+", "-", one.name).lower() for one in distributions()))
"""


def _environment(folder: Path, lock: Path) -> Path:
    """What `make setup` has brought to this machine is enough; nothing is fetched."""
    uv, python = Path(sys.executable).with_name("uv"), folder / "bin" / "python"
    if not python.exists():
        _run(uv, "venv", "-q", "--python", sys.executable, str(folder))
    _run(uv, "pip", "sync", "-q", "--offline", "--require-hashes", "--python", str(python), str(lock))
    return python


def _lock(service: Package) -> Path:
    return ROOT / "locks" / f"{service.name}.txt"


def _run(program: Path, *arguments: str, path: list[Path] | None = None) -> str:
    search = os.pathsep.join(map(str, path or []))
    done = subprocess.run(
        [str(program), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": search},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _missing(package: Package, lock: Path) -> list[str]:
    pins = _pins(lock)
    return [str(need) for need in package.requirements if not is_ours(need) and not _satisfied(need, pins)]


def _satisfied(need: Requirement, pins: dict[str, str]) -> bool:
    if need.marker is not None and not need.marker.evaluate():
        return True
    pinned = pins.get(canonicalize_name(need.name))
    return pinned is not None and need.specifier.contains(pinned, prereleases=True)


def _pins(lock: Path) -> dict[str, str]:
    """Version by name; of a version for each platform the last."""
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[\S+\])?==([^\s;]+)", lock.read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}
