"""SBE in the two protocols: what a client asks for, and the bodies and frames it receives.

REST asks by ``Accept`` and ``X-MBX-SBE``, the WebSocket API by the options of the connection.
Source: "SBE FAQ", "REST API" and "WebSocket API".

Invariant: what has no message in the schema stays JSON.
"""

from __future__ import annotations

import json
import re
from typing import cast

from attrs import frozen

from orderlists.extending import Frame, HttpRequest, HttpResponse
from orderlists_simulator._api.responses import JsonObject
from orderlists_simulator._engine.errors import (
    ApiError,
    bad_sbe_header,
    not_representable,
    sbe_not_enabled,
    unsupported_sbe_schema,
)
from orderlists_simulator._faults.responses import Answer
from orderlists_simulator._faults.sbe_replies import SbeReply
from orderlists_simulator._sbe import replies
from orderlists_simulator._sbe.settings import SbeFormat, SbeSettings
from orderlists_simulator._sbe.writer import SbeWriter

_SBE = "application/sbe"
_JSON = frozenset({"application/json", "application/*", "*/*"})
_SCHEMA = re.compile(r"([0-9]{1,5}):([0-9]{1,5})")
_NUMBER = re.compile(r"[0-9]{1,5}")
_SUCCESS, _NOT_ACCEPTABLE = 200, 406


def header(request: HttpRequest, wanted: str) -> str | None:
    """Return the first header of a name, or None."""
    found = (value for name, value in request.headers if name.lower() == wanted.lower())
    return next(found, None)


@frozen
class Negotiated:
    """The form of the response to an HTTP request.

    Attributes:
        sbe: The binary format; None for JSON.
        error: Why the request is refused; None if it is not.
    """

    sbe: SbeFormat | None = None
    error: ApiError | None = None


def negotiate(request: HttpRequest, method: str | None, settings: SbeSettings) -> Negotiated:
    """Return the form of the response to a request.

    Args:
        request: The request.
        method: The method of the WebSocket API that does the same; None for an unknown path.
        settings: The settings of the venue.
    """
    accepted = {
        each.partition(";")[0].strip().lower()
        for each in (header(request, "Accept") or "").split(",")
    }
    if _SBE not in accepted:
        return Negotiated()
    found = _offered(request, method, settings)
    # "If both are accepted, the response falls back to JSON."
    return found if found.error is None or accepted.isdisjoint(_JSON) else Negotiated()


def _offered(request: HttpRequest, method: str | None, settings: SbeSettings) -> Negotiated:
    if not settings.enabled:
        return Negotiated(error=sbe_not_enabled(status=_NOT_ACCEPTABLE))
    schema = _SCHEMA.fullmatch(header(request, "X-MBX-SBE") or "")
    if schema is None:
        return Negotiated(settings.default_format, bad_sbe_header())
    sbe = settings.format_of(int(schema[1]), int(schema[2]))
    if sbe is None:
        return Negotiated(settings.default_format, unsupported_sbe_schema())
    if method is not None and not replies.has_reply(method):
        # [ASSUME] The documentation has no such endpoint.
        return Negotiated(sbe, not_representable(status=_NOT_ACCEPTABLE))
    return Negotiated(sbe)


def format_of_connection(
    schema_id: str | None, version: str | None, settings: SbeSettings
) -> SbeFormat:
    """Return the format of a connection that is opened with ``responseFormat=sbe``.

    Args:
        schema_id: The option ``sbeSchemaId``; None if it was not sent.
        version: The option ``sbeSchemaVersion``.
        settings: The settings of the venue.

    Raises:
        ApiError: -1155, SBE is disabled; -1152, an option is missing or malformed; -1153, the
            schema is unknown or retired.
    """
    if not settings.enabled:
        raise sbe_not_enabled()
    numbers = [schema_id or "", version or ""]
    if not all(map(_NUMBER.fullmatch, numbers)):
        raise bad_sbe_header()
    sbe = settings.format_of(*map(int, numbers))
    if sbe is None:
        raise unsupported_sbe_schema()
    return sbe


def writer_for(found: SbeFormat, settings: SbeSettings, answer: Answer) -> SbeWriter:
    """Return the writer of the messages for one request.

    Args:
        found: The format.
        settings: The settings of the venue.
        answer: The answer of the plan, which may change what is written.
    """
    writer = SbeWriter(settings, found.version)
    if not isinstance(answer, SbeReply):
        return writer
    return writer.replaced(template=answer.template, enum_values=answer.enum_values)


def response(
    writer: SbeWriter, given: HttpResponse, method: str | None, *, is_deprecated: bool
) -> HttpResponse:
    """Return a JSON response in SBE, or as it is if it has no message.

    Args:
        writer: The writer.
        given: The response in JSON.
        method: As in `negotiate`.
        is_deprecated: Whether the response says that the schema is deprecated.
    """
    body = _json(given.body) if given.header("Content-Type") != _SBE else None
    if body is None:
        return given
    done = given.status == _SUCCESS
    message = _result(writer, method, body) if done else _error(writer, body)
    if message is None:
        return given
    headers = [pair for pair in given.headers if pair[0] != "Content-Type"]
    deprecated = [("X-MBX-SBE-DEPRECATED", "true")] if is_deprecated else []
    return HttpResponse(given.status, (("Content-Type", _SBE), *headers, *deprecated), message)


def reply(
    writer: SbeWriter, frame: JsonObject, method: str | None, *, is_deprecated: bool
) -> Frame | None:
    """Return the binary form of a reply frame; None if its result has no message.

    Args:
        writer: The writer.
        frame: The frame in JSON.
        method: The method of the request.
        is_deprecated: Whether the reply says that the schema is deprecated.
    """
    message: bytes | None = b""
    if "result" in frame:
        message = _result(writer, method, frame["result"])
    elif "error" in frame:
        message = _error(writer, frame["error"])
    if message is None:
        return None
    envelope = {**frame, "result": message, "sbeSchemaIdVersionDeprecated": is_deprecated}
    return writer.message("WebSocketResponse", envelope)


def _result(writer: SbeWriter, method: str | None, body: object) -> bytes | None:
    if method is None or not replies.has_reply(method) or not isinstance(body, dict | list):
        return None
    return replies.result(writer, method, cast("JsonObject", body))


def _error(writer: SbeWriter, body: object) -> bytes | None:
    return replies.error(writer, cast("JsonObject", body)) if isinstance(body, dict) else None


def _json(body: bytes) -> object:
    try:
        found: object = json.loads(body)
    except ValueError:
        return None
    return found
