"""Rules are data with dates: those of the day of submission decide; an installation may bring its own."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import AnyHttpUrl, SecretStr, ValidationError

from contracts.verification import CertificateIssued, EligibilityDecided, PaymentAuthorised
from unit.verification.families import POLICY, QUESTIONNAIRE, RULES, Bench, application, bench, home, member
from verification.domain.rules import RuleBook, read_rules
from verification.settings import RULES as RULES_FILE
from verification.settings import VerificationSettings

SIXTY: dict[str, Any] = {"birth_date": date(1966, 2, 1)}


def book(**changes: Any) -> RuleBook:
    """The package's rules, with one more set from 1 March 2026."""
    later = replace(RULES.sets[-1], name="own-2026", applies_from=date(2026, 3, 1), **changes)
    return replace(RULES, sets=(*RULES.sets, later))


def under(rules: RuleBook, quota: int = 100) -> Bench:
    tried = bench(quota)
    tried.policy = replace(POLICY, rules=rules)
    return tried


@pytest.mark.parametrize(
    ("day", "name", "cap_tenge"),
    [
        (date(2025, 12, 31), "order-234-2025", 4_561_120),
        (date(2026, 1, 1), "order-234-2026", 7_028_125),
        (date(2031, 7, 1), "order-234-2026", 7_028_125),
    ],
)
def test_the_rule_set_in_force_on_the_day_decides(day: date, name: str, cap_tenge: int) -> None:
    rules = RULES.on(day)
    assert (rules.name, rules.cap_tenge) == (name, cap_tenge)


def test_a_day_before_all_known_rules_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(LookupError, match="2024-12-31"):
        RULES.on(date(2024, 12, 31))


def test_every_rule_set_of_the_package_names_its_act() -> None:
    assert all(rules.act for rules in RULES.sets)


@pytest.mark.parametrize(("submitted_on", "eligible"), [(date(2026, 2, 28), True), (date(2026, 3, 2), False)])
def test_an_age_that_no_act_settles_is_an_installations_own_from_its_day_on(
    submitted_on: date, eligible: bool
) -> None:
    tried = under(book(able_until_age=58))
    family = tried.apply(application(member(**SIXTY), submitted_on=submitted_on))
    assert [told.eligible for told in tried.told(family, EligibilityDecided)] == [eligible]


def test_the_share_that_a_certificate_pays_is_an_installations_own() -> None:
    tried, family = under(book(share_percent=80)), uuid4()
    tried.apply(application(member()), family)
    for step in (QUESTIONNAIRE, home(1_000_000)):
        tried.hear(family, step)
    (paid,) = tried.told(family, PaymentAuthorised)
    assert (paid.amount_tenge, paid.mortgage_tenge) == (800_000, 200_000)


def test_a_cap_is_that_of_the_day_of_submission_whenever_the_certificate_is_cut() -> None:
    tried, family = under(book(cap_mci=1_000)), uuid4()
    tried.apply(application(member(), submitted_on=date(2026, 2, 28)), family)
    tried.hear(family, QUESTIONNAIRE)
    assert tried.now.date() > date(2026, 3, 1)
    assert [told.cap_tenge for told in tried.told(family, CertificateIssued)] == [7_028_125]


def settings(rules: Path | None) -> VerificationSettings:
    return VerificationSettings(
        database_dsn=SecretStr("postgresql://localhost/x"),
        kafka_servers="localhost:9092",
        oidc_issuer="https://id.example",
        oidc_jwks_url=AnyHttpUrl("https://id.example/jwks.json"),
        certificate_key_file=RULES_FILE,  # any file that is there
        gateway_key_file=RULES_FILE,
        gateway_client_certificate_file=RULES_FILE,
        gateway_url=AnyHttpUrl("https://gateway.example"),
        rules_file=rules,
    )


def written(to: Path, **changes: Any) -> Path:
    """A file of rules, like the package's but for the last set."""
    rules = json.loads(RULES_FILE.read_text())
    rules["sets"][-1] |= changes
    to.write_text(json.dumps({**rules, "sets": rules["sets"]}))
    return to


def test_a_file_of_rules_stands_in_for_those_of_the_package(tmp_path: Path) -> None:
    own = written(tmp_path / "rules.json", able_from_age=21)
    assert settings(own).rules.on(date(2026, 5, 1)).able_from_age == 21
    assert settings(None).rules == RULES


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"share_percent": 101}, r"\$.sets\[1\].share_percent"),
        ({"applies_from": "2025-01-01"}, "order-234-2026 must apply from a later day"),
    ],
)
def test_rules_that_do_not_fit_are_refused_before_the_start(
    tmp_path: Path, changes: dict[str, Any], place: str
) -> None:
    with pytest.raises(ValidationError, match=place):
        settings(written(tmp_path / "rules.json", **changes))


def test_a_number_that_is_left_out_is_not_guessed() -> None:
    rules = json.loads(RULES_FILE.read_text())
    del rules["sets"][0]["able_until_age"]
    with pytest.raises(ValueError, match="able_until_age"):
        read_rules(json.dumps(rules).encode())
