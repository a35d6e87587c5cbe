"""Mappings, lists and texts as YAML: the little of it that a generated document needs."""

import json
from collections.abc import Iterator
from typing import Any


def as_yaml(document: dict[str, Any]) -> str:
    """Texts are quoted as in JSON, which YAML 1.2 reads alike; keys stay in their order."""
    return "\n".join(_lines(document, "")) + "\n"


def _lines(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _entry(f"{indent}{json.dumps(key) if _is_special(key) else key}:", part, indent)
    else:
        for part in value:
            yield from _entry(f"{indent}-", part, indent)


def _entry(start: str, part: Any, indent: str) -> Iterator[str]:
    if isinstance(part, dict | list) and part:
        yield start
        yield from _lines(part, indent + "  ")
    else:
        yield f"{start} {json.dumps(part, ensure_ascii=False)}"


def _is_special(key: str) -> bool:
    return not key.replace(".", "").replace("_", "").replace("-", "").isalnum()
