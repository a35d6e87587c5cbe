"""A trace begins with a citizen's request and goes on through every service that follows from it."""

import json
from collections import defaultdict
from typing import Any

from e2e.conftest import DemoRun
from e2e.test_logs_hold_nobody import canaries
from support.collector import Seen


def test_whatever_follows_from_a_request_goes_on_with_its_trace(demo: DemoRun) -> None:
    """The citizens of the demo send none: the edge begins it (`chassis.http.App`), `messaging.folding` and
    `messaging.reading` carry it on. (Notification tells of receipts too, each of which begins a trace.)"""
    events = _events(demo)
    requests = {_begun(span) for span in demo.spans() if span.kind == "server"}
    assert [one for one in events if _trace(one) not in requests] == []
    begun = _traces(events, "intake")
    assert len(begun) == len({one["correlationid"] for one in events if one["source"] == "/qonys/intake"})
    assert _traces(events, "verification") <= begun
    assert _traces(events, "integration-support") <= begun
    assert _traces(events, "notification") & begun


def test_links_lead_from_a_familys_submission_to_its_last_referral(demo: DemoRun) -> None:
    """Each act of the family is a request with a trace; what follows from it in batches is linked to it, and
    each call to the outside is within it."""
    (family,) = demo.outcome("01-resettler")["application_ids"]
    requests = [span for span in demo.spans() if span.kind == "server" and _is_about(span, family)]
    following, calls = _following(demo.spans()), _calls(demo.spans())
    (submission,) = [one for one in requests if one.name.endswith("/submission")]
    (arrival,) = [one for one in requests if one.name.endswith("/arrival")]
    assert following[_begun(submission)] >= {
        *(("intake", name) for name in ("settle request", "tell", "settle event")),
        *(("verification", name) for name in ("settle event", "settle answer", "tell")),
        *(("notification", name) for name in ("settle event", "settle answer", "tell")),
    }
    assert calls[_begun(submission)] >= {
        "ask persons", "ask education", "ask email", "ask sms",
    }  # fmt: skip
    last = [one for one in _events(demo) if one["subject"] == family and ".referral." in one["type"]][-1]
    assert _trace(last) == _begun(arrival)
    assert following[_begun(arrival)] >= {
        ("intake", "tell"), ("integration-support", "settle event"), ("integration-support", "tell"),
    }  # fmt: skip


def test_no_span_holds_a_name_number_or_address_of_a_family(demo: DemoRun) -> None:
    spans = [json.dumps(vars(span), ensure_ascii=False).casefold() for span in demo.spans()]
    assert len(spans) > 200
    said, known = "\n".join(spans), canaries()
    assert [one for one in known if one in said] == []


def _events(demo: DemoRun) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (demo.folder / "events.jsonl").read_text().splitlines()]


def _traces(events: list[dict[str, Any]], service: str) -> set[tuple[str, str]]:
    return {_trace(one) for one in events if one["source"] == f"/qonys/{service}"}


def _trace(event: dict[str, Any]) -> tuple[str, str]:
    """The request that an event follows from."""
    _, trace, span, _ = event["traceparent"].split("-")
    return trace, span


def _begun(request: Seen) -> tuple[str, str]:
    return request.trace, request.span


def _is_about(span: Seen, family: str) -> bool:
    return bool(span.attributes.get("qonys.application_id") == family)


def _following(spans: list[Seen]) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """By the request: which services did what of it in a batch."""
    found = defaultdict(set)
    for span in spans:
        for trace, cause in span.links:
            found[trace, cause].add((span.service, span.name))
    return found


def _calls(spans: list[Seen]) -> dict[tuple[str, str], set[str]]:
    """By the request: who outside was asked because of it."""
    found = defaultdict(set)
    for span in spans:
        if span.kind == "client":
            found[span.trace, span.parent].add(span.name)
    return found
