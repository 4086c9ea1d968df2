"""The server side of REST: an HTTP request and the time in, a response out.

Pure: sockets belong to `_serving`, and what a request does to the endpoints.

Invariant: a signature is checked over the bytes that arrived, not over what was parsed from them.
"""

from __future__ import annotations

from itertools import chain
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote_plus

from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator._api import registry
from orderlists_simulator._api.dispatcher import Credentials, Dispatcher, Received, Result
from orderlists_simulator._api.endpoint import Endpoint
from orderlists_simulator._api.parameters import SentParameters
from orderlists_simulator._engine.errors import not_supported
from orderlists_simulator._engine.log import Execution, ReceivedRequest
from orderlists_simulator._engine.session import Session
from orderlists_simulator._engine.time import TimeUnit
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._faults.responses import PASS_THROUGH, Answer
from orderlists_simulator._protocols import sbe
from orderlists_simulator._protocols.sbe import Negotiated, header

_FORM = "application/x-www-form-urlencoded"
_NOT_FOUND = 404

_Pairs: TypeAlias = list[tuple[str, str]]


class RestServerProtocol:
    """A venue over REST.

    >>> from orderlists.extending import HttpRequest
    >>> from orderlists_simulator import Venue
    >>> rest = RestServerProtocol(Venue())
    >>> rest.respond(HttpRequest("DELETE", "/api/v3/orderList", ()), now=0).body
    b'{"code":-2014,"msg":"API-key format invalid."}'
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._dispatcher = Dispatcher(venue)

    def describe(self, request: HttpRequest) -> ReceivedRequest:
        """Return a request as plans and the log see it."""
        endpoint = _endpoint(request)
        query, form = _places(request)
        return ReceivedRequest(
            protocol="REST",
            method=request.method,
            path=_path(request),
            parameters=tuple(pair for pair in (*query, *form) if pair[0] != "signature"),
            effect=None if endpoint is None else endpoint.effect,
            message=request,
        )

    def respond(self, request: HttpRequest, *, now: int) -> HttpResponse:
        """Return the response to a request that arrives now, in nanoseconds since 1970."""
        return self.written(request, self.execute(request, now=now).response)

    def written(
        self, request: HttpRequest, response: HttpResponse, answer: Answer = PASS_THROUGH
    ) -> HttpResponse:
        """Return a response in the form that the request asks for.

        Args:
            request: The request.
            response: The response of an execution, or one that is given in its place.
            answer: The answer of the plan.
        """
        found = self._negotiated(request).sbe
        if found is None:
            return response
        writer = sbe.writer_for(found, self._venue.behaviour.sbe, answer)
        method = _twin(_endpoint(request))
        return sbe.response(writer, response, method, is_deprecated=found.is_deprecated)

    def execute(self, request: HttpRequest, *, now: int) -> Execution:
        """Execute a request now, and return the execution with its response in JSON."""
        return self._dispatcher.execute(
            _endpoint(request),
            lambda endpoint: self._result(endpoint, request, now),
            sent=lambda: chain(*reversed(_places(request))),
            unknown=not_supported(status=_NOT_FOUND),
            error_body=lambda error: error.body,
            now=now,
        )

    def _result(self, endpoint: Endpoint, request: HttpRequest, now: int) -> Result:
        negotiated = self._negotiated(request)
        if negotiated.error is not None:
            raise negotiated.error
        unit = TimeUnit.parse(header(request, "X-MBX-TIME-UNIT"))
        session = Session(since=now, unit=unit, sbe=negotiated.sbe)
        credentials = None if endpoint.security == "NONE" else self._credentials(request)
        received = Received(
            protocol="REST", session=session, parameters=SentParameters(*_places(request))
        )
        return self._dispatcher.call(endpoint, received, credentials, now=now)

    def _credentials(self, request: HttpRequest) -> Credentials:
        key = self._venue.keys.authenticate(header(request, "X-MBX-APIKEY"))
        return Credentials(key, _unsigned(_query(request)) + _unsigned(_body(request)))

    def _negotiated(self, request: HttpRequest) -> Negotiated:
        return sbe.negotiate(request, _twin(_endpoint(request)), self._venue.behaviour.sbe)


def _endpoint(request: HttpRequest) -> Endpoint | None:
    # RFC 9110, 9.1: a server supports HEAD as well as GET.
    method = "GET" if request.method == "HEAD" else request.method
    return registry.REST.get((method, _path(request)))


def _twin(endpoint: Endpoint | None) -> str | None:
    return None if endpoint is None else endpoint.websocket


def _path(request: HttpRequest) -> str:
    return request.target.partition("?")[0]


def _query(request: HttpRequest) -> str:
    return request.target.partition("?")[2]


def _body(request: HttpRequest) -> str:
    return request.body.decode("utf-8", "surrogateescape")


def _places(request: HttpRequest) -> tuple[_Pairs, _Pairs]:
    # "For GET endpoints, parameters must be sent as a query string": a form is not read.
    media_type = (header(request, "Content-Type") or "").partition(";")[0].strip().lower()
    has_form = request.method not in {"GET", "HEAD"} and media_type == _FORM
    return _pairs(_query(request)), _pairs(_body(request)) if has_form else []


def _pairs(text: str) -> _Pairs:
    return parse_qsl(text, keep_blank_values=True)


def _unsigned(text: str) -> bytes:
    pieces = text.split("&")
    signed = [piece for piece in pieces if unquote_plus(piece.partition("=")[0]) != "signature"]
    return "&".join(signed).encode("utf-8", "surrogateescape")
