"""Intake on a real port: what it takes, what it refuses and in which words; nothing is done twice."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from copy import deepcopy
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from chassis.auth import unprotected_routes
from console.broker import Broker
from console.postgres import Postgres
from intake.store.owners import Owners
from support.intake import FAMILY, PDF, RunningIntake, running_intake

LIMIT_BYTES = 4_096
WAITING_MOST = 40


@pytest.fixture(scope="module")
async def running(
    postgres: Postgres, broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningIntake]:
    folder = tmp_path_factory.mktemp("intake")
    limits = {"paper_limit_bytes": LIMIT_BYTES, "requests_waiting_most": WAITING_MOST}
    async with running_intake(postgres, broker, folder=folder, **limits) as one:
        yield one


@pytest.fixture
async def intake(running: RunningIntake) -> RunningIntake:
    await running.forget()
    return running


def changed(path: str, value: object) -> dict[str, Any]:
    """The family with one place of its application changed; `...` takes it away."""
    family: Any = deepcopy(dict(FAMILY))
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    place = family
    for step in steps:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    whole: dict[str, Any] = family
    return whole


async def papers_of(intake: RunningIntake) -> tuple[str, list[str]]:
    """A new draft's id and the addresses of the papers it needs."""
    made = (await intake.draft()).json()
    case = f"/v1/applications/{made['application_id']}"
    needs = made["papers_required"]
    return made["application_id"], [f"{case}/papers/{n['member_id']}/{n['kind']}" for n in needs]


async def test_every_route_asks_who_is_calling(running: RunningIntake) -> None:
    assert unprotected_routes(running.app) == []


async def test_an_application_goes_from_draft_to_submission(intake: RunningIntake) -> None:
    application_id = await intake.submitted()
    assert await intake.told(application_id) == ["kz.qonys.application.submitted.v1"]
    seen = await intake.view(application_id)
    assert seen["state"] == "submitted"
    assert seen["papers"]["missing"] == []
    assert [line["code"] for line in seen["timeline"]] == ["draft_made", "application_submitted"]


