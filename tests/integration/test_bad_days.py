"""Bad days, each made to happen to a real process: it says so in one line, with its remedy, within a minute.

Those with users and rights at the broker are in `test_chassis_guarded_kafka.py`; docs/runbook.md lists all.
"""

import asyncio
import os
import resource
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx2
import psutil
import pytest

from chassis.remedies import remedy_for
from console.broker import Broker, create_topics
from console.ports import free_port
from console.postgres import Postgres
from support.certificates import OVER, Authority
from support.probe import until
from support.running import TOPICS, command_of, environment_of, listening, running
from support.tls_door import as_postgres, tls_door

OFTEN = {"QONYS_WATCH_SECONDS": "0.5"}


@pytest.fixture
def environment(database: str, broker: Broker, topic_prefix: str) -> dict[str, str]:
    return environment_of(database, broker, topic_prefix)


@pytest.fixture
async def topics(broker: Broker, topic_prefix: str) -> None:
    await create_topics(broker.servers, [topic_prefix + name for name in TOPICS])


async def refused(environment: dict[str, str], reason: str) -> str:
    """What was found, of a start that ends in one line and with exit code 1."""
    async with running("serve", environment) as service:
        line = await service.until("start_refused")
        assert await service.process.wait() == 1
        await service.rest()
    assert (line["reason"], line["remedy"]) == (reason, remedy_for(reason).remedy)
    assert [one["event"] for one in service.lines if one["level"] == "error"] == ["start_refused"]
    found: str = line["found"]
    return found


async def test_a_wrong_secret_of_the_database(environment: dict[str, str], postgres: Postgres) -> None:
    wrong = environment["QONYS_DATABASE_DSN"].replace(postgres.password("qonys"), "guess")
    told = {**environment, "QONYS_DATABASE_DSN": wrong}
    assert await refused(told, "wrong_database_secret") == "InvalidPasswordError"


async def test_a_database_that_is_not_there(environment: dict[str, str], postgres: Postgres) -> None:
    told = {**environment, "QONYS_DATABASE_DSN": postgres.dsn("nowhere")}
    assert await refused(told, "unknown_database") == "InvalidCatalogNameError"


async def test_a_server_that_does_not_come(environment: dict[str, str]) -> None:
    told = {**environment, "QONYS_KAFKA_SERVERS": f"127.0.0.1:{free_port()}", "QONYS_START_WAIT_SECONDS": "0"}
    found = await refused(told, "not_there")
    assert found == "the broker did not answer for 0 s (ConnectionRefusedError)"


async def test_an_expired_certificate_of_a_server(
    environment: dict[str, str], database: str, tmp_path: Path
) -> None:
    authority, parts = Authority(tmp_path), urlsplit(database)
    context = authority.server_context("localhost", lasts=OVER)
    async with tls_door(context, to_port=parts.port or 0, opening=as_postgres) as port:
        told = {
            **environment,
            "QONYS_DATABASE_DSN": database.replace(f"127.0.0.1:{parts.port}", f"localhost:{port}"),
            "QONYS_DATABASE_TLS": "verify-full",
            "QONYS_DATABASE_CA_FILE": str(authority.file),
        }
        assert await refused(told, "certificate_expired") == "certificate has expired"


async def test_an_expired_certificate_of_our_own(environment: dict[str, str], tmp_path: Path) -> None:
    file = Authority(tmp_path, lasts=OVER).file
    told = {**environment, "QONYS_KAFKA_CA_FILE": str(file)}
    assert (await refused(told, "certificate_expired")).startswith("ended: QONYS_KAFKA_CA_FILE on 20")


async def test_a_database_of_an_older_release(environment: dict[str, str]) -> None:
    told = {**environment, "QONYS_MIGRATE_AT_START": "false"}
    found = await refused(told, "database_older")
    assert found.startswith("not applied: messaging/0001_kernel")


@pytest.mark.usefixtures("topics")
async def test_a_database_of_a_newer_release_is_worked_with_and_told_of(
    environment: dict[str, str], database: str
) -> None:
    async with running("migrate", environment) as service:
        await service.until("migrations_done")
    await run(database, "INSERT INTO schema_migrations VALUES ('support.tiny', 2, 'more', 'sha')")
    async with listening("serve", {**environment, **OFTEN, "QONYS_MIGRATE_AT_START": "false"}) as service:
        line = await service.says("not_ready", check="migrations")
    assert line["reason"] == "database_newer"
    assert line["found"] == "the database has support.tiny migration 0002, which this code is too old for"
    assert await refused(environment, "database_newer") == line["found"]


async def test_a_missing_topic_until_it_is_made(environment: dict[str, str], broker: Broker) -> None:
    prefix = environment["QONYS_KAFKA_TOPIC_PREFIX"]
    await create_topics(broker.servers, [prefix + name for name in TOPICS[:-1]])
    async with listening("serve", {**environment, **OFTEN}) as service:
        line = await service.says("not_ready", check="broker")
        assert (line["reason"], line["found"]) == ("missing_topic", f"missing: {prefix}{TOPICS[-1]}")
        assert line["remedy"] == remedy_for("missing_topic").remedy
        await create_topics(broker.servers, [prefix + TOPICS[-1]])
        await service.says("ready_again", check="broker")
    said = [one for one in service.lines if one["event"] == "not_ready" and one["check"] == "broker"]
    assert said == [line]


