"""The gateway's SOAP 1.1 envelope: reads requests, writes replies and faults (docs/registries.md §1)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SYNC = "http://bip.bee.kz/SyncChannel/v10/Types"
CONTENT_TYPE = "text/xml; charset=utf-8"
SUCCESS = "SCSS001"

NOT_OUR_FORMAT = "SCSE001"
NOT_REACHABLE = "SCSE002"
BAD_SIGNATURE = "SCSE003"
UNKNOWN_SERVICE = "SCSE004"
NO_CONSENT = "SCSE005"

#: No DTD is loaded, no entity expanded, no address opened: the gateway is fed by strangers.
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


class GatewayError(Exception):
    """Becomes a SOAP fault with this code; `client` tells whose fault it is (faultcode Client or Server)."""

    def __init__(self, code: str, message: str, *, client: bool = True) -> None:
        super().__init__(message)
        self.code = code
        self.client = client


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client asked: the payload is the one element inside `data`."""

    message_id: str
    service_id: str
    properties: dict[str, str]
    payload: etree._Element


def parse(body: bytes) -> etree._Element:
    """The envelope; raises `GatewayError` for what is not XML or brings a DTD."""
    try:
        root = etree.fromstring(body, _PARSER)
    except etree.XMLSyntaxError as error:
        raise GatewayError(NOT_OUR_FORMAT, f"not XML: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise GatewayError(NOT_OUR_FORMAT, "a DTD is not accepted")
    if root.tag != f"{{{SOAP}}}Envelope":
        raise GatewayError(NOT_OUR_FORMAT, f"root is {root.tag}, a SOAP 1.1 Envelope is expected")
    return root


def read_request(body: etree._Element) -> Request:
    """Reads `soapenv:Body`; raises `GatewayError` naming the first element that is missing."""
    request = _child(_child(body, f"{{{SYNC}}}SendMessage"), "request")
    info = _child(request, "requestInfo")
    _child(_child(info, "sender"), "senderId")
    _text(info, "messageDate")
    content = _child(_child(request, "requestData"), "data")
    if len(content) == 0:
        raise GatewayError(NOT_OUR_FORMAT, "data is empty")
    return Request(
        message_id=_text(info, "messageId"),
        service_id=_text(info, "serviceId"),
        properties={
            _text(p, "key"): (p.findtext("value") or "").strip() for p in info.iterfind("properties")
        },
        payload=content[0],
    )


def reply(payload: etree._Element, *, to: str) -> bytes:
    """The success envelope around a signed payload; `to` is the request's messageId."""
    envelope, body = _envelope()
    response = etree.SubElement(_sync(body, "SendMessageResponse"), "response")
    info = etree.SubElement(response, "responseInfo")
    _add(info, "messageId", str(uuid4()))
    _add(info, "correlationId", to)
    _add(info, "responseDate", _now())
    status = etree.SubElement(info, "status")
    _add(status, "code", SUCCESS)
    _add(status, "message", "Message has been processed successfully")
    _add(info, "sessionId", _session())
    etree.SubElement(etree.SubElement(response, "responseData"), "data").append(payload)
    return _bytes(envelope)


def fault(error: GatewayError) -> bytes:
    """The fault envelope, all its detail fields filled."""
    envelope, body = _envelope()
    element = etree.SubElement(body, f"{{{SOAP}}}Fault")
    _add(element, "faultcode", "soapenv:Client" if error.client else "soapenv:Server")
    _add(element, "faultstring", str(error))
    detail = _sync(etree.SubElement(element, "detail"), "SendMessageFault")
    _add(detail, "errorCode", error.code)
    _add(detail, "errorMessage", str(error))
    _add(detail, "errorDate", _now())
    _add(detail, "sessionId", _session())
    return _bytes(envelope)


def _envelope() -> tuple[etree._Element, etree._Element]:
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP})
    return envelope, etree.SubElement(envelope, f"{{{SOAP}}}Body")


def _sync(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{SYNC}}}{name}", nsmap={"typ": SYNC})


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = text


def _child(parent: etree._Element, name: str) -> etree._Element:
    child = parent.find(name)
    if child is None:
        raise GatewayError(NOT_OUR_FORMAT, f"{etree.QName(parent).localname} has no {name}")
    return child


def _text(parent: etree._Element, name: str) -> str:
    text = (_child(parent, name).text or "").strip()
    if not text:
        raise GatewayError(NOT_OUR_FORMAT, f"{name} is empty")
    return text


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _session() -> str:
    return f"{{{uuid4()}}}"


def _bytes(envelope: etree._Element) -> bytes:
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")
