"""What was told once is readable for ever, by us and by everybody's CloudEvents reader."""

import json
from dataclasses import fields
from typing import Any

import jsonschema
import msgspec
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_structured
from cloudevents.core.formats.json import JSONFormat
from pydantic import TypeAdapter

from contract.examples import EXAMPLES, GOLDEN, golden_file, sealed
from contracts import EVENTS, open_event, read_envelope, spec_of
from contracts.envelope import KAFKA_HEADERS
from contracts.schemas import event_schema

TYPES = sorted(EVENTS)
BY_TYPE = {spec_of(type(example)).type: example for example in EXAMPLES}


def test_every_event_has_a_golden_file_and_every_golden_file_an_event() -> None:
    assert sorted(file.stem for file in GOLDEN.glob("*.json")) == TYPES


@pytest.mark.parametrize("type_name", TYPES)
def test_a_golden_event_is_read_as_what_was_told(type_name: str) -> None:
    envelope = read_envelope(golden_file(type_name).read_bytes())
    assert envelope.type == type_name
    assert open_event(envelope) == BY_TYPE[type_name]


@pytest.mark.parametrize("type_name", TYPES)
def test_telling_it_again_gives_the_golden_event(type_name: str) -> None:
    assert json.loads(sealed(BY_TYPE[type_name])) == json.loads(golden_file(type_name).read_bytes())


@pytest.mark.parametrize("type_name", TYPES)
def test_pydantic_and_msgspec_read_it_alike(type_name: str) -> None:
    told = msgspec.json.decode(golden_file(type_name).read_bytes())["data"]
    adapter: TypeAdapter[Any] = TypeAdapter(EVENTS[type_name])
    by_pydantic = adapter.validate_json(msgspec.json.encode(told))
    assert by_pydantic == msgspec.convert(told, EVENTS[type_name])
    assert json.loads(adapter.dump_json(by_pydantic)) == json.loads(msgspec.json.encode(by_pydantic)) == told


@pytest.mark.parametrize("type_name", TYPES)
def test_its_schema_accepts_it(type_name: str) -> None:
    schema = event_schema(type_name)
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    validator.validate(json.loads(golden_file(type_name).read_bytes()))


@pytest.mark.parametrize("type_name", TYPES)
def test_the_public_cloudevents_package_reads_it(type_name: str) -> None:
    told = json.loads(golden_file(type_name).read_bytes())
    record = KafkaMessage(
        headers=dict(KAFKA_HEADERS), key=told["subject"], value=golden_file(type_name).read_bytes()
    )
    event = from_structured(record, JSONFormat())
    assert (event.get_specversion(), event.get_type()) == ("1.0", type_name)
    assert (event.get_id(), event.get_source()) == (told["id"], told["source"])
    assert event.get_subject() == told["subject"] == event.get_extension("partitionkey")
    assert event.get_extension("traceparent") == told["traceparent"]
    assert event.get_data() == told["data"]


@pytest.mark.parametrize("type_name", TYPES)
def test_an_example_leaves_no_field_to_its_default(type_name: str) -> None:
    example: Any = BY_TYPE[type_name]
    assert [f.name for f in fields(example) if getattr(example, f.name) == f.default] == []
