"""Registers are asked what is needed; they confirm, contradict, or are silent, and silence is waited out."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.intake import ApplicationWithdrawn, Kinship, Member, PaperKind
from contracts.verification import (
    CheckConfirmed,
    CheckContradicted,
    CheckSilent,
    EligibilityDecided,
    Verdict,
    VerificationCompleted,
)
from contracts.words import Category, Register
from messaging import Ask, Unanswered
from unit.verification.families import (
    DAY,
    RULES,
    SPOUSE_IIN,
    application,
    asked_about,
    asks_of,
    bench,
    child,
    confirming,
    member,
    named,
    only,
    paper,
    person,
    reminders_of,
    silent,
)
from verification.domain.answers import (
    Address,
    AskPerson,
    Cause,
    DiplomaAnswer,
    DiplomaFinding,
    Document,
    Kandas,
    Person,
    PersonAnswer,
    WorkAnswer,
)
from verification.domain.case import Stage, Submission, submission_of
from verification.domain.checks import consent_token
from verification.domain.findings import person_contradicts

SPOUSE = member(
    "Жұбай", kinship=Kinship.SPOUSE, iin=SPOUSE_IIN, diploma_number=None, skill="7212", able_to_work=True
)


def targets(asks: list[Ask]) -> list[tuple[str, str]]:
    names = {m.member_id: m.name.given for m in (member(), SPOUSE, child())}
    return sorted((ask.target, names[asked_about(ask)]) for ask in asks)


def test_a_resettler_family_is_asked_about_in_three_registers() -> None:
    effects = bench().hear(uuid4(), application(member(), SPOUSE, child()))
    assert targets(asks_of(effects)) == [
        ("education", "Үлгі"),
        ("labour", "Жұбай"),
        ("labour", "Үлгі"),
        ("persons", "Жұбай"),
        ("persons", "Үлгі"),
    ]


def test_the_labour_market_is_not_asked_about_kandas() -> None:
    effects = bench().hear(uuid4(), application(member(), SPOUSE, category=Category.KANDAS))
    assert {ask.target for ask in asks_of(effects)} == {"persons", "education"}


def test_the_persons_register_is_asked_with_what_stands_in_for_the_consents_token() -> None:
    family = uuid4()
    calls = [ask.call for ask in asks_of(bench().hear(family, application(member(), SPOUSE)))]
    tokens = [call.consent for call in calls if isinstance(call, AskPerson)]
    assert tokens == [consent_token(family)] * 2


def test_an_application_told_twice_is_one_case() -> None:
    tried, family = bench(), uuid4()
    tried.hear(family, application())
    assert tried.hear(family, application()) == []


def test_an_adult_without_an_iin_cannot_be_checked_and_blocks() -> None:
    tried, family = bench(), uuid4()
    effects = tried.hear(family, application(member(iin=None)))
    assert asks_of(effects) == []
    assert only(effects, CheckContradicted).reason.code == "iin_missing"
    assert only(effects, VerificationCompleted).verdict is Verdict.BLOCKED


def test_a_confirmed_check_is_told_and_the_verdict_waits_for_the_others() -> None:
    tried, family, said = bench(), uuid4(), application()
    first, *_ = asks_of(tried.hear(family, said))
    effects = tried.hear(family, confirming(first, said))
    assert only(effects, CheckConfirmed).register is Register.PERSONS
    assert len(effects) == 1


@pytest.mark.parametrize(
    ("finding", "code"),
    [
        (DiplomaFinding.NOT_ISSUED, "diploma_not_issued"),
        (DiplomaFinding.OTHER_HOLDER, "diploma_of_another"),
        (DiplomaFinding.ANNULLED, "diploma_annulled"),
    ],
)
def test_a_diploma_that_the_register_contradicts_blocks_with_its_act_and_remedy(
    finding: DiplomaFinding, code: str
) -> None:
    tried, family, said = bench(), uuid4(), application()
    for ask in asks_of(tried.hear(family, said)):
        answer = confirming(ask, said)
        tried.hear(family, replace(answer, finding=finding) if isinstance(answer, DiplomaAnswer) else answer)
    (verdict,) = tried.told(family, VerificationCompleted)
    assert verdict.verdict is Verdict.BLOCKED
    assert [reason.code for reason in verdict.reasons] == [code]
    assert verdict.reasons[0].act
    assert verdict.reasons[0].remedy is not None
    assert tried.told(family, EligibilityDecided) == []
    assert tried.ledger().reserved == 0


def test_silence_is_told_counted_and_asked_again_after_a_doubled_pause() -> None:
    tried, family, said = bench(), uuid4(), application()
    ask = asks_of(tried.hear(family, said))[0]
    since = tried.now
    for times, pause_seconds in ((1, 60), (2, 120), (3, 240)):
        before = tried.now
        effects = tried.hear(family, silent(ask, Cause.FAULT))
        told, reminder = only(effects, CheckSilent), reminders_of(effects)[0]
        assert (told.times, told.since, told.cause) == (times, since, "fault")
        assert told.asked_again_at == reminder.at == before + timedelta(seconds=pause_seconds)
        (ask,) = asks_of(tried.hear(family, reminder.what))
    assert tried.told(family, VerificationCompleted) == []


def test_the_pause_never_grows_beyond_the_longest() -> None:
    tried, family = bench(), uuid4()
    ask = asks_of(tried.hear(family, application()))[0]
    for _ in range(80):
        effects = tried.hear(family, silent(ask))
    assert reminders_of(effects)[0].at < tried.now + timedelta(hours=6)


def test_a_register_that_speaks_after_silence_lets_the_case_go_on() -> None:
    tried, family, said = bench(), uuid4(), application()
    for ask in asks_of(tried.hear(family, said)):
        reminder = reminders_of(tried.hear(family, silent(ask)))[0]
        (again,) = asks_of(tried.hear(family, reminder.what))
        tried.hear(family, confirming(again, said))
    assert tried.told(family, VerificationCompleted)[0].verdict is Verdict.CLEAR


def test_a_reminder_of_a_silence_that_is_over_asks_nothing() -> None:
    tried, family, said = bench(), uuid4(), application()
    ask = asks_of(tried.hear(family, said))[0]
    reminder = reminders_of(tried.hear(family, silent(ask)))[0]
    tried.hear(family, confirming(ask, said))
    assert tried.hear(family, reminder.what) == []


def test_a_reminder_of_an_earlier_silence_asks_nothing() -> None:
    tried, family = bench(), uuid4()
    ask = asks_of(tried.hear(family, application()))[0]
    first = reminders_of(tried.hear(family, silent(ask)))[0]
    tried.hear(family, silent(ask))
    assert tried.hear(family, first.what) == []


def test_a_register_that_could_not_be_reached_is_silent() -> None:
    tried, family = bench(), uuid4()
    ask = next(a for a in asks_of(tried.hear(family, application())) if isinstance(a.call, AskPerson))
    gone = Unanswered(target="persons", call=ask.call, error="TransientError", attempts=2)
    assert only(tried.hear(family, gone), CheckSilent).cause == "unreachable"


def test_after_withdrawal_answers_and_reminders_change_nothing() -> None:
    tried, family, said = bench(), uuid4(), application()
    first, *others = asks_of(tried.hear(family, said))
    reminder = reminders_of(tried.hear(family, silent(first)))[0]
    tried.hear(family, ApplicationWithdrawn())
    for body in (reminder.what, confirming(first, said), *(confirming(ask, said) for ask in others)):
        assert tried.hear(family, body) == []
    assert tried.case(family).stage is Stage.WITHDRAWN


def test_a_second_answer_to_one_question_changes_nothing() -> None:
    tried, family, said = bench(), uuid4(), application()
    ask = asks_of(tried.hear(family, said))[0]
    tried.hear(family, confirming(ask, said))
    assert tried.hear(family, silent(ask)) == []


def test_a_skilled_spouse_unknown_to_the_labour_market_does_not_hold_the_case_up() -> None:
    tried, family, said = bench(), uuid4(), application(member(), SPOUSE)
    for ask in asks_of(tried.hear(family, said)):
        unknown = ask.target == "labour" and asked_about(ask) == SPOUSE.member_id
        answer = WorkAnswer(member_id=SPOUSE.member_id, silent=Cause.NO_RECORD)
        tried.hear(family, answer if unknown else confirming(ask, said))
    assert tried.case(family).stage is Stage.ELIGIBLE


def contradicts(submission: Submission, of: Member, record: Person) -> str | None:
    return person_contradicts(submission, of, record, RULES.on(submission.submitted_on))


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({}, None),
        ({"family_name": "Басқалов"}, "name_differs"),
        ({"patronymic": None}, None),
        ({"patronymic": "Бөгденұлы"}, "name_differs"),
        ({"birth_date": date(1990, 1, 2)}, "birth_date_differs"),
        ({"iin_excluded": True}, "iin_excluded"),
        ({"alive": False}, "person_not_alive"),
        ({"citizenship": "CHN"}, "not_a_citizen"),
        ({"address": None}, "registered_elsewhere"),
        ({"address": Address(kato="751110000", since=date(2010, 1, 1))}, "registered_elsewhere"),
        ({"address": Address(kato="611010000", since=date(2025, 3, 2))}, None),
        ({"address": Address(kato="611010000", since=date(2025, 3, 3))}, "registered_too_short"),
    ],
)
def test_what_the_persons_register_says_of_a_resettler(record: dict[str, Any], code: str | None) -> None:
    submission = submission_of(application())
    assert contradicts(submission, member(), person(member(), **record)) == code


@pytest.mark.parametrize(
    ("kandas", "code"),
    [
        (Kandas(status="GRANTED"), None),
        (None, "kandas_status_missing"),
        (Kandas(status="ENDED"), "kandas_status_missing"),
        (Kandas(status="GRANTED", quota_included_on=date(2024, 3, 1)), "quota_used_before"),
    ],
)
def test_what_the_persons_register_says_of_a_kandas(kandas: Kandas | None, code: str | None) -> None:
    submission = submission_of(application(category=Category.KANDAS))
    record = person(member(), kandas=kandas, citizenship="CHN", address=None)
    assert contradicts(submission, member(), record) == code


@pytest.mark.parametrize(
    ("number", "status", "expires_on", "code"),
    [
        ("041234567", "VALID", None, None),
        ("041 234-567", "VALID", DAY, None),
        ("041234567", "LOST", None, "document_unfit"),
        ("041234567", "VALID", DAY - timedelta(days=1), "document_unfit"),
        ("049999999", "VALID", None, "document_unknown"),
        (None, "REPLACED", None, "document_unfit"),
    ],
)
def test_an_identity_card_must_be_known_and_fit(
    number: str | None, status: str, expires_on: date | None, code: str | None
) -> None:
    applicant = member()
    submission = submission_of(application(papers=(paper(applicant, PaperKind.IDENTITY_CARD, number),)))
    document = Document(kind="01", number="041234567", status=status, expires_on=expires_on)
    assert contradicts(submission, applicant, person(applicant, documents=(document,))) == code


def test_a_kandas_with_papers_in_arabic_script_matches_the_register() -> None:
    said = named(member(), "سەيتقازىۇلى", "نۇرلان")
    record = person(member(), family_name="Сейтқазыұлы", given_name="Нұрлан", patronymic=None)
    assert contradicts(submission_of(application(said, category=Category.KANDAS)), said, record) is None


def test_residence_is_asked_of_the_applicant_only() -> None:
    newborn = child(date(2026, 1, 10))
    record = person(newborn, address=Address(kato="611010000", since=date(2026, 1, 20)))
    assert contradicts(submission_of(application(member(), newborn)), newborn, record) is None


def test_an_answer_without_content_is_a_bug_and_not_a_verdict() -> None:
    tried, family = bench(), uuid4()
    ask = next(a for a in asks_of(tried.hear(family, application())) if isinstance(a.call, AskPerson))
    with pytest.raises(ValueError, match="neither a record nor a silence"):
        tried.hear(family, PersonAnswer(member_id=asked_about(ask)))