@pytest.mark.usefixtures("topics")
async def test_a_wrong_right_in_the_database(environment: dict[str, str], postgres: Postgres) -> None:
    """The role may read everything, and write nothing."""
    async with running("migrate", environment) as service:
        await service.until("migrations_done")
    dsn, role = environment["QONYS_DATABASE_DSN"], f"reader_{uuid4().hex}"
    await run(dsn, f"CREATE ROLE {role} LOGIN PASSWORD 'correct horse'")
    await run(dsn, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    reader = dsn.replace(f"qonys:{postgres.password('qonys')}", f"{role}:correct%20horse")
    told = {**environment, "QONYS_DATABASE_DSN": reader, "QONYS_MIGRATE_AT_START": "false"}
    async with listening("relay", told) as relay:
        line = await relay.says("worker_failed")
        assert await relay.process.wait() == 1
    assert (line["reason"], line["level"]) == ("wrong_database_rights", "error")
    await run(dsn, f"DROP OWNED BY {role}")
    await run(dsn, f"DROP ROLE {role}")


@pytest.mark.usefixtures("topics")
async def test_two_relays_of_one_service(environment: dict[str, str]) -> None:
    async with listening("relay", {**environment, **OFTEN}) as first:
        await first.says("relay_leads")
        async with listening("relay", {**environment, **OFTEN}) as second:
            line = await second.says("attention_needed", check="leadership")
            assert line["reason"] == "relay_stands_by"
            assert line["found"].endswith(f":{first.process.pid} leads")
            assert await first.stop() == 0
            await second.says("attention_over", check="leadership")
    assert not [one for one in first.lines if one.get("check") == "leadership"]


@pytest.mark.usefixtures("topics")
async def test_no_disk(environment: dict[str, str], database: str) -> None:
    """Postgres says what it says when it cannot write."""
    async with listening("relay", {**environment, **OFTEN}) as relay:
        await relay.says("relay_leads")
        await run(
            database,
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE 'no space left on device' USING ERRCODE = 'disk_full'; END $$",
            "INSERT INTO untold (events) VALUES (0)",
            "CREATE TRIGGER full_disk BEFORE DELETE ON untold EXECUTE FUNCTION full_disk()",
        )
        line = await relay.says("loop_waits", error="DiskFullError")
    assert (line["reason"], line["remedy"]) == ("no_disk", remedy_for("no_disk").remedy)


@pytest.mark.usefixtures("topics")
async def test_no_memory(environment: dict[str, str]) -> None:
    async with listening("serve", {**environment, **OFTEN}) as service:
        taken = psutil.Process(service.process.pid).memory_info().vms
        resource.prlimit(service.process.pid, resource.RLIMIT_AS, (taken * 21 // 20, taken * 21 // 20))
        line = await service.says("attention_needed", check="memory")
    assert (line["reason"], line["remedy"]) == ("no_memory", remedy_for("no_memory").remedy)
    assert line["found"] == f"more than 90% of {(taken * 21 // 20) >> 20} MiB is taken"


@pytest.mark.usefixtures("topics")
async def test_time_that_others_count_otherwise_and_a_certificate_that_ends_soon(
    environment: dict[str, str], database: str, tmp_path: Path
) -> None:
    """The database's clock is ten minutes ahead, the zone is Moscow's."""
    await run(
        database,
        "CREATE SCHEMA ahead",
        "CREATE FUNCTION ahead.now() RETURNS timestamptz LANGUAGE sql AS "
        "$$ SELECT pg_catalog.now() + interval '10 minutes' $$",
        f"ALTER DATABASE {urlsplit(database).path[1:]} SET search_path = ahead, public, pg_catalog",
    )
    file = Authority(tmp_path, lasts=timedelta(days=12)).file
    told = {"QONYS_TIMEZONE": "Europe/Moscow", "QONYS_DATABASE_CA_FILE": str(file)}
    async with listening("serve", {**environment, **told}) as service:
        lines = {
            check: await service.says("attention_needed", check=check)
            for check in ("clock", "time_zone", "certificates")
        }
    assert {check: line["reason"] for check, line in lines.items()} == {
        "clock": "wrong_clock",
        "time_zone": "wrong_time_zone",
        "certificates": "certificate_ends_soon",
    }
    assert lines["clock"]["found"] == "our clock is about 10 min behind the database's"
    assert lines["time_zone"]["found"] == "Europe/Moscow is at UTC+0300, Kazakhstan at UTC+0500"
    assert lines["certificates"]["found"].startswith("ends within 30 days: QONYS_DATABASE_CA_FILE on 20")


@pytest.mark.usefixtures("topics")
async def test_a_log_collector_that_is_gone(environment: dict[str, str]) -> None:
    """Nobody can be told by a line then: the count is what alarms."""
    port = free_port()
    ours, theirs = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *command_of("serve"), env={**os.environ, **environment, "QONYS_HTTP_PORT": str(port)}, stdout=theirs
    )
    os.close(theirs)
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await until(lambda: answers(client), seconds=60)
            os.close(ours)
            await until(lambda: counts_lost_lines(client), seconds=60)
    finally:
        process.terminate()
        assert await process.wait() == 0


async def answers(client: httpx2.AsyncClient) -> bool:
    try:
        return (await client.get("/health/live")).is_success
    except httpx2.TransportError:
        return False


async def counts_lost_lines(client: httpx2.AsyncClient) -> bool:
    await client.get("/v1/unknown")  # has a line
    numbers = (await client.get("/metrics")).text.splitlines()
    (lost,) = [line for line in numbers if line.startswith("qonys_log_lines_dropped_total{")]
    return float(lost.split()[-1]) > 0


async def run(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
