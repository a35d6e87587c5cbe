"""A year's quotas are opened by an operator's order, in any year; the sandbox tells its own."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from console.broker import Broker
from console.postgres import Postgres
from contracts.verification import EligibilityDecided, QuotaReserved
from sandbox import quotas
from sandbox.server import Sandbox
from sandbox.server import Settings as SandboxSettings
from sandbox.server import running as sandbox_running
from support.hearing import Hearing, eventually, hearing
from support.verification import certificate_key, client_files, family_of, truth_about
from unit.verification.families import member
from verification.app import BLUEPRINT

SEVERO = {"region": "590000000", "category": "resettler"}
NEXT_YEAR = datetime.now(UTC).year + 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("verification")


@pytest.fixture(scope="module")
async def running(postgres: Postgres, broker: Broker, folder: Path) -> AsyncIterator[Hearing]:
    def own(_: str, sandbox: Sandbox) -> Mapping[str, Any]:
        key, certificate = client_files(folder)
        certificate_key(folder)
        return {
            "certificate_key_file": folder / "certificates.pem",
            "gateway_url": f"{sandbox.http}/gateway/sync",
            "gateway_key_file": key,
            "gateway_client_certificate_file": certificate,
        }

    async with hearing(BLUEPRINT, postgres, broker, folder=folder, own=own) as one:
        yield one


async def opened(service: Hearing, year: int, *those: Mapping[str, Any], scope: str = "ops") -> Any:
    body = {"act": "Order 1 of 05.01.2031", "quotas": those}
    return await service.http.put(f"/v1/quotas/{year}", json=body, headers=service.bearer(scope))


async def ready(sandbox: Sandbox) -> bool:
    async with httpx2.AsyncClient() as http:
        return (await http.get(f"{sandbox.http}/sandbox/ready")).is_success


async def decided(service: Hearing, year: int, event: type) -> Any:
    """What a family hears that applied in March of a year to North Kazakhstan, and all it said was true."""
    family, who = uuid4(), member(birth_date=date(year - 36, 1, 1))
    service.sandbox.gateway.truth.add(truth_about(who))
    said = family_of(who, region_to="590000000", submitted_on=date(year, 3, 2))
    await service.hear(family, said, source="/qonys/intake")
    return next(one for one in await service.until_told(family, event) if isinstance(one, event))


async def test_a_year_without_an_order_refuses_and_after_it_takes(running: Hearing) -> None:
    refused = await decided(running, 2031, EligibilityDecided)
    assert [reason.code for reason in refused.reasons] == ["region_without_quota"]
    answer = await opened(running, 2031, {**SEVERO, "people": 7})
    assert (answer.status_code, answer.json()) == (200, {"year": 2031, "opened": 1, "known": 0})
    reserved = await decided(running, 2031, QuotaReserved)
    assert (reserved.year, reserved.region) == (2031, "590000000")


async def test_an_order_told_again_opens_nothing_and_keeps_its_act(running: Hearing) -> None:
    for known in (0, 1):
        answer = await opened(running, 2032, {**SEVERO, "people": 7})
        assert answer.json() == {"year": 2032, "opened": 1 - known, "known": known}
    rows = await running.pool.fetch("SELECT quota, act FROM ledgers WHERE year = 2032")
    assert [tuple(row) for row in rows] == [(7, "Order 1 of 05.01.2031")]
    entries = await running.pool.fetch("SELECT people, source FROM quota_entries WHERE year = 2032")
    assert [tuple(row) for row in entries] == [(7, "order")]


async def test_an_order_with_another_number_changes_nothing_at_all(running: Hearing) -> None:
    await opened(running, 2033, {**SEVERO, "people": 7})
    more = {"region": "550000000", "category": "kandas", "people": 1}
    answer = await opened(running, 2033, {**SEVERO, "people": 8}, more)
    assert (answer.status_code, answer.json()["code"]) == (409, "quota_differs")
    assert answer.json()["quotas"] == [{"year": 2033, **SEVERO}]
    assert await running.pool.fetchval("SELECT sum(quota) FROM ledgers WHERE year = 2033") == 7


@pytest.mark.parametrize("scope", ["citizen", "officer", "partner"])
async def test_only_an_operator_opens_quotas(running: Hearing, scope: str) -> None:
    assert (await opened(running, 2034, {**SEVERO, "people": 7}, scope=scope)).status_code == 403


async def test_an_order_that_cannot_be_has_all_its_faults_named(running: Hearing) -> None:
    answer = await opened(running, 1999, {**SEVERO, "people": 0}, {**SEVERO, "region": "5", "people": 1})
    codes = [one["code"] for one in answer.json()["errors"]]
    assert (answer.status_code, sorted(codes)) == (
        422,
        ["greater_than", "greater_than_equal", "unknown_region"],
    )


async def test_the_sandbox_opens_the_running_year_and_the_next_with_numbers_that_it_says_are_made_up(
    running: Hearing, folder: Path
) -> None:
    """Another sandbox in the same folder and of the same name: it signs with the key that is believed."""
    settings = SandboxSettings(
        folder=folder, public_url=running.sandbox.http, verification=str(running.http.base_url)
    )
    async with sandbox_running(settings) as telling:

        async def told() -> bool:
            return telling.quotas is not None and telling.quotas.told

        await eventually(told)
    rows = await running.pool.fetch(
        "SELECT category, region, quota, act FROM ledgers WHERE year = $1", NEXT_YEAR
    )
    assert {row["act"] for row in rows} == {quotas.ACT}
    of_2026 = await running.pool.fetch("SELECT category, region, quota FROM ledgers WHERE year = 2026")
    assert {tuple(row)[:3] for row in rows} == {tuple(row) for row in of_2026}
    assert NEXT_YEAR - 1 in {row["year"] for row in await running.pool.fetch("SELECT year FROM ledgers")}


async def test_until_verification_has_taken_the_order_a_sandbox_is_not_ready(tmp_path: Path) -> None:
    async with sandbox_running(SandboxSettings(folder=tmp_path)) as alone:
        assert await ready(alone)
    async with sandbox_running(
        SandboxSettings(folder=tmp_path, verification="http://127.0.0.1:9")
    ) as waiting:
        assert not await ready(waiting)
