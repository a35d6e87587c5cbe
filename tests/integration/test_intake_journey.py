"""A family's way through intake: its acts over HTTP, others' decisions over topics, one view of both."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from console.broker import Broker
from console.postgres import Postgres
from contracts import spec_of
from contracts.integration import PlanCompleted, PlanOpened, ReferralDone, ReferralSent
from contracts.notification import (
    Channel,
    ContactRequested,
    MessageDelivered,
    NotificationParked,
    NotificationResumed,
)
from contracts.verification import (
    CertificateIssued,
    CheckConfirmed,
    CheckSilent,
    EligibilityDecided,
    PaymentAuthorised,
    PaymentRefused,
    QuotaReserved,
    QuotaWaitlisted,
    Verdict,
    VerificationCompleted,
    VerificationParked,
    VerificationResumed,
)
from contracts.words import Category, Language, Reason, Register, Words
from support.intake import RunningIntake, eventually, running_intake

REGION, NUMBER = "590000000", "KZ-59-2026-000001"
CLEAR = VerificationCompleted(verdict=Verdict.CLEAR)
ELIGIBLE = EligibilityDecided(eligible=True, rule_set="2026-01", reasons=())
RESERVED = QuotaReserved(year=2026, region=REGION, category=Category.RESETTLER, people=2)
ISSUED = CertificateIssued(
    number=NUMBER,
    cap_tenge=7_028_125,
    people=2,
    region=REGION,
    category=Category.RESETTLER,
    issued_on=date(2026, 3, 5),
    jws="e30.e30.e30",
)
PAID = PaymentAuthorised(
    certificate_number=NUMBER, price_tenge=9_000_000, amount_tenge=7_028_125, mortgage_tenge=1_971_875
)
REASON = Reason(
    code="diploma_not_known",
    act="V2500037453",
    says=Words(kk="Диплом тіркелімде жоқ", ru="Диплома нет в базе", en="The diploma is not known"),
    remedy=Words(kk="Дипломды тексертіңіз", ru="Проверьте диплом", en="Have the diploma checked"),
)
ANSWERS = {"housing_intent": "purchase", "wants_work": True, "wants_training": False}
HOUSE = {
    "cadastral_number": "15:234:005:128",
    "price_tenge": 9_000_000,
    "kato": "591010000",
    "contract_number": "Ш-1",
}


@pytest.fixture(scope="module")
async def running(
    postgres: Postgres, broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningIntake]:
    async with running_intake(postgres, broker, folder=tmp_path_factory.mktemp("intake")) as one:
        yield one


@pytest.fixture
async def intake(running: RunningIntake) -> RunningIntake:
    await running.forget()
    return running


async def test_a_family_goes_all_the_way(intake: RunningIntake) -> None:
    case = await intake.submitted()
    await intake.hear(case, CLEAR, ELIGIBLE, RESERVED)
    seen = await intake.until(case, "place_reserved")
    assert seen["next_step"]["code"] == "fill_questionnaire"

    answer = await intake.act(case, "questionnaire", ANSWERS)
    assert answer.json() == {"application_id": case, "state": "place_reserved"}
    await intake.hear(case, ISSUED)
    seen = await intake.until(case, "certificate_issued")
    assert seen["certificate"] == {"number": NUMBER, "cap_tenge": 7_028_125, "issued_on": "2026-03-05"}

    assert (await intake.act(case, "housing", HOUSE)).status_code == 200
    await intake.hear(case, PAID)
    seen = await intake.until(case, "payment_authorised")
    assert seen["payment"]["mortgage_tenge"] == 1_971_875

    arrival = {"arrived_on": datetime.now(UTC).date().isoformat(), "kato": "591010000"}
    assert (await intake.act(case, "arrival", arrival)).json()["state"] == "arrived"
    plan_id, referral_id = uuid4(), uuid4()
    await intake.hear(
        case,
        PlanOpened(plan_id=plan_id, people=2, region=REGION, referrals=1, not_applicable=()),
        ReferralSent(
            referral_id=referral_id,
            service_no=7,
            provider="school",
            region=REGION,
            category=Category.RESETTLER,
            language=Language.KAZAKH,
            people=2,
            due_on=date(2026, 5, 1),
        ),
        ReferralDone(referral_id=referral_id, service_no=7),
    )
    await intake.until(case, "settling")
    await intake.hear(case, PlanCompleted(plan_id=plan_id, done=1, declined=0))
    seen = await intake.until(case, "settled")
    assert seen["next_step"]["code"] == "nothing"
    assert await intake.told(case) == [
        "kz.qonys.application.submitted.v1",
        "kz.qonys.questionnaire.completed.v1",
        "kz.qonys.housing.chosen.v1",
        "kz.qonys.arrival.reported.v1",
    ]


async def test_a_silent_register_is_seen_and_then_forgotten(intake: RunningIntake) -> None:
    case = await intake.submitted()
    since, member = datetime(2026, 3, 2, 4, 15, tzinfo=UTC), uuid4()
    silent = CheckSilent(
        register=Register.EDUCATION,
        member_id=member,
        cause="timeout",
        times=1,
        since=since,
        asked_again_at=since + timedelta(minutes=5),
    )
    await intake.hear(case, silent)
    seen = await intake.until(case, "checking")
    assert seen["waiting"]["for"] == "register_education"
    assert seen["waiting"]["by"] == "2026-03-02T04:20:00Z"
    await intake.hear(case, CheckConfirmed(register=Register.EDUCATION, member_id=member))

    async def answered() -> bool:
        return bool((await intake.view(case))["waiting"]["for"] == "registers")

    await eventually(answered)


async def test_a_blocked_family_reads_why_and_what_to_do(intake: RunningIntake) -> None:
    case = await intake.submitted()
    await intake.hear(case, VerificationCompleted(verdict=Verdict.BLOCKED, reasons=(REASON,)))
    await intake.until(case, "blocked")
    assert (await intake.submit(await intake.filled())).json()["code"] == "already_applied"
    russian = await intake.view(case, headers={"Accept-Language": "ru"})
    assert russian["reasons"] == [
        {
            "code": "diploma_not_known",
            "act": "V2500037453",
            "says": "Диплома нет в базе",
            "remedy": "Проверьте диплом",
        }
    ]
    assert (await intake.view(case))["reasons"][0]["says"] == "Диплом тіркелімде жоқ"


async def test_a_waitlisted_family_knows_its_position(intake: RunningIntake) -> None:
    case = await intake.submitted()
    waitlisted = QuotaWaitlisted(year=2026, region=REGION, category=Category.RESETTLER, people=2, position=3)
    await intake.hear(case, waitlisted)
    assert (await intake.until(case, "waitlisted"))["waitlist_position"] == 3
    answer = await intake.act(case, "withdrawal", {"reason": "ойымыз өзгерді"})
    assert answer.json()["state"] == "withdrawn"
    assert (await intake.told(case))[-1] == "kz.qonys.application.withdrawn.v1"


async def test_acts_out_of_place_are_conflicts_in_words(intake: RunningIntake) -> None:
    case = await intake.submitted()
    arrival = {"arrived_on": "2026-03-01", "kato": "591010000"}
    for act, body, code in (
        ("housing", HOUSE, "housing_not_now"),
        ("arrival", arrival, "arrival_not_now"),
    ):
        answer = await intake.act(case, act, body)
        assert (answer.status_code, answer.json()["code"]) == (409, code)
        assert answer.json()["detail"]
    assert await intake.told(case) == ["kz.qonys.application.submitted.v1"]


async def test_the_same_act_under_one_key_is_done_once(intake: RunningIntake) -> None:
    case = await intake.submitted()
    key = {"Idempotency-Key": "q-1"}
    answers = [await intake.act(case, "questionnaire", ANSWERS, headers=key) for _ in range(3)]
    assert len({answer.text for answer in answers}) == 1
    other = await intake.act(case, "questionnaire", {**ANSWERS, "wants_work": False}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")


async def test_an_officer_may_report_an_arrival_and_nothing_else(intake: RunningIntake) -> None:
    case = await intake.submitted()
    await intake.hear(case, RESERVED, ISSUED)
    await intake.until(case, "certificate_issued")
    officer = intake.bearer("officer-1", "officer")
    assert (await intake.act(case, "housing", HOUSE, headers=officer)).status_code == 403
    arrival = {"arrived_on": "2026-03-06", "kato": "591010000"}
    assert (await intake.act(case, "arrival", arrival, headers=officer)).status_code == 200


async def test_after_a_refused_payment_another_home_is_taken(intake: RunningIntake) -> None:
    case = await intake.submitted()
    await intake.hear(case, RESERVED, ISSUED)
    await intake.until(case, "certificate_issued")
    assert (await intake.act(case, "housing", HOUSE)).status_code == 200
    assert (await intake.act(case, "housing", HOUSE)).json()["code"] == "housing_already_chosen"
    await intake.hear(case, PaymentRefused(reasons=(REASON,)))

    async def may_choose() -> bool:
        return bool((await intake.view(case))["next_step"]["code"] == "choose_other_housing")

    await eventually(may_choose)
    assert (await intake.act(case, "housing", HOUSE)).status_code == 200
    assert await intake.pool.fetchval("SELECT count(*) FROM homes") == 2


async def test_the_citizen_sees_what_he_was_told(intake: RunningIntake) -> None:
    case = await intake.submitted()
    delivered = MessageDelivered(message_id=uuid4(), channel=Channel.SMS, about="application_received")
    contact = ContactRequested(task_id=uuid4(), region="610000000", due_on=date(2026, 3, 3))
    await intake.hear(case, delivered, contact)

    async def seen() -> bool:
        return bool((await intake.view(case))["contact_by"] == "2026-03-03")

    await eventually(seen)
    lines = (await intake.view(case))["timeline"]
    assert [line["code"] for line in lines][-2:] == ["message_delivered", "contact_requested"]
    assert lines[-2]["sentence"] == "Хабар сізге жетті (SMS): өтініш қабылданды."


async def test_what_intake_itself_has_parked_is_owed_by_an_operator_until_it_is_decided(
    intake: RunningIntake,
) -> None:
    """Given by `parked_at` in `waiting`."""
    case = await intake.submitted()
    topic = intake.topic_prefix + spec_of(VerificationCompleted).topic
    await intake.producer.send_and_wait(topic, b"no event", key=case.encode())

    async def awaits(what: str) -> bool:
        return bool((await intake.view(case))["waiting"]["for"] == what)

    await eventually(lambda: awaits("operator"))
    awaited = (await intake.view(case, headers={"Accept-Language": "en"}))["waiting"]
    (row,) = await intake.app.state.kernel.parking.list(subject=UUID(case))
    assert awaited["owed_by"] == "operator"
    assert datetime.fromisoformat(awaited["since"]) == row["parked_at"]
    assert awaited["sentence"].startswith("A message about your case waits for one of our staff (since ")
    await intake.app.state.kernel.parking.discard(row["seq"], by="somebody", reason="told by a test")
    assert await awaits("registers")


async def test_what_others_have_parked_is_owed_by_an_operator_until_it_goes_on_there(
    intake: RunningIntake,
) -> None:
    """Nobody is asked: what the others tell is all that intake knows of it. Given by `parked.HEARD`."""
    case, since = await intake.submitted(), datetime(2026, 3, 2, 4, 15, tzinfo=UTC)
    lines = len((await intake.view(case))["timeline"])

    async def parked_in(*services: str) -> bool:
        return bool((await intake.view(case))["waiting"]["parked_in"] == list(services))

    await intake.hear(case, VerificationParked(since=since + timedelta(hours=1)))
    await intake.hear(case, NotificationParked(since=since))
    await eventually(lambda: parked_in("notification", "verification"))
    headers = {"Accept-Language": "en"}
    sentence = (await intake.view(case, headers=headers))["waiting"]["sentence"]
    assert sentence.startswith("A message about your case waits for one of our staff (since 2 March 2026")
    officer = {**intake.bearer("officer-1", "officer"), **headers}
    awaited = (await intake.view(case, headers=officer))["waiting"]
    assert (awaited["owed_by"], datetime.fromisoformat(awaited["since"])) == ("operator", since)
    assert "It waits in: notification." in awaited["sentence"]

    await intake.hear(case, NotificationResumed())
    await eventually(lambda: parked_in("verification"))
    await intake.hear(case, VerificationResumed())
    await eventually(lambda: parked_in())
    seen = await intake.view(case)
    assert (seen["waiting"]["for"], len(seen["timeline"])) == ("registers", lines)


async def test_what_others_have_parked_of_a_case_that_nobody_had_is_no_matter_of_intakes(
    intake: RunningIntake,
) -> None:
    """Given by `if case is None` in `decider._parked`: strangers may name any case."""
    unknown = uuid4()
    await intake.hear(str(unknown), VerificationParked(since=datetime.now(UTC)), CLEAR)

    async def parked() -> object:
        return await intake.app.state.kernel.parking.list(subject=unknown)

    (row,) = await eventually(parked)
    assert row["name"] == spec_of(VerificationCompleted).type


async def test_an_event_about_an_unknown_case_is_parked_and_others_go_on(intake: RunningIntake) -> None:
    unknown, case = str(uuid4()), await intake.submitted()
    await intake.hear(unknown, CLEAR)
    await intake.hear(case, CLEAR, RESERVED)
    await intake.until(case, "place_reserved")

    async def parked() -> object:
        return await intake.pool.fetch("SELECT 1 FROM parked WHERE subject = $1", UUID(unknown))

    assert await eventually(parked)
