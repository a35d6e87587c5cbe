"""What a caller hears when something is wrong, and what never leaves the service."""

import logging
from collections.abc import AsyncIterator, Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import httpx2
import pytest
import structlog
from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict, Field
from structlog.testing import LogCapture

import chassis
from chassis.http import CORRELATION_HEADER, App
from chassis.languages import best_language
from chassis.problems import add_problem_handlers, refused
from chassis.words import Words
from messaging import IdempotencyConflict, Overloaded, Refusal


class Kinship(StrEnum):
    APPLICANT = "applicant"
    CHILD = "child"


class Member(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kinship: Kinship
    born: date
    name: str = Field(min_length=2)


class Family(BaseModel):
    people: int = Field(ge=1)
    members: list[Member]


@pytest.fixture
def app() -> FastAPI:
    app = App(openapi_url=None, max_body_size=10_000)
    app.state.words = Words(Path(chassis.__file__).parent / "language")
    add_problem_handlers(app)

    @app.post("/families/{number}")
    async def family(number: int, body: Family, limit: Annotated[int, Query(le=100)] = 1) -> dict[str, int]:
        return {"number": number + body.people + limit}

    @app.get("/broken/{iin}")
    async def broken(iin: str) -> None:
        raise RuntimeError(f"no such person: {iin}")

    @app.post("/conflict")
    async def conflict() -> None:
        raise IdempotencyConflict

    @app.post("/overloaded")
    async def overloaded() -> None:
        raise Overloaded(7)

    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://service") as client:
        yield client


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    capture = LogCapture()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture])
    yield capture.entries
    structlog.reset_defaults()
    logging.getLogger().handlers = []


JSON = {"Content-Type": "application/json"}
WRONG = {"people": 0, "members": [{"kinship": "aunt", "born": "yesterday", "name": "A", "a/b~c": 1}, {}]}


async def test_all_errors_of_a_body_come_at_once_with_pointers(client: httpx2.AsyncClient) -> None:
    reply = await client.post("/families/x?limit=500", json=WRONG, headers={"Accept-Language": "en"})
    assert reply.status_code == 422
    problem = reply.json()
    assert problem["code"] == "malformed"
    assert problem["correlation_id"] == reply.headers[CORRELATION_HEADER]
    where = {error.get("pointer") or error.get("query") or error.get("path") for error in problem["errors"]}
    assert where == {
        "number",
        "limit",
        "#/people",
        "#/members/0/kinship",
        "#/members/0/born",
        "#/members/0/name",
        "#/members/0/a~1b~0c",
        "#/members/1/kinship",
        "#/members/1/born",
        "#/members/1/name",
    }


@pytest.mark.parametrize(
    ("language", "title", "detail"),
    [
        ("en", "The request is not filled in correctly", "it must be 1 or more"),
        ("ru-RU,ru;q=0.9", "Запрос заполнен неверно", "должно быть не меньше 1"),
        ("kk", "Сұрау дұрыс толтырылмаған", "1 не одан артық болуы керек"),
        ("kk-Arab", "سۇراۋ دۇرىس تولتىرىلماعان", "1 نە ودان ارتىق بولۋى كەرەك"),
    ],
)
async def test_errors_are_told_in_the_readers_language(
    client: httpx2.AsyncClient, language: str, title: str, detail: str
) -> None:
    body = {"people": 0, "members": []}
    reply = await client.post("/families/1", json=body, headers={"Accept-Language": language})
    assert reply.json()["title"] == title
    assert reply.json()["errors"] == [{"pointer": "#/people", "code": "greater_than_equal", "detail": detail}]
    assert reply.headers["content-language"] == best_language(language)


