"""The trace that a request continues, or begins (W3C Trace Context, version 00)."""

import re

import httpx2
import pytest
from fastapi import Request

from chassis.http import App, traceparent

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
app = App(openapi_url=None)


@app.get("/trace")
async def trace(request: Request) -> str:
    return traceparent(request)


async def asked(**headers: str) -> str:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://service") as client:
        return str((await client.get("/trace", headers=headers)).json())


async def test_a_callers_trace_goes_on() -> None:
    assert await asked(traceparent=GIVEN) == GIVEN


@pytest.mark.parametrize(
    "given",
    [
        None,
        "900101100014",
        GIVEN.upper(),
        "ff" + GIVEN[2:],
        GIVEN.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32),
        GIVEN.replace("b7ad6b7169203331", "0" * 16),
    ],
)
async def test_a_request_without_a_trace_begins_one_of_its_own(given: str | None) -> None:
    headers = {} if given is None else {"traceparent": given}
    begun = [await asked(**headers) for _ in range(2)]
    assert all(re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", one) for one in begun)
    assert len(set(begun)) == 2
    assert given not in begun
