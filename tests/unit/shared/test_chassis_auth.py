"""Who gets in, who does not, and what those who do not are told."""

import asyncio
import base64
import hmac
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from chassis.auth import (
    LEEWAY_SECONDS,
    Authenticator,
    Citizen,
    Principal,
    requires,
    unprotected_routes,
)
from chassis.health import health_routes
from chassis.identity import Identity
from chassis.known_tokens import KNOWN_SECONDS, MOST_KNOWN, KnownTokens
from chassis.problems import Problem, add_problem_handlers
from chassis.service import Blueprint
from chassis.settings import ServiceSettings
from chassis.signing_keys import FRESH_SECONDS, KEPT_SECONDS, PAUSE_SECONDS, SigningKeys
from messaging import Service

ISSUER, AUDIENCE = "https://id.example", "qonys"
KEY = ECKey.generate_key("P-256", {"kid": "one"})
OTHER_KEY = ECKey.generate_key("P-256", {"kid": "two"})


class Issuer:
    """Answers with its public keys, counts how often it was asked, can be silent, and takes its time."""

    def __init__(self) -> None:
        self.keys = [KEY]
        self.asked = 0
        self.silent = False
        self.answers = asyncio.Event()
        self.answers.set()

    async def has_been_asked(self, times: int) -> None:
        while self.asked < times:  # noqa: ASYNC110
            await asyncio.sleep(0)

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        await self.answers.wait()
        if self.silent:
            return httpx2.Response(503)
        public = [key.as_dict(private=False) for key in self.keys]
        return httpx2.Response(200, json={"keys": public})


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Wall:
    """The clock that tokens' ends are told by."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def app(issuer: Issuer, clock: Clock, wall: Wall) -> FastAPI:
    app = FastAPI(openapi_url=None)
    add_problem_handlers(app)
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(issuer))
    app.state.words = _blueprint().words
    keys = SigningKeys(f"{ISSUER}/jwks.json", client, clock=clock)
    app.state.authenticator = Authenticator(keys, issuer=ISSUER, audience=AUDIENCE, clock=wall)

    @app.get("/mine")
    async def mine(principal: Citizen) -> dict[str, str | None]:
        return {"subject": principal.subject, "iin": principal.iin}

    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://service") as client:
        yield client


def _blueprint() -> Blueprint[ServiceSettings]:
    return Blueprint(
        identity=Identity(name="probe", package="chassis"),
        settings=ServiceSettings,
        service=lambda _: Service(name="probe", hears={}),
    )


def token(key: Any = KEY, algorithm: str = "ES256", **changed: Any) -> dict[str, str]:
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "citizen-1",
        "scope": "citizen",
        "exp": int(time.time()) + 60,
        **changed,
    }
    given = {name: value for name, value in claims.items() if value is not None}
    header = {"alg": algorithm, "kid": key.kid}
    return {"Authorization": f"Bearer {jwt.encode(header, given, key, algorithms=[algorithm])}"}


async def test_a_good_token_says_who_is_calling(client: httpx2.AsyncClient) -> None:
    reply = await client.get("/mine", headers=token(iin="900101100014"))
    assert reply.json() == {"subject": "citizen-1", "iin": "900101100014"}


async def test_an_iin_that_is_none_is_not_taken_from_a_token(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/mine", headers=token(iin="1"))).json()["iin"] is None


@pytest.mark.parametrize("authorization", ["", "Basic abc", "Bearer ", "Bearer"])
async def test_no_token_is_unauthenticated(client: httpx2.AsyncClient, authorization: str) -> None:
    reply = await client.get("/mine", headers={"Authorization": authorization, "Accept-Language": "en"})
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["code"] == "token_missing"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"aud": "other"},
        {"aud": None},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"nbf": int(time.time()) + 3600},
    ],
)
async def test_a_token_for_another_place_or_time_is_refused(
    client: httpx2.AsyncClient, changed: dict[str, Any]
) -> None:
    reply = await client.get("/mine", headers=token(**changed))
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize(
    "text", ["x", "a.b.c", "e30.e30.e30", "eyJhbGciOiJub25lIiwia2lkIjoib25lIn0.e30.", "x" * 9000, "ключ"]
)
async def test_garbage_is_refused(client: httpx2.AsyncClient, text: str) -> None:
    reply = await client.get("/mine", headers={b"Authorization": f"Bearer {text}".encode()})
    assert reply.status_code == 401


async def test_a_token_signed_with_a_foreign_key_of_the_same_name_is_refused(
    client: httpx2.AsyncClient,
) -> None:
    foreign = ECKey.generate_key("P-256", {"kid": "one"})
    assert (await client.get("/mine", headers=token(foreign))).status_code == 401


async def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(client: httpx2.AsyncClient) -> None:
    head, claims, _ = token()["Authorization"].removeprefix("Bearer ").split(".")
    head = _encoded(b'{"alg":"HS256","kid":"one"}')
    forged = hmac.digest(KEY.as_pem(private=False), f"{head}.{claims}".encode(), "sha256")
    headers = {"Authorization": f"Bearer {head}.{claims}.{_encoded(forged)}"}
    assert (await client.get("/mine", headers=headers)).status_code == 401


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


async def test_a_missing_scope_is_forbidden(client: httpx2.AsyncClient) -> None:
    reply = await client.get("/mine", headers=token(scope="officer ops"))
    assert reply.status_code == 403
    assert reply.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="citizen"'
    assert reply.json()["code"] == "scope_missing"


async def test_an_unknown_key_is_asked_for_once_and_then_not_for_a_while(
    client: httpx2.AsyncClient, issuer: Issuer, clock: Clock
) -> None:
    assert (await client.get("/mine", headers=token())).status_code == 200
    for _ in range(3):
        assert (await client.get("/mine", headers=token(OTHER_KEY))).status_code == 401
    assert issuer.asked == 1
    clock.now += PAUSE_SECONDS
    issuer.keys = [KEY, OTHER_KEY]
    assert (await client.get("/mine", headers=token(OTHER_KEY))).status_code == 200
    assert issuer.asked == 2


async def test_old_keys_stay_good_while_the_issuer_is_silent(
    client: httpx2.AsyncClient, issuer: Issuer, clock: Clock
) -> None:
    assert (await client.get("/mine", headers=token())).status_code == 200
    issuer.silent = True
    clock.now += 7200
    assert (await client.get("/mine", headers=token())).status_code == 200
    assert issuer.asked == 2


async def test_nobody_waits_while_one_request_fetches_the_keys_again(
    client: httpx2.AsyncClient, issuer: Issuer, clock: Clock
) -> None:
    """Line: `not self._fetching.locked()` in `SigningKeys.holding`."""
    assert (await client.get("/mine", headers=token())).status_code == 200
    clock.now += FRESH_SECONDS
    issuer.answers.clear()
    fetching = asyncio.create_task(client.get("/mine", headers=token()))
    await issuer.has_been_asked(2)
    clock.now += PAUSE_SECONDS
    async with asyncio.timeout(5):
        assert (await client.get("/mine", headers=token())).status_code == 200
    issuer.answers.set()
    assert (await fetching).status_code == 200
    assert issuer.asked == 2


async def test_a_withdrawn_key_opens_nothing_once_the_keys_were_fetched_again(
    client: httpx2.AsyncClient, issuer: Issuer, clock: Clock
) -> None:
    """Line: `known.keys is not keys` in `KnownTokens.claims`."""
    known = token()
    assert (await client.get("/mine", headers=known)).status_code == 200
    issuer.keys = [OTHER_KEY]
    clock.now += FRESH_SECONDS
    assert (await client.get("/mine", headers=known)).status_code == 401


async def test_a_withdrawn_key_opens_nothing_after_a_quiet_minute(
    client: httpx2.AsyncClient, issuer: Issuer, clock: Clock
) -> None:
    """Line: `self._are_too_old()` in `SigningKeys.holding`: all wait for the keys, not only the first."""
    known = token()
    assert (await client.get("/mine", headers=known)).status_code == 200
    issuer.keys = [OTHER_KEY]
    clock.now += KEPT_SECONDS
    issuer.answers.clear()
    asked = [asyncio.create_task(client.get("/mine", headers=known)) for _ in range(3)]
    await issuer.has_been_asked(2)
    issuer.answers.set()
    assert [(await one).status_code for one in asked] == [401, 401, 401]


async def test_a_token_that_has_ended_is_refused_though_it_is_known(
    client: httpx2.AsyncClient, wall: Wall
) -> None:
    """Line: `self._clock() < known.until` in `KnownTokens.claims`."""
    known = token(exp=int(time.time()) + 10)
    assert (await client.get("/mine", headers=known)).status_code == 200
    assert (await client.get("/mine", headers=known)).status_code == 200
    wall.ahead = 10 + LEEWAY_SECONDS
    assert (await client.get("/mine", headers=known)).status_code == 401


def test_tokens_are_known_for_a_minute_and_only_so_many_of_them() -> None:
    """Lines: `min(now + KNOWN_SECONDS, …)` and `del self._known[…]` in `KnownTokens.keep`."""
    clock, keys = Clock(), KeySet([KEY])
    known, claims = KnownTokens(clock), {"sub": "citizen-1", "exp": clock.now + 3600}
    for number in range(MOST_KNOWN + 1):
        known.keep(f"token {number}", claims, kid="one", keys=keys)
    assert known.claims("token 0", keys) is None
    assert known.claims(f"token {MOST_KNOWN}", keys) == claims
    clock.now += KNOWN_SECONDS
    assert known.claims(f"token {MOST_KNOWN}", keys) is None


async def test_without_any_keys_the_caller_is_asked_to_come_again(
    client: httpx2.AsyncClient, issuer: Issuer
) -> None:
    issuer.silent = True
    reply = await client.get("/mine", headers=token())
    assert reply.status_code == 503
    assert reply.headers["retry-after"]
    assert reply.json()["code"] == "issuer_silent"


def test_a_principal_does_not_show_the_iin() -> None:
    assert "900101100014" not in repr(
        Principal(subject="s", scopes=frozenset({"citizen"}), iin="900101100014")
    )


def test_an_unprotected_route_is_found_however_deep_it_is_included(app: FastAPI) -> None:
    app.routes.extend(health_routes({}, {}))
    assert unprotected_routes(app) == []
    inner, outer = APIRouter(), APIRouter(prefix="/v1")

    @inner.get("/open")
    async def open_route() -> None: ...

    @inner.get("/closed")
    async def closed_route(_: Annotated[Principal, Depends(requires("ops"))]) -> None: ...

    outer.include_router(inner, prefix="/deep")
    app.include_router(outer)
    app.mount("/mounted", FastAPI())
    assert unprotected_routes(app) == ["/v1/deep/open", "/mounted"]


def test_a_router_may_protect_all_its_routes(app: FastAPI) -> None:
    router = APIRouter(prefix="/ops", dependencies=[Depends(requires("ops"))])

    @router.get("/parked")
    async def parked() -> None: ...

    app.include_router(router)
    assert unprotected_routes(app) == []


def test_a_dependency_without_a_scope_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="at least one scope"):
        requires()


async def test_a_problem_of_a_service_keeps_its_members(app: FastAPI, client: httpx2.AsyncClient) -> None:
    @app.get("/refused")
    async def refused() -> None:
        raise Problem(409, "papers_missing", members={"papers": ["passport"]})

    reply = await client.get("/refused", headers={"Accept-Language": "ru"})
    assert reply.status_code == 409
    assert reply.json()["papers"] == ["passport"]
    assert reply.json()["type"].endswith("/papers-missing")
    assert reply.json()["title"] == "Запрос выполнить нельзя"
