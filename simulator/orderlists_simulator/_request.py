"""How REST writes a request: where its parameters stand, and which bytes are signed.

Reads text and judges nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote_plus

if TYPE_CHECKING:
    from orderlists.extending import HttpRequest

_FORM = "application/x-www-form-urlencoded"

Pairs = list[tuple[str, str]]


def header(request: HttpRequest, wanted: str) -> str | None:
    """Return the first header of this name, in whatever case, or None."""
    for name, value in request.headers:
        if name.lower() == wanted.lower():
            return value
    return None


def places(request: HttpRequest) -> tuple[Pairs, Pairs]:
    """Return the parameters of the query, then those of the form.

    "For GET endpoints, parameters must be sent as a query string": their form is not read.
    """
    has_form = request.method != "GET" and _is_form(request)
    return _pairs(_query(request)), _pairs(_body(request)) if has_form else []


def signed_bytes(request: HttpRequest) -> bytes:
    """Return what a signature covers: query and body as they came, without the signature."""
    return _unsigned(_query(request)) + _unsigned(_body(request))


def _query(request: HttpRequest) -> str:
    return request.target.partition("?")[2]


def _body(request: HttpRequest) -> str:
    return request.body.decode("utf-8", "surrogateescape")


def _is_form(request: HttpRequest) -> bool:
    media_type = header(request, "Content-Type") or ""
    return media_type.partition(";")[0].strip().lower() == _FORM


def _pairs(text: str) -> Pairs:
    return parse_qsl(text, keep_blank_values=True)


def _unsigned(text: str) -> bytes:
    pieces = text.split("&")
    signed = [piece for piece in pieces if unquote_plus(piece.partition("=")[0]) != "signature"]
    return "&".join(signed).encode("utf-8", "surrogateescape")
