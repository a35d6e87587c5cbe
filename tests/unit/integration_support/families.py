"""Synthetic arrivals and the terms that tests count by."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.workdays import national_calendar
from contracts.intake import ArrivalReported
from contracts.words import Category, Language
from integration_support.domain.catalogue import read_catalogue
from integration_support.domain.terms import Terms
from integration_support.settings import CATALOGUE as CATALOGUE_FILE

FAMILY = UUID("0195d2a0-0000-7000-8000-000000000001")
#: Monday, 2 March 2026, nine in the morning in Kazakhstan.
NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
CATALOGUE = read_catalogue(CATALOGUE_FILE.read_bytes())
TERMS = Terms(
    zone=ZoneInfo("Asia/Almaty"),
    calendar=national_calendar(),
    default_days=10,
    repeat_days=3,
    day_begins=time(9),
)
THREE_GENERATIONS = ArrivalReported(
    arrived_on=date(2026, 3, 1),
    kato="591010000",
    category=Category.RESETTLER,
    language=Language.KAZAKH,
    ages=(66, 62, 38, 36, 12, 8, 4),
    people=7,
    wants_work=True,
    wants_training=True,
    foreign_education=True,
)


def arrival(**facts: Any) -> ArrivalReported:
    return replace(THREE_GENERATIONS, **facts)
