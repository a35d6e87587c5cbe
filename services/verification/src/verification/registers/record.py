"""Reading a register's record: each field by name, a missing or unreadable one makes the whole a silence."""

from collections.abc import Iterator, Mapping
from datetime import date

from lxml import etree

from verification.domain.answers import Cause
from verification.registers.silence import SilenceError


class Record:
    """One element and its children in the element's own namespace."""

    def __init__(self, element: etree._Element) -> None:
        self._element = element
        name = etree.QName(element)
        self._namespace = name.namespace
        self.name = name.localname

    def text(self, name: str) -> str:
        found = self.text_or_none(name)
        if found is None:
            raise SilenceError(Cause.UNEXPECTED)
        return found

    def text_or_none(self, name: str) -> str | None:
        return (self._element.findtext(f"{{{self._namespace}}}{name}") or "").strip() or None

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple((e.text or "").strip() for e in self._element.iterfind(f"{{{self._namespace}}}{name}"))

    def day(self, name: str) -> date:
        found = self.day_or_none(name)
        if found is None:
            raise SilenceError(Cause.UNEXPECTED)
        return found

    def day_or_none(self, name: str) -> date | None:
        text = self.text_or_none(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError as error:
            raise SilenceError(Cause.UNEXPECTED) from error

    def count(self, name: str) -> int:
        text = self.text(name)
        if not (text.isascii() and text.isdigit()):
            raise SilenceError(Cause.UNEXPECTED)
        return int(text)

    def part(self, name: str) -> "Record":
        found = self.part_or_none(name)
        if found is None:
            raise SilenceError(Cause.UNEXPECTED)
        return found

    def part_or_none(self, name: str) -> "Record | None":
        return next(self.parts(name), None)

    def parts(self, name: str) -> Iterator["Record"]:
        return map(Record, self._element.iterfind(f"{{{self._namespace}}}{name}"))

    def must_be(self, name: str, fields: Mapping[str, str]) -> None:
        """An answer to another question, or about somebody else, is no answer."""
        if self.name != name or any(self.text_or_none(key) != value for key, value in fields.items()):
            raise SilenceError(Cause.UNEXPECTED)


def question(namespace: str, name: str, fields: Mapping[str, str]) -> etree._Element:
    """The element that asks."""
    element = etree.Element(f"{{{namespace}}}{name}", nsmap={"q": namespace})
    for key, value in fields.items():
        etree.SubElement(element, f"{{{namespace}}}{key}").text = value
    return element
