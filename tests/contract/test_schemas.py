"""What is written about the events is up to date and valid; and what may change within a version."""

import importlib
import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from contracts import EVENTS
from contracts.asyncapi import document
from contracts.compatibility import breaks
from contracts.generate import generated, stale
from contracts.published import SCHEMAS
from contracts.schemas import event_schema
from contracts.yaml import as_yaml

ROOT = Path(__file__).parents[2]
ASYNCAPI = json.loads((Path(__file__).parent / "asyncapi-3.0.0.json").read_text())
SUBMITTED = "kz.qonys.application.submitted.v1"
READERS = {
    "intake": "intake.decider",
    "verification": "verification.consumers",
    "notification": "notification.consumers",
    "integration-support": "integration_support.consumers",
}


def test_generated_files_are_up_to_date() -> None:
    assert stale(ROOT, generated(ROOT)) == []


def test_there_is_no_schema_of_an_event_that_is_not() -> None:
    assert {file.stem for file in (ROOT / SCHEMAS).glob("*")} == set(EVENTS)


def test_generating_twice_gives_the_same() -> None:
    assert generated(ROOT) == generated(ROOT)


def test_the_asyncapi_document_is_valid_by_its_specification() -> None:
    validator = jsonschema.Draft7Validator(ASYNCAPI)
    assert [error.message for error in validator.iter_errors(document())] == []
    misspelt = document() | {"chanels": {}}
    assert [error.message for error in validator.iter_errors(misspelt)] != []


def test_the_yaml_says_what_the_document_says() -> None:
    yaml: Any = importlib.import_module("yaml")
    assert yaml.safe_load(as_yaml(document())) == document()


@pytest.mark.parametrize("type_name", sorted(EVENTS))
def test_a_schema_is_a_json_schema(type_name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(event_schema(type_name))


def test_the_list_of_events_names_who_hears_them() -> None:
    page = (ROOT / "docs/events.md").read_text().splitlines()
    for type_name, cls in EVENTS.items():
        (row,) = [line for line in page if line.startswith(f"| [`{type_name}`]")]
        hearing = [name for name, module in READERS.items() if cls in importlib.import_module(module).HEARD]
        assert row.split(" | ")[2].split(", ") == (sorted(hearing) or ["–"])


def _changed(change: Callable[[dict[str, Any]], object]) -> list[str]:
    schema = deepcopy(event_schema(SUBMITTED))
    change(schema)
    return breaks(event_schema(SUBMITTED), schema)


def _data(schema: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = schema["properties"]["data"]
    return data


def _inner(schema: dict[str, Any], fact: str) -> dict[str, Any]:
    properties: dict[str, Any] = schema["$defs"][fact]["properties"]
    return properties


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda s: None, id="nothing"),
        pytest.param(lambda s: _data(s)["properties"].update(mood={"type": "string"}), id="optional field"),
        pytest.param(lambda s: _inner(s, "Member").update(a={"type": "string"}), id="inner"),
        pytest.param(lambda s: s.update(description="In other words"), id="words"),
    ],
)
def test_what_may_change_within_a_version(change: Callable[[dict[str, Any]], object]) -> None:
    assert _changed(change) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(lambda s: _data(s)["properties"].pop("contact"), "contact: is gone", id="gone"),
        pytest.param(
            lambda s: _data(s)["required"].remove("papers"), "papers: is optional now", id="optional"
        ),
        pytest.param(
            lambda s: s["$defs"]["Member"]["required"].append("iin"), "iin: is required now", id="required"
        ),
        pytest.param(
            lambda s: s["$defs"]["Contact"]["properties"]["phone"].update(type="integer"),
            "phone.type",
            id="type",
        ),
        pytest.param(
            lambda s: _data(s)["properties"]["region_to"].update(pattern=r"^\d{8}$"), "pattern", id="pattern"
        ),
        pytest.param(lambda s: s["$defs"]["Category"]["enum"].pop(), "'kandas' left the set", id="leaves"),
        pytest.param(
            lambda s: s["$defs"]["Category"]["enum"].append("guest"), "'guest' joined the set", id="joins"
        ),
        pytest.param(
            lambda s: s["$defs"]["Member"]["properties"]["able_to_work"].update(default=True),
            "default",
            id="default",
        ),
    ],
)
def test_what_breaks_a_version(change: Callable[[dict[str, Any]], object], says: str) -> None:
    (found,) = _changed(change)
    assert says in found
