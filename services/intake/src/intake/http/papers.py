"""Taking a paper: a file whose type is what its content says, whatever it is called."""

from typing import Annotated, Any
from urllib.parse import unquote
from uuid import UUID, uuid5

from fastapi import APIRouter, Header, Request
from msgspec import to_builtins

from chassis.problems import Problem
from contracts.intake import PaperKind
from intake.domain.acts import AddPaper
from intake.domain.case import FiledPaper
from intake.domain.papers import DamagedError, MediaType, media_type
from intake.http.edge import OwnCase, act, of
from intake.settings import HIGHEST_PAPER_LIMIT_BYTES

router = APIRouter()

LONGEST_NUMBER = 50


# The route's own limit stands in for that of all other bodies; `_content` holds the one of the settings.
@router.put(
    "/v1/applications/{application_id}/papers/{member_id}/{kind}", max_body_size=HIGHEST_PAPER_LIMIT_BYTES
)
async def put_paper(
    request: Request,
    visit: OwnCase,
    member_id: UUID,
    kind: PaperKind,
    paper_number: Annotated[str | None, Header()] = None,
) -> dict[str, Any]:
    """The body is the file. The number comes in a header, since addresses are written down along the way."""
    number = _number(paper_number)
    content = await _content(request, of(request).paper_limit_bytes)
    is_a = _media_type(content)
    sha256 = await of(request).files.keep(content)
    paper = FiledPaper(
        paper_id=uuid5(visit.application_id, f"{member_id} {kind} {sha256}"),
        member_id=member_id,
        kind=kind,
        number=number,
        sha256=sha256,
        media_type=is_a.value,
        size_bytes=len(content),
    )
    reply = await act(request, AddPaper(paper=paper), visit)
    return {**to_builtins(paper), "missing": reply["missing"]}


async def _content(request: Request, limit_bytes: int) -> bytes:
    """The body, read no further than its limit."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > limit_bytes:
            raise Problem(413, "paper_too_large", arguments={"limit_mib": limit_bytes // 1_048_576})
    return bytes(content)


def _media_type(content: bytes) -> MediaType:
    try:
        found = media_type(content)
    except DamagedError:
        raise Problem(415, "paper_damaged") from None
    if found is None:
        raise Problem(415, "paper_type_unknown")
    return found


def _number(header: str | None) -> str | None:
    """Percent-encoded UTF-8, because a header carries no other letters safely."""
    try:
        number = unquote(header or "", errors="strict").strip()
    except UnicodeDecodeError:
        number = "\0"
    if not number.isprintable() or len(number) > LONGEST_NUMBER:
        raise Problem(400, "paper_number_malformed")
    return number or None
