"""deploy/prometheus/rules.yml: every alarm asks for what is measured, is explained, and is made to fire.

Here its structure; `make check` lets promtool make the rules fire.
"""

import importlib
import re
from typing import Any

import pytest

from architecture.measured import asked_for, metrics
from architecture.pages import anchors, page, quoted, rows
from architecture.workspace import ROOT

FOLDER = ROOT / "deploy" / "prometheus"


def _read(name: str) -> Any:
    yaml: Any = importlib.import_module("yaml")
    return yaml.safe_load((FOLDER / name).read_text())


RULES = {rule["alert"]: rule for group in _read("rules.yml")["groups"] for rule in group["rules"]}
#: Name of each case → alarms that it expects to fire, and those that must stay silent.
CASES = [
    (
        {one["alertname"] for one in case["alert_rule_test"] if one["exp_alerts"]},
        {one["alertname"] for one in case["alert_rule_test"] if not one["exp_alerts"]},
    )
    for case in _read("rules_test.yml")["tests"]
]


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_an_alarm_asks_only_for_metrics_that_exist(rule: dict[str, Any]) -> None:
    series = {name for metric in metrics() for name in metric.series}
    assert asked_for(rule["expr"]) <= series
    assert asked_for(rule["expr"]) or re.match(r"up\b", rule["expr"])


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_an_alarm_leads_to_an_entry_of_the_runbook(rule: dict[str, Any]) -> None:
    name, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert name == "docs/runbook.md"
    assert anchor in anchors(page("runbook.md"))


def test_the_runbook_lists_every_alarm_with_the_entry_that_it_leads_to() -> None:
    listed = {
        quoted(row["alarm"])[0]: row["read"] for row in rows(page("runbook.md"), "alarm", "when", "read")
    }
    led = {name: rule["annotations"]["runbook"].partition("#")[2] for name, rule in RULES.items()}
    assert {name: re.findall(r"\(#([\w-]+)\)", read) for name, read in listed.items()} == {
        name: [anchor] for name, anchor in led.items()
    }


def test_every_alarm_is_made_to_fire_and_stays_silent_while_all_is_well() -> None:
    fired = [name for fires, _ in CASES for name in fires]
    assert sorted(fired) == sorted(RULES)
    assert set(RULES) in [silent for _, silent in CASES]
