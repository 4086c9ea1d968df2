"""Mapping of HTTP responses without a result to exceptions.

A response that is neither a result nor an error of the exchange comes from another host: a wrong
address, a proxy, a captive portal.  A retry would meet the same host, so the exception is marked
(`UndecodableReply.is_foreign`).  A JSON body that was truncated in transit is not foreign.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from orderlists._formats.interfaces import Format
from orderlists._operations.base import NO_ERRORS
from orderlists._protocols.error_mapping import error_of
from orderlists._protocols.http_messages import HttpResponse
from orderlists.errors import Rejected, ServerError, UndecodableReply

_SECONDS = re.compile(r"[0-9]{1,9}")
_HTML = re.compile(r"\s*(text/html|application/xhtml\+xml)\s*(;|$)", re.IGNORECASE)


def http_error(
    response: HttpResponse,
    format: Format,  # noqa: A002 - the name used everywhere
    errors: Mapping[int, type[Rejected]] = NO_ERRORS,
) -> Rejected | ServerError | UndecodableReply:
    """Return the exception for a response without a result.

    Args:
        response: The response.
        format: Decodes the body.
        errors: The codes specific to the operation: `Operation.errors`.
    """
    body = format.decode_error(response)
    seconds = _retry_after(response)
    error = error_of(response.status, body, reply=response, retry_after=seconds, errors=errors)
    return error or UndecodableReply(
        raw=response.body,
        status=response.status,
        reason="neither a result nor an error of the exchange",
        is_foreign=not format.is_cut(response),
    )


def is_html(response: HttpResponse) -> bool:
    """Return whether a response is labelled HTML, which a reply of the exchange never is."""
    return _HTML.match(response.header("Content-Type") or "") is not None


def _retry_after(response: HttpResponse) -> int | None:
    seconds = response.header("Retry-After") or ""
    return int(seconds) if _SECONDS.fullmatch(seconds) else None
