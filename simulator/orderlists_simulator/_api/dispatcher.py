"""The dispatcher: from a request to the handler of its endpoint, and from the result to a response.

The order of the checks is not documented; here it is: rate limit, key, parameters, time window,
signature, permission.  A protocol provides what differs between protocols: where the parameters,
the key and the signed bytes are, and the form of an error.

Invariant: the handler runs only after every check has passed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from attrs import frozen

from orderlists.extending import HttpResponse
from orderlists_simulator._api.endpoint import Call, Endpoint
from orderlists_simulator._api.parameters import (
    DECIMAL,
    LONG,
    TEXT,
    SentParameters,
    mandatory,
    optional,
)
from orderlists_simulator._api.responses import Json, JsonObject
from orderlists_simulator._engine.errors import ApiError, not_permitted
from orderlists_simulator._engine.keys import ApiKey
from orderlists_simulator._engine.log import Execution, Protocol
from orderlists_simulator._engine.order_entry import NO_LIST
from orderlists_simulator._engine.rate_limits import TooManyRequests
from orderlists_simulator._engine.session import Session
from orderlists_simulator._engine.time import DEFAULT_RECV_WINDOW, TimeWindow
from orderlists_simulator._engine.venue import Venue

USED_WEIGHT = "X-MBX-USED-WEIGHT-1M"

_TIMESTAMP = mandatory("timestamp", LONG)
_RECV_WINDOW = optional("recvWindow", DECIMAL)
_SIGNATURE = mandatory("signature", TEXT)
_SIGNED = 3
"""How many parameters a signed request has beside those of its endpoint."""


@frozen
class Credentials:
    """The key of a request, and how it is proven.

    Attributes:
        key: The key.
        payload: The bytes that are signed.
        is_signed: False where the session is authenticated, and no signature is needed.
    """

    key: ApiKey
    payload: bytes
    is_signed: bool = True


@frozen(kw_only=True)
class Received:
    """A request as a protocol has read it.

    Attributes:
        protocol: The protocol.
        session: The session of its connection.
        parameters: Its parameters.
        common: How many parameters the protocol has for every such request.
    """

    protocol: Protocol
    session: Session
    parameters: SentParameters
    common: int = 0


@frozen(kw_only=True)
class Result:
    """The result of a request.

    Attributes:
        body: The body of the response.
        account: The account of its key.
    """

    body: Json
    account: str


class Dispatcher:
    """Executes requests at a venue."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    def execute(
        self,
        endpoint: Endpoint | None,
        result: Callable[[Endpoint], Result],
        *,
        sent: Callable[[], Iterable[tuple[str, str]]],
        unknown: ApiError,
        error_body: Callable[[ApiError], JsonObject],
        now: int,
    ) -> Execution:
        """Charge a request, execute it, and return the execution with its response.

        Args:
            endpoint: The endpoint; None if there is none.
            result: Returns the result, or raises an `ApiError`.
            sent: Returns the parameters; of two with the same name, the last counts.
            unknown: The error if there is no endpoint.
            error_body: Returns the body of an error.
            now: In nanoseconds.
        """
        weight = 0 if endpoint is None else endpoint.weight_of(sent)
        self._venue.run_until(now)
        try:
            self._venue.request_weight.charge(weight, now=now)
            if endpoint is None:
                raise unknown
            done = result(endpoint)
        except ApiError as error:
            return self.error(error, error_body(error), now=now)
        found = done.body.get("orderListId") if isinstance(done.body, dict) else None
        counts = self._order_counts(done.account, now) if endpoint.orders > 0 else ()
        return Execution(
            at=now,
            code=None,
            order_list_id=found if isinstance(found, int) and found != NO_LIST else None,
            response=self._response(
                200,
                done.body,
                refund=weight if endpoint.free_on_success else 0,
                extra=counts,
                now=now,
            ),
        )

    def call(
        self, endpoint: Endpoint, received: Received, credentials: Credentials | None, *, now: int
    ) -> Result:
        """Check a request, and return the result of the endpoint's handler.

        Args:
            endpoint: The endpoint.
            received: The request.
            credentials: None for an endpoint that needs none.
            now: In nanoseconds.

        Raises:
            ApiError: It is malformed, late, not signed, not permitted, or refused by the handler.
        """
        sent, key = received.parameters, None
        if credentials is None:
            values = endpoint.read(sent, common=received.common)
        else:
            key = credentials.key
            window = _time_window(sent)
            signature = sent.read(_SIGNATURE) if credentials.is_signed else None
            values = endpoint.read(sent, common=received.common + _SIGNED)
            window.check(now=now - self._venue.engine_delay)
            if signature is not None and not key.verify(credentials.payload, signature):
                raise ApiError(-1022, "Signature for this request is not valid.")
            if endpoint.security == "TRADE" and not key.may_trade:
                raise not_permitted()
        call = Call(
            venue=self._venue,
            protocol=received.protocol,
            session=received.session,
            key=key,
            now=now,
            values=values,
        )
        return Result(body=endpoint.handler(call), account=call.account)

    def error(self, error: ApiError, body: JsonObject, *, now: int) -> Execution:
        """Return the execution of a request that was refused."""
        extra: tuple[tuple[str, str], ...] = ()
        if isinstance(error, TooManyRequests):
            extra = (("Retry-After", str(error.retry_after)),)
        response = self._response(error.status, body, extra=extra, now=now)
        return Execution(at=now, code=error.code, order_list_id=None, response=response)

    def _order_counts(self, account: str, now: int) -> tuple[tuple[str, str], ...]:
        counter = self._venue.order_count
        used = counter.used(account, now=now)
        return tuple(
            (window.header, str(count)) for window, count in zip(counter.windows, used, strict=True)
        )

    def _response(
        self,
        status: int,
        body: Json,
        *,
        refund: int = 0,
        extra: tuple[tuple[str, str], ...] = (),
        now: int,
    ) -> HttpResponse:
        used = self._venue.request_weight.refund(refund, now=now)
        headers = (
            ("Content-Type", "application/json;charset=UTF-8"),
            (USED_WEIGHT, str(used)),
            *extra,
        )
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return HttpResponse(status, headers, text.encode())


def _time_window(sent: SentParameters) -> TimeWindow:
    timestamp, lasting = sent.read(_TIMESTAMP), sent.read(_RECV_WINDOW)
    recv_window = DEFAULT_RECV_WINDOW if lasting is None else lasting
    return TimeWindow(timestamp=timestamp, recv_window=recv_window)
