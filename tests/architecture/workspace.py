"""The repository as the architecture tests see it: packages, their sources, their declared dependencies."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Package:
    """One folder of shared/ or services/."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def source(self) -> Path:
        return self.folder / "src" / self.name.replace("-", "_")

    @property
    def distribution(self) -> str:
        return str(self._project["name"])

    @property
    def requirements(self) -> list[Requirement]:
        return [Requirement(line) for line in self._project["dependencies"]]

    @property
    def _project(self) -> dict[str, list[str]]:
        project: dict[str, list[str]] = tomllib.loads((self.folder / "pyproject.toml").read_text())["project"]
        return project

    def __str__(self) -> str:
        return self.name


SERVICES = [Package(folder) for folder in sorted((ROOT / "services").iterdir()) if folder.is_dir()]
SHARED = [Package(folder) for folder in sorted((ROOT / "shared").iterdir()) if folder.is_dir()]
PACKAGES = [*SHARED, *SERVICES]
_BY_DISTRIBUTION = {canonicalize_name(package.distribution): package for package in PACKAGES}


def sources() -> Iterator[Path]:
    """Every Python file that ships."""
    for package in PACKAGES:
        yield from sorted(package.source.rglob("*.py"))


def closure(package: Package) -> list[Package]:
    """The package and every workspace package it stands on."""
    found = [package]
    for reached in found:
        below = [_BY_DISTRIBUTION.get(canonicalize_name(need.name)) for need in reached.requirements]
        found += [one for one in below if one is not None and one not in found]
    return found


def is_ours(requirement: Requirement) -> bool:
    """Whether a requirement is a package of this workspace."""
    return canonicalize_name(requirement.name) in _BY_DISTRIBUTION
