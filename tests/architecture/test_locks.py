"""The locks hold what the packages ask for, no addresses, and for each service nothing of the others."""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, PackagePath, files
from importlib.util import cache_from_source
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


@pytest.mark.parametrize("service", SERVICES, ids=str)
def test_an_environment_for_one_service_holds_nothing_of_the_others(service: Package, tmp_path: Path) -> None:
    """Nor does it lack anything. That its lock installs is shown by its image (`make test-compose`)."""
    _link(_pins(_lock(service)), tmp_path)
    mine = [str(package.source.parent) for package in closure(service)]
    others = [package.source.name for package in PACKAGES if package not in closure(service)]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LOADS.format([str(tmp_path), *mine], others, service.source.name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


LOADS = """
import sys
from importlib import import_module
from importlib.util import find_spec

sys.path += {}
assert not any(map(find_spec, {}))
import_module("{}.app")
"""


def _link(names: Iterable[str], folder: Path) -> None:
    """What these distributions consist of, out of this environment."""
    for file in (file for name in names for file in _files(name)):
        source, link = Path(str(file.locate())), folder / file
        compiled = Path(cache_from_source(str(source))) if source.suffix == ".py" else source
        for path, place in ((source, link), (compiled, link.parent / "__pycache__" / compiled.name)):
            if path.exists() and not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(path)


def _files(name: str) -> Sequence[PackagePath]:
    """None where this machine needs no such distribution."""
    try:
        return [file for file in files(name) or () if ".." not in file.parts]
    except PackageNotFoundError:
        return ()


def _lock(service: Package) -> Path:
    return ROOT / "locks" / f"{service.name}.txt"


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