async def test_a_draft_sent_three_times_is_one_case(intake: RunningIntake) -> None:
    answers = await asyncio.gather(*(intake.draft(key="same") for _ in range(3)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert await intake.pool.fetchval("SELECT count(*) FROM applications") == 1


async def test_while_the_database_is_slow_some_are_refused_at_once_and_the_others_succeed(
    intake: RunningIntake,
) -> None:
    async with intake.pool.acquire() as conn, conn.transaction():
        await conn.execute("LOCK TABLE requests")
        calls = [asyncio.create_task(intake.draft(key="same")) for _ in range(WAITING_MOST + 5)]
        refused = [await call for call in islice(asyncio.as_completed(calls), 5)]
        assert {answer.status_code for answer in refused} == {429}
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
        assert sum(call.done() for call in calls) == 5
    statuses = [(await call).status_code for call in calls]
    assert statuses.count(201) == WAITING_MOST
    assert await intake.pool.fetchval("SELECT count(*) FROM applications") == 1


async def test_while_too_many_wait_a_paper_is_refused_before_it_is_read(intake: RunningIntake) -> None:
    """Line: `check_pressure()` in `papers._kept`."""
    _, papers = await papers_of(intake)
    async with intake.pool.acquire() as conn, conn.transaction():
        await conn.execute("LOCK TABLE requests")
        calls = [asyncio.create_task(intake.draft(key="same")) for _ in range(WAITING_MOST + 1)]
        await next(asyncio.as_completed(calls))
        assert await intake.answer_to_headers(papers[0], length=LIMIT_BYTES) == 429
    assert {(await call).status_code for call in calls} == {201, 429}


async def test_a_submission_sent_three_times_is_told_once(intake: RunningIntake) -> None:
    application_id = await intake.submitted()
    answers = [await intake.submit(application_id, key=key) for key in ("a", "a", "b")]
    assert len({answer.text for answer in answers}) == 1
    assert len(await intake.told(application_id)) == 1


async def test_a_key_used_again_for_something_else_is_a_conflict(intake: RunningIntake) -> None:
    await intake.draft(key="k")
    answer = await intake.draft(changed("region_to", "110000000"), key="k")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")


async def test_one_citizens_key_is_not_anothers(intake: RunningIntake) -> None:
    mine = (await intake.draft(key="k")).json()["application_id"]
    other = (await intake.draft(key="k", headers=intake.bearer("citizen-2"))).json()["application_id"]
    assert mine != other


@pytest.mark.parametrize(
    ("key", "code"), [(None, "idempotency_key_missing"), ("a b", "idempotency_key_malformed")]
)
async def test_a_draft_and_its_submission_need_a_key(
    intake: RunningIntake, key: str | None, code: str
) -> None:
    headers = intake.bearer() | ({"Idempotency-Key": key} if key else {})
    case = f"/v1/applications/{await intake.filled()}"
    for path, body in (("/v1/applications", FAMILY), (f"{case}/submission", None)):
        answer = await intake.http.post(path, json=body, headers=headers)
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert (error["header"], error["code"]) == ("Idempotency-Key", code)


async def test_a_missing_key_hides_no_fault_of_the_body(intake: RunningIntake) -> None:
    family = changed("contact/phone", "12")
    answer = await intake.http.post("/v1/applications", json=family, headers=intake.bearer())
    assert [one["code"] for one in answer.json()["errors"]] == ["phone_invalid", "idempotency_key_missing"]


async def test_a_malformed_key_hides_no_fault_of_an_acts_body(intake: RunningIntake) -> None:
    case = f"/v1/applications/{await intake.submitted()}"
    headers = {**intake.bearer(), "Idempotency-Key": "a b"}
    answer = await intake.http.post(f"{case}/arrival", json={"kato": "5"}, headers=headers)
    assert {one["code"] for one in answer.json()["errors"]} == {
        "idempotency_key_malformed",
        "missing",
        "unknown_region",
    }


@pytest.mark.parametrize(
    ("path", "value", "pointer", "code"),
    [
        ("members/0/iin", "900101100015", "#/members/0/iin", "iin_check_digit"),
        ("members/0/iin", "900101100501", "#/members/0/iin", "iin_check_digit"),
        ("members/0/iin", "90010110001", "#/members/0/iin", "iin_not_twelve_digits"),
        ("members/0/iin", ..., "#/members/0/iin", "iin_missing"),
        ("members/1/iin", "900101100014", "#/members/1/iin", "person_twice"),
        ("members/0/kinship", "spouse", "#/members", "applicant_missing"),
        ("members/1/kinship", "applicant", "#/members/1/kinship", "applicants_many"),
        ("members/0/birth_date", "2015-01-01", "#/members/0/birth_date", "applicant_minor"),
        ("members/1/birth_date", "2999-01-01", "#/members/1/birth_date", "birth_in_future"),
        ("members/0/name/given", "N0", "#/members/0/name/given", "name_letters"),
        ("members/0/diploma_number", "ЖБ\0 1234567", "#/members/0/diploma_number", "text_signs"),
        ("members/0/able_to_work", "yes", "#/members/0/able_to_work", "bool_type"),
        ("region_to", "999000000", "#/region_to", "unknown_region"),
        ("region_to", "610000000", "#/region_to", "same_region"),
        ("region_from", "110000000", "#/region_from", "departure_not_allowed"),
        ("consent", ..., "#/consent", "missing"),
        ("consent/given", False, "#/consent/given", "consent_missing"),
        ("contact/phone", "+79161234567", "#/contact/phone", "phone_russian"),
        ("contact/phone", "12", "#/contact/phone", "phone_invalid"),
        ("contact/email", "nobody", "#/contact/email", "email_invalid"),
        ("language", "fr", "#/language", "enum"),
        ("citizen", "x", "#/citizen", "extra_forbidden"),
        ("members", [], "#/members", "too_short"),
        ("members", "x", "#/members", "list_type"),
    ],
)
async def test_a_fault_is_named_with_its_place(
    intake: RunningIntake, path: str, value: object, pointer: str, code: str
) -> None:
    answer = await intake.draft(changed(path, value))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert (pointer, code) in [(one["pointer"], one["code"]) for one in answer.json()["errors"]]


@pytest.mark.parametrize("iin", ["900101100014", "900101100500"])
async def test_both_passes_of_the_check_digit_are_taken(intake: RunningIntake, iin: str) -> None:
    assert (await intake.draft(changed("members/0/iin", iin))).status_code == 201


async def test_a_fault_of_the_only_member_is_not_a_fault_of_the_list_as_well(intake: RunningIntake) -> None:
    family = changed("members", deepcopy(FAMILY["members"][:1]))
    family["members"][0]["iin"] = "900101100015"
    answer = await intake.draft(family)
    assert [one["code"] for one in answer.json()["errors"]] == ["iin_check_digit"]


async def test_all_faults_are_told_at_once(intake: RunningIntake) -> None:
    family = changed("members/1/iin", FAMILY["members"][0]["iin"])
    family["region_to"] = "000000000"
    family["consent"] = {"given": False}
    family["members"][0]["birth_date"] = "yesterday"
    errors = (await intake.draft(family)).json()["errors"]
    assert {one["code"] for one in errors} >= {
        "person_twice",
        "unknown_region",
        "consent_missing",
        "date_from_datetime_parsing",
    }


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"members": 1}', b"\xff\xfe", b"[" * 5_000])
async def test_a_malformed_body_has_a_clear_answer(intake: RunningIntake, body: bytes) -> None:
    headers = {**intake.bearer(), "Idempotency-Key": str(uuid4())}
    answer = await intake.http.post("/v1/applications", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("kk", "бұл Ресей нөмірі"),
        ("ru", "это российский номер"),
        ("en", "this is a Russian number"),
        ("kk-Arab", "بۇل رەسەي"),
    ],
)
async def test_a_fault_is_said_in_the_readers_language(
    intake: RunningIntake, language: str, says: str
) -> None:
    family = changed("contact/phone", "+79161234567")
    answer = await intake.draft(family, headers={"Accept-Language": language})
    assert answer.json()["errors"][0]["detail"].startswith(says)


