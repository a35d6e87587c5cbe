"""What may change within a version of an event, and what needs a new version.

Events are kept for years and told again, and readers are released at another time than tellers. So within a
version old readers must understand new events, and new readers old events:

- a new optional field is fine: old readers ignore it, old events lack it;
- words (descriptions) may change;
- all else breaks somebody: a field that goes, comes as required, becomes required or optional, or changes
  its type, bounds, pattern or default; a value that leaves a closed set (old events hold it), and one that
  joins it (old readers park what they do not know).
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_WORDS = ("title", "description", "$id", "$schema", "$defs")


def breaks(published: Schema, proposed: Schema) -> list[str]:
    """Each break with its place; empty when `proposed` may take the place of `published`."""
    return list(_breaks(_resolved(published, published), _resolved(proposed, proposed), "event"))


def _breaks(old: Any, new: Any, place: str) -> Iterator[str]:
    if not isinstance(old, dict) or not isinstance(new, dict):
        if old != new:
            yield f"{place}: was {old!r}, is {new!r}"
        return
    for word in sorted(old.keys() | new.keys()):
        if word == "properties":
            yield from _field_breaks(old, new, place)
        elif word == "required":
            yield from _required_breaks(old, new, place)
        elif word == "enum":
            yield from _set_breaks(old, new, place)
        else:
            yield from _breaks(old.get(word), new.get(word), f"{place}.{word}")


def _field_breaks(old: Schema, new: Schema, place: str) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in sorted(before):
        if name in after:
            yield from _breaks(before[name], after[name], f"{place}.{name}")
        else:
            yield f"{place}.{name}: is gone"


def _required_breaks(old: Schema, new: Schema, place: str) -> Iterator[str]:
    for name in sorted(set(old.get("required", ())) ^ set(new.get("required", ()))):
        now = "required" if name in new.get("required", ()) else "optional"
        yield f"{place}.{name}: is {now} now"


def _set_breaks(old: Schema, new: Schema, place: str) -> Iterator[str]:
    before, after = set(old.get("enum", ())), set(new.get("enum", ()))
    yield from (f"{place}: {value!r} left the set" for value in sorted(before - after))
    yield from (f"{place}: {value!r} joined the set" for value in sorted(after - before))


def _resolved(schema: Any, root: Schema) -> Any:
    """With references replaced by what they name, lists made comparable, and words left out."""
    if isinstance(schema, list):
        return [_resolved(part, root) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    fields = {name: _resolved(part, root) for name, part in schema.get("properties", {}).items()}
    rest = {key: _resolved(part, root) for key, part in schema.items() if key not in (*_WORDS, "properties")}
    return {**rest, "properties": fields} if fields else rest
