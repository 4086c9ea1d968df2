"""The REST dialect: what a request asks for, whether it may, and how the answer looks.

Pure: a request and the time in, a response out.  Sockets are the server's, rules the venue's.

Invariant: the signature is checked over the bytes that arrived, never over what was read from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlists_simulator._asked import Asked
from orderlists_simulator._desk import Desk, NotServed, Proof, error
from orderlists_simulator._endpoints import (
    CANCEL_LIST,
    GET_LIST,
    GET_ORDER,
    GET_TIME,
    Caller,
    Endpoint,
)
from orderlists_simulator._parameters import SIGNATURE, Parameters
from orderlists_simulator._request import header, places, signed_bytes
from orderlists_simulator._timing import TimeUnit

if TYPE_CHECKING:
    from orderlists.extending import HttpRequest, HttpResponse
    from orderlists_simulator._attempt import Attempt
    from orderlists_simulator._endpoints import Act
    from orderlists_simulator._replies import Json
    from orderlists_simulator._venue import Venue

_ENDPOINTS = {
    ("DELETE", "/api/v3/orderList"): CANCEL_LIST,
    ("GET", "/api/v3/orderList"): GET_LIST,
    ("GET", "/api/v3/order"): GET_ORDER,
    ("GET", "/api/v3/time"): GET_TIME,
}


class RestFront:
    """A venue that speaks REST.

    >>> from orderlists.extending import HttpRequest
    >>> from orderlists_simulator import Venue
    >>> RestFront(Venue()).answer(HttpRequest("DELETE", "/api/v3/orderList", ()), now=0).body
    b'{"code":-2014,"msg":"API-key format invalid."}'
    """

    def __init__(self, venue: Venue) -> None:
        self._desk = Desk(venue)

    def asked(self, request: HttpRequest) -> Asked:
        """Return what a request asks of the venue."""
        query, form = places(request)
        return Asked(
            protocol="REST",
            method=request.method,
            path=_path(request),
            parameters=tuple(pair for pair in (*query, *form) if pair[0] != "signature"),
            request=request,
            attempt=lambda now: self.attempt(request, now=now),
        )

    def answer(self, request: HttpRequest, *, now: int) -> HttpResponse:
        """Return the response to a request that arrived now, in nanoseconds since 1970."""
        return self.attempt(request, now=now).response

    def attempt(self, request: HttpRequest, *, now: int) -> Attempt:
        """Do as a request says, now, and return what was done and what there is to answer."""
        endpoint = _ENDPOINTS.get((request.method, _path(request)), _NOTHING)
        return self._desk.attempt(
            endpoint,
            lambda venue: self._reply(venue, endpoint, request, now),
            told=error,
            now=now,
        )

    def _reply(self, venue: Venue, endpoint: Endpoint, request: HttpRequest, now: int) -> Json:
        unit = TimeUnit.named(header(request, "X-MBX-TIME-UNIT"))
        if endpoint.security == "NONE":
            act = endpoint.read(Parameters(*places(request)))
            return act(venue, Caller(key=None, unit=unit, now=now))
        key = venue.keys.authenticate(header(request, "X-MBX-APIKEY"))
        proof = Proof(key, signed_bytes(request), _signature)
        act = self._desk.act(endpoint, Parameters(*places(request)), proof, now)
        return act(venue, Caller(key=key, unit=unit, now=now))


def _refuse(_parameters: Parameters) -> Act:
    raise NotServed


_NOTHING = Endpoint(security="NONE", weight=0, read=_refuse)


def _path(request: HttpRequest) -> str:
    return request.target.partition("?")[0]


def _signature(parameters: Parameters) -> str:
    return parameters.mandatory("signature", SIGNATURE)
