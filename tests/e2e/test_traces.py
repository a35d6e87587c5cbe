"""A trace begins with a citizen's request and goes on through every service that follows from it."""

import json
import re
from typing import Any

from e2e.conftest import DemoRun


def test_whatever_follows_from_a_request_goes_on_with_its_trace(demo: DemoRun) -> None:
    """The citizens of the demo send none: `chassis.http._traceparent` begins it, `messaging.folding` and
    `messaging.reading` carry it on. (Notification tells of receipts too, each of which begins a trace.)"""
    events = _events(demo)
    assert [
        one for one in events if not re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", one["traceparent"])
    ] == []
    begun = _traces(events, "intake")
    assert len(begun) == len({one["correlationid"] for one in events if one["source"] == "/qonys/intake"})
    assert _traces(events, "verification") <= begun
    assert _traces(events, "integration-support") <= begun
    assert _traces(events, "notification") & begun


def _events(demo: DemoRun) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (demo.folder / "events.jsonl").read_text().splitlines()]


def _traces(events: list[dict[str, Any]], service: str) -> set[str]:
    return {one["traceparent"] for one in events if one["source"] == f"/qonys/{service}"}