@pytest.mark.parametrize(
    ("asked", "says"), [({}, "это российский номер"), ({"Accept-Language": "en"}, "this is a Russian number")]
)
async def test_a_draft_is_answered_in_its_own_language_unless_the_browser_asks_for_another(
    intake: RunningIntake, asked: dict[str, str], says: str
) -> None:
    family = {**changed("contact/phone", "+79161234567"), "language": "ru"}
    answer = await intake.draft(family, headers=asked)
    assert answer.json()["errors"][0]["detail"].startswith(says)


async def test_a_kandas_may_come_from_any_region(intake: RunningIntake) -> None:
    family = {**changed("category", "kandas"), "region_from": "110000000"}
    assert (await intake.draft(family)).status_code == 201


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("members/0/birth_date", "1991-01-01", "iin_other_birth_date"),
        ("members/0/iin", "901301110011", "iin_impossible_date"),
        ("members/0/iin", "900230110013", "iin_impossible_date"),
        ("members/0/iin", "900101810016", "iin_impossible_sex"),
    ],
)
async def test_an_iin_that_disagrees_is_a_warning_in_words_and_no_error(
    intake: RunningIntake, path: str, value: str, code: str
) -> None:
    answer = await intake.draft({**changed(path, value), "language": "ru"})
    assert answer.status_code == 201
    (warning,) = answer.json()["warnings"]
    assert (warning["pointer"], warning["code"]) == ("#/members/0/iin", code)
    assert "ИИН" in warning["detail"]


