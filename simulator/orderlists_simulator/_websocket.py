"""The WebSocket dialect: what a frame asks for, whether it may, and how the reply looks.

Pure: a connection's state, a frame and the time in, a frame out.  Sockets are the server's, rules
the venue's.

Invariant: the signature is checked over the parameters as they were written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from orderlists_simulator import _envelope as envelope
from orderlists_simulator._asked import Asked
from orderlists_simulator._desk import Desk, Proof, error, not_supported
from orderlists_simulator._endpoints import (
    CANCEL_LIST,
    GET_ORDER,
    GET_TIME,
    LIST_STATUS,
    PING,
    Caller,
    Endpoint,
)
from orderlists_simulator._handshake import WEBSOCKET_PATH, Handshake
from orderlists_simulator._parameters import API_KEY, BOOLEAN, SIGNATURE, Parameters
from orderlists_simulator._session_methods import Ended, session_methods
from orderlists_simulator._weight import TooMany
from orderlists_simulator._ws_request import WebSocketRequest, read

if TYPE_CHECKING:
    from orderlists.extending import Frame, HttpResponse
    from orderlists_simulator._attempt import Attempt
    from orderlists_simulator._endpoints import Act
    from orderlists_simulator._keys import ApiKey
    from orderlists_simulator._refused import Refused
    from orderlists_simulator._replies import Json, JsonObject
    from orderlists_simulator._session import Session
    from orderlists_simulator._venue import Venue

_METHODS = {
    "orderList.cancel": CANCEL_LIST,
    "orderList.status": LIST_STATUS,
    "order.status": GET_ORDER,
    "time": GET_TIME,
    "ping": PING,
}


def _untold(_ended: Ended, _now: int) -> None:
    return


class WebSocketFront:
    """A venue that speaks the WebSocket API.

    >>> from orderlists_simulator import Venue
    >>> front = WebSocketFront(Venue())
    >>> session = front.open("/ws-api/v3?returnRateLimits=false", now=0)
    >>> front.answer(session, '{"id": "a", "method": "time"}', now=5_000_000)
    '{"id":"a","status":200,"result":{"serverTime":5}}'
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._desk = Desk(venue)
        self._handshake = Handshake(venue, self._desk)

    def open(self, target: str, *, now: int) -> Session:
        """Return the state of a new connection.

        Args:
            target: Path and query that the connection was asked for with.
            now: In nanoseconds.

        Raises:
            HandshakeRefused: There is none; says what is answered instead.
        """
        return self._handshake.open(target, now=now)

    def asked(
        self,
        session: Session,
        request: WebSocketRequest,
        *,
        terminated: Callable[[Ended, int], None] = _untold,
    ) -> Asked:
        """Return what a request on a connection asks of the venue.

        Args:
            session: The connection it came by.
            request: What was read from the frame.
            terminated: Told which subscriptions it ended, and when.
        """
        return Asked(
            protocol="WebSocket",
            method=request.method,
            path=WEBSOCKET_PATH,
            parameters=tuple(pair for pair in request.params if pair[0] != "signature"),
            request=request,
            attempt=lambda now: self._attempt(session, request, terminated, now),
        )

    def answer(self, session: Session, frame: Frame, *, now: int) -> str:
        """Return the reply frame to a frame that arrived now, in nanoseconds since 1970."""
        request = read(frame)
        done = self.asked(session, request).attempt(now)
        return self.reply(session, request, done.response, now=now)

    def reply(
        self,
        session: Session,
        request: WebSocketRequest,
        response: HttpResponse,
        *,
        now: int,
        named: bool = True,
    ) -> str:
        """Return the frame that answers a request.

        Args:
            session: The connection it came by.
            request: What it answers.
            response: What to answer, as REST would.
            now: In nanoseconds.
            named: Whether it tells which request it answers.
        """
        wanted = {"true": True, "false": False}
        shown = wanted.get(request.parameter("returnRateLimits") or "", session.returns_rate_limits)
        limit = self._venue.weight.limit if shown else None
        return envelope.reply(request.id if named else None, response, limit=limit, now=now)

    def _attempt(
        self,
        session: Session,
        request: WebSocketRequest,
        terminated: Callable[[Ended, int], None],
        now: int,
    ) -> Attempt:
        about_it = session_methods(session, terminated=terminated)
        endpoint = _METHODS.get(request.method) or about_it.get(request.method, _NOTHING)
        return self._desk.attempt(
            endpoint if request.flaw is None else _NOTHING,
            lambda venue: self._reply(venue, endpoint, session, request, now),
            told=lambda refused: _told(refused, now),
            now=now,
        )

    def _reply(
        self,
        venue: Venue,
        endpoint: Endpoint,
        session: Session,
        request: WebSocketRequest,
        now: int,
    ) -> Json:
        if request.flaw is not None:
            raise request.flaw
        parameters = Parameters(request.params)
        parameters.optional("returnRateLimits", BOOLEAN)
        if endpoint.security == "NONE":
            act = endpoint.read(parameters)
            return act(venue, Caller(key=None, unit=session.unit, now=now))
        trusted = _trusted(session, endpoint, request)
        key = (
            venue.keys.authenticate(parameters.mandatory("apiKey", API_KEY))
            if trusted is None
            else trusted
        )
        proof = Proof(key, request.signed_bytes, _signature if trusted is None else _no_signature)
        act = self._desk.act(endpoint, parameters, proof, now)
        return act(venue, Caller(key=key, unit=session.unit, now=now))


def _refuse(_parameters: Parameters) -> Act:
    # [ASSUME] An unknown method is refused as any other request is, and not as missing.
    raise not_supported()


_NOTHING = Endpoint(security="NONE", weight=0, read=_refuse)


def _trusted(session: Session, endpoint: Endpoint, request: WebSocketRequest) -> ApiKey | None:
    # "Specify apiKey and signature explicitly to override": half of it is not enough. [ASSUME]
    explicit = any(name in {"apiKey", "signature"} for name, _ in request.params)
    return None if explicit or endpoint.security == "USER_STREAM" else session.key


def _signature(parameters: Parameters) -> str:
    return parameters.mandatory("signature", SIGNATURE)


def _no_signature(_parameters: Parameters) -> None:
    return


def _told(refused: Refused, now: int) -> JsonObject:
    if isinstance(refused, TooMany):
        return {**error(refused), "data": envelope.try_again(at=refused.retry_at, now=now)}
    return error(refused)
