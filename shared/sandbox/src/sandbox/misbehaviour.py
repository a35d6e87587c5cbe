"""The wrong replies a register can be told to give."""

from collections.abc import AsyncIterator

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from sandbox import soap
from sandbox.faults import RegistryBehaviour
from sandbox.soap import GatewayError

HUGE_BYTES = 10 << 20
#: Behaviours that replace the answer; the others answer, late or with a broken signature.
MISBEHAVIOURS = frozenset(RegistryBehaviour) - {
    RegistryBehaviour.NORMAL,
    RegistryBehaviour.SLOW,
    RegistryBehaviour.BAD_SIGNATURE,
}
_CHUNK = 1 << 16
_HEAD = f'<soapenv:Envelope xmlns:soapenv="{soap.SOAP}"><soapenv:Body>'.encode()
_TAIL = b"</soapenv:Body></soapenv:Envelope>"
#: Nested entities (each eight times the one before) and one that points to a file.
_BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE d [
<!ENTITY a "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">
<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;">
<!ENTITY f SYSTEM "file:///etc/hostname">
]>
"""


async def misbehave(behaviour: RegistryBehaviour, http: Request) -> Response:
    """The reply for one of `MISBEHAVIOURS`; raises `GatewayError` where the reply is a SOAP fault."""
    match behaviour:
        case RegistryBehaviour.SILENT:
            await until_disconnected(http)
        case RegistryBehaviour.FAULT:
            raise GatewayError(soap.NOT_REACHABLE, "Registry is not reachable", client=False)
        case RegistryBehaviour.GARBAGE:
            return Response("<<< upstream: not XML >>>", media_type="text/html; charset=utf-8")
        case RegistryBehaviour.HUGE:
            return StreamingResponse(_huge(), media_type=soap.CONTENT_TYPE)
        case RegistryBehaviour.ENTITIES:
            return Response(_BOMB + _HEAD + b"&e;&f;" + _TAIL, media_type=soap.CONTENT_TYPE)
        case RegistryBehaviour.EMPTY:
            return Response(b"", media_type=soap.CONTENT_TYPE)
        case _:
            pass
    return Response(status_code=503)


async def until_disconnected(http: Request) -> None:
    """Returns when the client has hung up; the request's body must have been read."""
    while (await http.receive())["type"] != "http.disconnect":
        continue


async def _huge() -> AsyncIterator[bytes]:
    yield _HEAD
    for _ in range(HUGE_BYTES // _CHUNK):
        yield b"a" * _CHUNK
    yield _TAIL
