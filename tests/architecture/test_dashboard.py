"""deploy/grafana/qonys.json is a dashboard that asks only for metrics that exist."""

import json
from typing import Any

from architecture.measured import asked_for, metrics
from architecture.workspace import ROOT

#: Without one of these the dashboard has lost its purpose.
SHOWN = {
    "qonys_messages_total",
    "qonys_hop_seconds_bucket",
    "qonys_consumer_lag",
    "qonys_outbox_oldest_seconds",
    "qonys_parked",
    "qonys_asks_total",
    "qonys_breaker_open",
    "qonys_register_silent",
    "qonys_http_request_seconds_bucket",
}


def _dashboard() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((ROOT / "deploy" / "grafana" / "qonys.json").read_text())
    return read


def _series() -> set[str]:
    return {
        name
        for panel in _dashboard()["panels"]
        for target in panel["targets"]
        for name in asked_for(target["expr"])
    }


def test_every_expression_asks_for_metrics_that_exist() -> None:
    assert sorted(_series() - {name for metric in metrics() for name in metric.series}) == []


def test_what_operators_look_at_first_is_shown() -> None:
    assert sorted(SHOWN - _series()) == []


def test_every_panel_has_a_title_a_unit_and_a_place_of_its_own() -> None:
    panels = _dashboard()["panels"]
    assert all(panel["title"] and panel["fieldConfig"]["defaults"]["unit"] for panel in panels)
    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}) == len(panels)
