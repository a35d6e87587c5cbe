"""Which language a caller reads: the one stated in his case, or what his browser says."""

from fastapi import Request

from chassis.words import ARABIC, LANGUAGES

DEFAULT = "kk"  # the state language


def language_of(request: Request) -> str:
    """`kk`, `ru`, `en` or `kk-Arab`. A route that knows the family sets `request.state.language`."""
    stated = getattr(request.state, "language", None)
    return stated or best_language(request.headers.get("accept-language", ""))


def best_language(accept_language: str) -> str:
    """The best of ours by an `Accept-Language` header (RFC 9110, 12.5.4); Kazakh when it names none."""
    wishes = sorted(map(_wish, accept_language.split(",")), key=lambda wish: -wish[1])
    return next((language for language, weight in wishes if language and weight > 0), DEFAULT)


def _wish(part: str) -> tuple[str | None, float]:
    tag, _, weight = part.strip().partition(";q=")
    try:
        return _ours(tag.strip().lower()), float(weight or 1)
    except ValueError:
        return None, 0.0


def _ours(tag: str) -> str | None:
    if tag.startswith("kk-arab") or tag == "kk-cn":
        return ARABIC
    language = tag.partition("-")[0]
    return language if language in LANGUAGES else None