@pytest.mark.parametrize("body", [b"{", b"", b"\xff", b"[]", b'"text"'])
async def test_a_body_that_is_no_family_is_malformed(client: httpx2.AsyncClient, body: bytes) -> None:
    reply = await client.post("/families/1", content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code in (400, 422)
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["code"] == "malformed"


async def test_values_that_were_sent_are_not_sent_back(client: httpx2.AsyncClient) -> None:
    body = {"people": "900101100014x", "members": []}
    reply = await client.post("/families/1", json=body)
    assert reply.status_code == 422
    assert "900101100014" not in reply.text


async def test_a_body_above_the_limit_is_refused_however_it_is_sent(client: httpx2.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 1000

    for content in (b"x" * 20_000, pieces()):
        reply = await client.post(
            "/families/1", content=content, headers={"Content-Type": "application/json"}
        )
        assert reply.status_code == 413
        assert reply.json()["code"] == "body_too_large"


async def test_a_bug_is_an_apology_to_the_caller_and_a_traceback_in_the_log(
    client: httpx2.AsyncClient, lines: list[Any]
) -> None:
    reply = await client.get("/broken/900101100014")
    assert reply.status_code == 500
    assert reply.json()["code"] == "internal"
    assert "900101100014" not in reply.text
    failed, served = lines
    assert (failed["event"], failed["log_level"]) == ("http_request_failed", "error")
    assert failed["exc_info"].args == ("no such person: 900101100014",)
    assert failed["correlation_id"] == served["correlation_id"] == reply.json()["correlation_id"]
    assert (served["event"], served["route"], served["status"]) == ("request_served", "/broken/{iin}", 500)


async def test_one_line_names_the_route_and_not_the_path(
    client: httpx2.AsyncClient, lines: list[Any]
) -> None:
    await client.post("/families/7", json={"people": 1, "members": []})
    await client.get("/secret/900101100014")
    assert [(line["event"], line["route"], line["status"]) for line in lines] == [
        ("request_served", "/families/{number}", 200),
        ("request_served", "unknown", 404),
    ]


@pytest.mark.parametrize("given", ["900101100014", "Арман", "x" * 36])
async def test_only_a_uuid_is_taken_over_as_correlation_id(client: httpx2.AsyncClient, given: str) -> None:
    known = "0192f7e0-0000-7000-8000-000000000001"
    reply = await client.get("/none", headers={CORRELATION_HEADER: known})
    assert reply.headers[CORRELATION_HEADER] == known
    reply = await client.get("/none", headers={CORRELATION_HEADER.encode(): given.encode()})
    assert given not in reply.headers[CORRELATION_HEADER]


async def test_unknown_addresses_and_methods_are_problems_too(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/none")).json()["code"] == "not_found"
    assert (await client.get("/conflict")).json()["code"] == "method_not_allowed"


async def test_a_key_used_for_other_content_is_a_conflict(client: httpx2.AsyncClient) -> None:
    reply = await client.post("/conflict")
    assert reply.status_code == 409
    assert reply.json()["code"] == "idempotency_conflict"


def test_a_refusal_is_a_conflict_or_says_that_nothing_is_there() -> None:
    assert refused(Refusal("not_found")).status == 404
    refusal = refused(Refusal("papers_missing", {"papers": ["passport"], "people": 2}))
    assert refusal.status == 409
    assert refusal.arguments == {"people": 2}
    assert refusal.members == {"papers": ["passport"], "people": 2}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "kk"),
        ("de", "kk"),
        ("de, en;q=0.5", "en"),
        ("en;q=0.2, ru;q=0.8", "ru"),
        ("ru;q=0, en", "en"),
        ("kk-Arab-CN", "kk-Arab"),
        ("kk-CN", "kk-Arab"),
        ("kk-KZ", "kk"),
        ("*;q=x,,;", "kk"),
    ],
)
def test_the_best_language_is_found(header: str, language: str) -> None:
    assert best_language(header) == language


async def test_who_comes_when_too_many_wait_hears_when_to_come_again(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/overloaded", headers={"Accept-Language": "kk"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert (answer.json()["code"], answer.json()["title"]) == ("overloaded", "Қазір сұраулар тым көп")