async def test_a_submission_without_papers_lists_them(intake: RunningIntake) -> None:
    application_id, papers = await papers_of(intake)
    await intake.upload(papers[0])
    answer = await intake.submit(application_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "papers_missing")
    assert len(answer.json()["missing"]) == len(papers) - 1
    assert answer.json()["title"] == "Құжаттар жетіспейді"


async def test_a_paper_is_kept_under_its_hash_with_its_number(
    intake: RunningIntake,
) -> None:
    _, papers = await papers_of(intake)
    answer = await intake.upload(papers[1], headers={"Paper-Number": quote("ЖБ-Б № 1234567")})
    sha256 = hashlib.sha256(PDF).hexdigest()
    assert answer.json()["sha256"] == sha256
    assert await intake.app.state.intake.files.read(sha256) == PDF
    assert await intake.pool.fetchval("SELECT number FROM papers") == "ЖБ-Б № 1234567"


async def test_a_paper_put_again_replaces_the_one_before(intake: RunningIntake) -> None:
    _, papers = await papers_of(intake)
    for content in (PDF, PDF + b"\n"):
        answer = await intake.upload(papers[0], content)
    assert answer.json()["size_bytes"] == len(PDF) + 1
    assert await intake.pool.fetchval("SELECT array_agg(size_bytes) FROM papers") == [len(PDF) + 1]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"GIF89a", 415, "paper_type_unknown"),
        (b"", 415, "paper_type_unknown"),
        (PDF[:-8], 415, "paper_damaged"),
        (PDF + b" " * LIMIT_BYTES, 413, "paper_too_large"),
    ],
)
async def test_a_wrong_file_is_refused(intake: RunningIntake, content: bytes, status: int, code: str) -> None:
    _, papers = await papers_of(intake)
    answer = await intake.upload(papers[0], content, headers={"Content-Type": "application/pdf"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await intake.pool.fetchval("SELECT count(*) FROM papers") == 0


@pytest.mark.parametrize("number", ["%ff", "%00", "9" * 51])
async def test_a_paper_number_that_is_none_is_refused(intake: RunningIntake, number: str) -> None:
    _, papers = await papers_of(intake)
    answer = await intake.upload(papers[0], headers={"Paper-Number": number})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["code"]) == (422, "paper_number_malformed")


async def test_all_that_is_wrong_with_a_paper_is_told_at_once(intake: RunningIntake) -> None:
    _, papers = await papers_of(intake)
    answer = await intake.upload(
        papers[0], b"GIF89a" + b" " * LIMIT_BYTES, headers={"Paper-Number": "%ff", "Accept-Language": "ru"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    found = [(one.get("header", one.get("pointer")), one["code"]) for one in answer.json()["errors"]]
    assert found == [
        ("Paper-Number", "paper_number_malformed"),
        ("#", "paper_too_large"),
        ("#", "paper_type_unknown"),
    ]
    assert answer.json()["errors"][1]["detail"].startswith("Файл не должен быть больше")


async def test_a_paper_of_somebody_outside_the_family_is_refused(intake: RunningIntake) -> None:
    application_id, _ = await papers_of(intake)
    answer = await intake.upload(f"/v1/applications/{application_id}/papers/{uuid4()}/education")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_whose_case_it_is_is_read_once_it_is_there_and_then_never_again(intake: RunningIntake) -> None:
    """Line: `self._keep` in `Owners.of`: only who is there is kept."""
    key, owners = str(uuid4()), Owners(intake.pool)
    application_id = UUID((await intake.draft(key=key)).json()["application_id"])
    await intake.forget()
    assert await owners.of(application_id) is None
    await intake.draft(key=key)
    known = await owners.of(application_id)
    assert known is not None
    assert known.citizen == "citizen-1"
    await intake.pool.execute("UPDATE applications SET citizen = 'somebody else'")
    assert await owners.of(application_id) == known


async def test_someone_elses_case_looks_like_none(intake: RunningIntake) -> None:
    application_id, papers = await papers_of(intake)
    stranger = intake.bearer("citizen-2")
    case = f"/v1/applications/{application_id}"
    answers = [
        await intake.http.get(case, headers=stranger),
        await intake.http.put(papers[0], content=PDF, headers=stranger),
        await intake.http.post(f"{case}/submission", headers={**stranger, "Idempotency-Key": "k"}),
        await intake.http.post(f"{case}/withdrawal", json={}, headers=stranger),
        await intake.http.get(f"/v1/applications/{uuid4()}", headers=stranger),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5


async def test_an_officer_who_is_a_citizen_too_does_not_act_in_anothers_name(
    intake: RunningIntake,
) -> None:
    application_id = await intake.filled()
    both = intake.bearer("officer-1", "citizen officer")
    assert (await intake.view(application_id, headers=both))["state"] == "draft"
    answer = await intake.act(application_id, "withdrawal", {}, headers=both)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"expires_in": -60}, 401),
        ({"audience": "elsewhere"}, 401),
        ({"scope": "partner"}, 403),
        ({"scope": ""}, 403),
    ],
)
async def test_an_expired_or_foreign_token_opens_nothing(
    intake: RunningIntake, claims: dict[str, Any], status: int
) -> None:
    application_id, _ = await papers_of(intake)
    headers = intake.bearer(**{"scope": "citizen", **claims})
    answer = await intake.http.get(f"/v1/applications/{application_id}", headers=headers)
    assert answer.status_code == status


