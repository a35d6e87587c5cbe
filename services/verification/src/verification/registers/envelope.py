"""The gateway's SOAP 1.1 envelope: writes requests, reads replies; whatever is no answer is a silence."""

from collections.abc import Mapping
from datetime import datetime

from lxml import etree

from verification.domain.answers import Cause
from verification.registers.silence import SilenceError

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SYNC = "http://bip.bee.kz/SyncChannel/v10/Types"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
CONTENT_TYPE = "text/xml; charset=utf-8"
SUCCESS = "SCSS001"
BODY_ID = "body-1"

#: Replies come from outside: no DTD is loaded, no entity expanded, no address opened, no huge tree built.
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
)


def request(
    question: etree._Element,
    *,
    service_id: str,
    message_id: str,
    sender: str,
    sent_at: datetime,
    properties: Mapping[str, str],
) -> etree._Element:
    """The unsigned envelope; its `wsse:Security` header is empty, its Body has an id to be signed by."""
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP, "wsu": WSU})
    header = etree.SubElement(envelope, f"{{{SOAP}}}Header")
    security = etree.SubElement(header, f"{{{WSSE}}}Security", nsmap={"wsse": WSSE})
    security.set(f"{{{SOAP}}}mustUnderstand", "1")
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    body.set(f"{{{WSU}}}Id", BODY_ID)
    message = etree.SubElement(body, f"{{{SYNC}}}SendMessage", nsmap={"typ": SYNC})
    content = etree.SubElement(message, "request")
    info = etree.SubElement(content, "requestInfo")
    _add(info, messageId=message_id, serviceId=service_id, messageDate=sent_at.isoformat())
    _add(etree.SubElement(info, "sender"), senderId=sender)
    for key, value in properties.items():
        _add(etree.SubElement(info, "properties"), key=key, value=value)
    etree.SubElement(etree.SubElement(content, "requestData"), "data").append(question)
    return envelope


def payload(raw: bytes, *, http_status: int, answers: str) -> etree._Element:
    """The one element inside `data` of the reply to message `answers`. Raises `SilenceError`."""
    response = _response(raw, http_status)
    if response.findtext("responseInfo/status/code") != SUCCESS:
        raise SilenceError(Cause.FAULT)
    if response.findtext("responseInfo/correlationId") != answers:
        raise SilenceError(Cause.UNEXPECTED)
    content = response.findall("responseData/data/*")
    if len(content) != 1:
        raise SilenceError(Cause.UNEXPECTED)
    return content[0]


def _response(raw: bytes, http_status: int) -> etree._Element:
    if not raw and http_status == 200:
        raise SilenceError(Cause.EMPTY)
    try:
        root = parsed(raw)
    except SilenceError as silence:
        raise silence if http_status == 200 else SilenceError(Cause.UNAVAILABLE) from silence
    body = root.find(f"{{{SOAP}}}Body") if root.tag == f"{{{SOAP}}}Envelope" else None
    if body is not None and body.find(f"{{{SOAP}}}Fault") is not None:
        raise SilenceError(Cause.FAULT)
    if http_status != 200:
        raise SilenceError(Cause.UNAVAILABLE)
    response = body.find(f"{{{SYNC}}}SendMessageResponse/response") if body is not None else None
    if response is None:
        raise SilenceError(Cause.UNEXPECTED)
    return response


def parsed(raw: bytes) -> etree._Element:
    """The root of a document from outside. Raises `SilenceError` for what is not XML or brings a DTD."""
    try:
        root = etree.fromstring(raw, _PARSER)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SilenceError(Cause.NOT_XML) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise SilenceError(Cause.ENTITIES)
    return root


def _add(parent: etree._Element, **texts: str) -> None:
    for name, text in texts.items():
        etree.SubElement(parent, name).text = text
