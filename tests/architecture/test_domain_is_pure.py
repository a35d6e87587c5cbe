"""The domain answers from what it is given: no clock, no chance, no waiting (imports: see import-linter)."""

import ast
from pathlib import Path

import pytest

from architecture.workspace import ROOT, SERVICES

CLOCK_AND_CHANCE = {
    "now",
    "utcnow",
    "today",
    "uuid1",
    "uuid4",
    "uuid7",
    "urandom",
    "monotonic",
    "perf_counter",
}
DOMAIN = sorted(
    file
    for service in SERVICES
    for file in [*service.source.glob("domain.py"), *service.source.glob("domain/**/*.py")]
)


@pytest.mark.parametrize("file", DOMAIN, ids=lambda file: str(file.relative_to(ROOT / "services")))
def test_a_domain_module_reads_no_clock_rolls_no_dice_and_waits_for_nobody(file: Path) -> None:
    assert impurities(ast.parse(file.read_text())) == []


@pytest.mark.parametrize(
    "source",
    [
        "datetime.now(UTC)",
        "date.today()",
        "uuid4()",
        "time.time()",
        "random.choice(x)",
        "async def f(): pass",
    ],
)
def test_the_rule_sees(source: str) -> None:
    assert impurities(ast.parse(source))


@pytest.mark.parametrize(
    "source", ["now + timedelta(days=1)", "UUID(int=7)", "def f(now): return now.date()"]
)
def test_the_rule_lets_pass(source: str) -> None:
    assert impurities(ast.parse(source)) == []


def impurities(tree: ast.AST) -> list[str]:
    """What in a module depends on the moment or on chance."""
    return [ast.unparse(node) for node in ast.walk(tree) if _is_impure(node)]


def _is_impure(node: ast.AST) -> bool:
    match node:
        case ast.AsyncFunctionDef() | ast.Await():
            return True
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)) if (
            name in CLOCK_AND_CHANCE
        ):
            return True
        case ast.Attribute(value=ast.Name(id="time" | "random" | "secrets")):
            return True
    return False
