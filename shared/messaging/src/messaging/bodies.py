"""Calls, answers, reminders and commands as bytes and back, by the name of their class."""

from typing import Any

import msgspec

from messaging.kinds import Service, Unanswered

_encoder = msgspec.json.Encoder()
_UNANSWERED = "Unanswered:"


class UnknownBodyError(LookupError):
    """A stored body names a class that this release does not know."""


class Bodies:
    """The classes that one service stores: what it hears, what it asks, what it is answered."""

    def __init__(self, service: Service) -> None:
        classes = {*service.hears, *(t.call for t in service.targets), *(t.answer for t in service.targets)}
        self._classes = {cls.__name__: cls for cls in classes - {Unanswered}}
        self._calls = {target.name: target.call for target in service.targets}
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {}

    def encode(self, body: object) -> tuple[str, bytes]:
        """The body's name and bytes; `TypeError` when the service's table does not name its class."""
        if isinstance(body, Unanswered):
            return _UNANSWERED + body.target, _encoder.encode(body)
        name = type(body).__name__
        if self._classes.get(name) is not type(body):
            raise TypeError(f"{name} is in no table of this service: add it to `hears` or to a target")
        return name, _encoder.encode(body)

    def decode(self, name: str, raw: bytes) -> object:
        """Raises `UnknownBodyError`, or `msgspec.DecodeError` with the field that does not fit."""
        if name.startswith(_UNANSWERED):
            return self._unanswered(name.removeprefix(_UNANSWERED), raw)
        if name not in self._classes:
            raise UnknownBodyError(f"no class named {name}")
        decoder = self._decoders.get(name)
        if decoder is None:
            decoder = self._decoders.setdefault(name, msgspec.json.Decoder(self._classes[name]))
        body: object = decoder.decode(raw)
        return body

    def _unanswered(self, target: str, raw: bytes) -> Unanswered:
        fields = msgspec.json.decode(raw)
        call: object = msgspec.convert(fields["call"], self._calls[target])
        return Unanswered(target=target, call=call, error=fields["error"], attempts=fields["attempts"])
