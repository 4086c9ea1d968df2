"""The server side of the WebSocket API: a session, a frame and the time in, a frame out.

Pure: sockets belong to `_serving`, and what a request does to the endpoints.

Invariant: a signature is checked over the parameters as they were written.
"""

from __future__ import annotations

from orderlists.extending import Frame, HttpResponse
from orderlists_simulator._api import registry
from orderlists_simulator._api.dispatcher import Credentials, Dispatcher, Received, Result
from orderlists_simulator._api.endpoint import Endpoint
from orderlists_simulator._api.parameters import TEXT, SentParameters, mandatory
from orderlists_simulator._api.responses import JsonObject
from orderlists_simulator._engine.errors import ApiError, not_supported
from orderlists_simulator._engine.keys import ApiKey
from orderlists_simulator._engine.log import Execution, ReceivedRequest
from orderlists_simulator._engine.rate_limits import TooManyRequests
from orderlists_simulator._engine.session import Session, Subscription
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._faults.responses import PASS_THROUGH, Answer, NullIdResponse
from orderlists_simulator._protocols import sbe
from orderlists_simulator._protocols import websocket_frames as frames
from orderlists_simulator._protocols.handshake import (
    RETURN_RATE_LIMITS,
    WEBSOCKET_PATH,
    open_session,
)
from orderlists_simulator._protocols.websocket_request import WebSocketRequest, parse
from orderlists_simulator._sbe import replies
from orderlists_simulator._sbe.writer import SbeWriter

_REVOKED = HttpResponse(
    401, (), b'{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}'
)
_API_KEY = mandatory("apiKey", TEXT)


class WebSocketServerProtocol:
    """A venue over the WebSocket API.

    >>> from orderlists_simulator import Venue
    >>> websocket = WebSocketServerProtocol(Venue())
    >>> session = websocket.open("/ws-api/v3?returnRateLimits=false", now=0)
    >>> websocket.respond(session, '{"id": "a", "method": "time"}', now=5_000_000)
    '{"id":"a","status":200,"result":{"serverTime":5}}'
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._dispatcher = Dispatcher(venue)

    def open(self, target: str, *, now: int) -> Session:
        """Return the session of a new connection.

        Args:
            target: The path and the query.
            now: In nanoseconds.

        Raises:
            HandshakeRefused: The connection is refused, with this response.
        """
        return open_session(self._venue, self._dispatcher, target, now=now)

    def describe(self, request: WebSocketRequest, frame: Frame) -> ReceivedRequest:
        """Return a request as plans and the log see it."""
        endpoint = _endpoint(request)
        return ReceivedRequest(
            protocol="WebSocket",
            method=request.method or "",
            path=WEBSOCKET_PATH,
            parameters=tuple(pair for pair in request.params if pair[0] != "signature"),
            effect=None if endpoint is None else endpoint.effect,
            message=frame,
        )

    def respond(self, session: Session, frame: Frame, *, now: int) -> Frame:
        """Return the reply to a frame that arrives now, in nanoseconds since 1970."""
        request = parse(frame)
        execution = self.execute(session, request, now=now)
        return self.reply(session, request, execution.response, now=now)

    def execute(self, session: Session, request: WebSocketRequest, *, now: int) -> Execution:
        """Execute a request now, and return the execution with its response."""
        unreadable = request.error if request.method is None else None
        return self._dispatcher.execute(
            _endpoint(request),
            lambda endpoint: self._result(endpoint, session, request, now),
            sent=lambda: request.params,
            # [ASSUME] An unknown method has the status 400, not 404.
            unknown=not_supported() if unreadable is None else unreadable,
            error_body=lambda error: _error_body(error, now),
            now=now,
        )

    def reply(
        self,
        session: Session,
        request: WebSocketRequest,
        response: HttpResponse,
        *,
        now: int,
        answer: Answer = PASS_THROUGH,
    ) -> Frame:
        """Return the reply frame to a request: text, or bytes if the session has SBE.

        Args:
            session: The session of its connection.
            request: The request.
            response: The status and the body.
            now: In nanoseconds.
            answer: The answer of the plan.
        """
        wanted = {"true": True, "false": False}
        returned = wanted.get(
            request.parameter(RETURN_RATE_LIMITS.name) or "", session.returns_rate_limits
        )
        limit = self._venue.request_weight.limit if returned else None
        reply = frames.reply(
            None if isinstance(answer, NullIdResponse) else request.id,
            response,
            limit=limit,
            windows=self._venue.order_count.windows,
            now=now,
        )
        return self._frame(session, reply, request.method, answer)

    def event(self, session: Session, event: JsonObject, to: Subscription | None) -> Frame:
        """Return the frame of an event for a subscription; None for one that belongs to none."""
        subscription = None if to is None else to.number
        if session.sbe is not None:
            writer = SbeWriter(self._venue.behaviour.sbe, session.sbe.version)
            message = replies.event(writer, event, subscription)
            if message is not None:
                return message
        return frames.text(frames.event(event, subscription=subscription))

    def revocation(self, session: Session, *, now: int) -> Frame:
        """Return the frame that tells a client that its key was revoked."""
        return self._frame(session, frames.reply(None, _REVOKED, limit=None, now=now), None)

    def _frame(
        self,
        session: Session,
        reply: JsonObject,
        method: str | None,
        answer: Answer = PASS_THROUGH,
    ) -> Frame:
        found: Frame | None = None
        if session.sbe is not None:
            writer = sbe.writer_for(session.sbe, self._venue.behaviour.sbe, answer)
            deprecated = session.sbe.is_deprecated
            found = sbe.reply(writer, reply, method, is_deprecated=deprecated)
        return frames.text(reply) if found is None else found

    def _result(
        self, endpoint: Endpoint, session: Session, request: WebSocketRequest, now: int
    ) -> Result:
        if request.error is not None:
            raise request.error
        sent = SentParameters(request.params)
        sent.read(RETURN_RATE_LIMITS)
        credentials, common = None, 1
        if endpoint.security != "NONE":
            credentials, common = self._credentials(endpoint, session, request, sent), 2
        received = Received(protocol="WebSocket", session=session, parameters=sent, common=common)
        return self._dispatcher.call(endpoint, received, credentials, now=now)

    def _credentials(
        self,
        endpoint: Endpoint,
        session: Session,
        request: WebSocketRequest,
        sent: SentParameters,
    ) -> Credentials:
        logged_on = _logged_on(endpoint, session, sent)
        if logged_on is not None:
            return Credentials(logged_on, request.signed_bytes, is_signed=False)
        key = self._venue.keys.authenticate(sent.read(_API_KEY))
        return Credentials(key, request.signed_bytes)


def _endpoint(request: WebSocketRequest) -> Endpoint | None:
    return None if request.method is None else registry.WEBSOCKET.get(request.method)


def _logged_on(endpoint: Endpoint, session: Session, sent: SentParameters) -> ApiKey | None:
    # "Specify apiKey and signature explicitly to override": one of the two is not enough. [ASSUME]
    explicit = "apiKey" in sent or "signature" in sent
    return None if explicit or endpoint.security == "USER_STREAM" else session.key


def _error_body(error: ApiError, now: int) -> JsonObject:
    if isinstance(error, TooManyRequests):
        return {**error.body, "data": frames.retry_data(at=error.retry_at, now=now)}
    return error.body
