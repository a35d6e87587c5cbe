"""What was told once is readable for ever, by us and by everybody's CloudEvents reader."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_structured
from cloudevents.core.formats.json import JSONFormat
from pydantic import TypeAdapter

from contract.examples import EXAMPLES, GOLDEN, golden_files, sealed
from contracts import EVENTS, open_event, read_envelope, spec_of
from contracts.envelope import KAFKA_HEADERS
from contracts.published import published
from contracts.schemas import event_schema

FILES = sorted(GOLDEN.glob("*.json"))
TYPES = sorted(EVENTS)
BY_TYPE = {spec_of(type(example)).type: example for example in EXAMPLES}
every_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def test_every_published_version_has_a_golden_event_and_no_other_has() -> None:
    types = {json.loads(file.read_bytes())["type"] for file in FILES}
    assert types == {one.type for one in published(Path(__file__).parents[2])}
    assert sorted(FILES) == sorted(file for name in types for file in golden_files(name))


@every_file
def test_a_golden_event_is_read_and_by_pydantic_and_msgspec_alike(file: Path) -> None:
    envelope = read_envelope(file.read_bytes())
    adapter: TypeAdapter[Any] = TypeAdapter(EVENTS[envelope.type])
    assert open_event(envelope) == adapter.validate_json(bytes(envelope.data))


@pytest.mark.parametrize("type_name", TYPES)
def test_the_newest_is_what_is_told_now(type_name: str) -> None:
    newest, example = golden_files(type_name)[-1], BY_TYPE[type_name]
    assert json.loads(sealed(example)) == json.loads(newest.read_bytes())
    assert open_event(read_envelope(newest.read_bytes())) == example


@pytest.mark.parametrize("type_name", TYPES)
def test_pydantic_and_msgspec_write_alike(type_name: str) -> None:
    example = BY_TYPE[type_name]
    adapter: TypeAdapter[Any] = TypeAdapter(EVENTS[type_name])
    assert json.loads(adapter.dump_json(example)) == json.loads(msgspec.json.encode(example))


@every_file
def test_its_schema_accepts_it(file: Path) -> None:
    told = json.loads(file.read_bytes())
    schema = event_schema(told["type"])
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(told)


@every_file
def test_the_public_cloudevents_package_reads_it(file: Path) -> None:
    told = json.loads(file.read_bytes())
    record = KafkaMessage(headers=dict(KAFKA_HEADERS), key=told["subject"], value=file.read_bytes())
    event = from_structured(record, JSONFormat())
    assert (event.get_specversion(), event.get_type()) == ("1.0", told["type"])
    assert (event.get_id(), event.get_source()) == (told["id"], told["source"])
    assert event.get_subject() == told["subject"] == event.get_extension("partitionkey")
    assert event.get_extension("traceparent") == told["traceparent"]
    assert event.get_data() == told["data"]


@pytest.mark.parametrize("type_name", TYPES)
def test_an_example_leaves_no_field_to_its_default(type_name: str) -> None:
    example: Any = BY_TYPE[type_name]
    assert [f.name for f in fields(example) if getattr(example, f.name) == f.default] == []
