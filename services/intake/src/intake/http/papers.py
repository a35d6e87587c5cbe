"""Taking a paper: a file whose type is what its content says, whatever it is called."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple
from urllib.parse import unquote
from uuid import UUID, uuid5

from fastapi import APIRouter, Header, Request
from msgspec import to_builtins

from chassis.problems import FieldProblem, Problem
from contracts.intake import PaperKind
from intake.domain.acts import AddPaper
from intake.domain.case import FiledPaper
from intake.domain.papers import DamagedError, MediaType, media_type
from intake.http.edge import OwnCase, act, of
from intake.settings import HIGHEST_PAPER_LIMIT_BYTES

router = APIRouter()

LONGEST_NUMBER = 50
_STATUS = {"paper_too_large": 413, "paper_type_unknown": 415, "paper_damaged": 415}


class _Kept(NamedTuple):
    """A file that was stored."""

    sha256: str
    media_type: MediaType
    size_bytes: int


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
    number, wrong_number = _number(paper_number)
    content = await _kept(request, wrong_number)
    paper = FiledPaper(
        paper_id=uuid5(visit.application_id, f"{member_id} {kind} {content.sha256}"),
        member_id=member_id,
        kind=kind,
        number=number,
        sha256=content.sha256,
        media_type=content.media_type.value,
        size_bytes=content.size_bytes,
    )
    reply = await act(request, AddPaper(paper=paper), visit)
    return {**to_builtins(paper), "missing": reply["missing"]}


async def _kept(request: Request, wrong: Sequence[FieldProblem]) -> _Kept:
    """The body, looked at and stored; `wrong` is told together with what is wrong with it. Whether there is
    room for it, and whether anything would come of it just now, is asked before it is read."""
    intake = of(request)
    intake.kernel.check_pressure()
    with intake.room.taken(_most_bytes(request, intake.paper_limit_bytes)):
        content = await _content(request)
        is_a, wrong_file = _looked_at(content, intake.paper_limit_bytes)
        if is_a is None or wrong or wrong_file:
            raise _refusal([*wrong, *wrong_file])
        return _Kept(await intake.files.keep(content), is_a, len(content))


def _most_bytes(request: Request, limit_bytes: int) -> int:
    """What the body may come to: as much as it says, and no more than is read of it."""
    return min(int(request.headers.get("content-length", limit_bytes)), limit_bytes)


async def _content(request: Request) -> bytes:
    """The body, read no further than just beyond its limit."""
    intake, content = of(request), bytearray()
    try:
        async with asyncio.timeout(intake.paper_seconds):
            async for chunk in request.stream():
                content += chunk
                if len(content) > intake.paper_limit_bytes:
                    break
    except TimeoutError:  # or one who stopped in the middle would keep his room for ever
        raise Problem(408, "paper_too_slow") from None
    return bytes(content)


def _looked_at(content: bytes, limit_bytes: int) -> tuple[MediaType | None, list[FieldProblem]]:
    """What the file is, and what is wrong with it."""
    wrong = []
    if len(content) > limit_bytes:
        limit_mib = {"limit_mib": limit_bytes // 1_048_576}
        wrong.append(FieldProblem(pointer="", code="paper_too_large", arguments=limit_mib))
    try:
        found = media_type(content)
    except DamagedError:  # of one that is too large we have not seen the end
        return None, wrong or [FieldProblem(pointer="", code="paper_damaged")]
    if found is None:
        wrong.append(FieldProblem(pointer="", code="paper_type_unknown"))
    return found, wrong


def _number(header: str | None) -> tuple[str | None, list[FieldProblem]]:
    """Percent-encoded UTF-8, because a header carries no other letters safely."""
    try:
        number = unquote(header or "", errors="strict").strip()
    except UnicodeDecodeError:
        number = "\0"
    if not number.isprintable() or len(number) > LONGEST_NUMBER:
        return None, [FieldProblem(pointer="Paper-Number", code="paper_number_malformed", place="header")]
    return number or None, []


def _refusal(wrong: Sequence[FieldProblem]) -> Problem:
    """A fault of the file alone has a status of its own; several are told together."""
    first, *more = wrong
    if more or first.code not in _STATUS:
        return Problem(422, "malformed", fields=wrong)
    return Problem(_STATUS[first.code], first.code, arguments=first.arguments)