async def test_a_citizen_does_not_see_the_officers_list(intake: RunningIntake) -> None:
    answer = await intake.http.get("/v1/applications", headers=intake.bearer())
    assert answer.status_code == 403


async def test_an_officer_pages_through_all_cases_newest_first(intake: RunningIntake) -> None:
    made = [(await intake.draft()).json()["application_id"] for _ in range(5)]
    officer, seen, after = intake.bearer("officer-1", "officer"), list[str](), ""
    while True:
        answer = await intake.http.get(f"/v1/applications?limit=2{after}", headers=officer)
        seen += [item["application_id"] for item in answer.json()["items"]]
        if (last := answer.json()["next"]) is None:
            break
        after = f"&after={last}"
    assert seen == made[::-1]


async def test_an_officer_asks_for_a_state_and_a_region(intake: RunningIntake) -> None:
    submitted = await intake.submitted()
    await intake.draft()
    officer = intake.bearer("officer-1", "officer")
    answer = await intake.http.get("/v1/applications?state=submitted&region=590000000", headers=officer)
    (item,) = answer.json()["items"]
    assert item["application_id"] == submitted
    assert "iin" not in answer.text
    assert (await intake.http.get("/v1/applications?state=lost", headers=officer)).status_code == 422


async def test_one_person_has_one_living_application(intake: RunningIntake) -> None:
    living = await intake.submitted()
    application_id = await intake.filled()
    answer = await intake.submit(application_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_applied")
    assert answer.json()["application_id"] == living
    await intake.act(living, "withdrawal", {})
    assert (await intake.submit(application_id)).status_code == 200


async def test_two_submissions_of_one_person_at_once_make_one_application(
    intake: RunningIntake,
) -> None:
    drafts = [await intake.filled() for _ in range(4)]
    answers = await asyncio.gather(*map(intake.submit, drafts))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_a_body_above_the_limit_is_refused(intake: RunningIntake) -> None:
    family = changed("members/0/name/given", "Н" * 1_100_000)
    answer = await intake.draft(family)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_words_say_the_same_in_all_languages() -> None:
    import intake
    from chassis.words import disagreements

    assert disagreements(Path(str(intake.__path__[0])) / "words") == []
