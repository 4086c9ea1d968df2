"""The events of a client: what it does, when, and why.

No event holds a key, a secret, a signature or an encoded request.  Every text in an event is that
of an error of this library, or describes another exception by its class and place.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Literal

from attrs import field, frozen

from orderlists._models.order_lists import Evidence
from orderlists._time import Instant


class WaitReason(Enum):
    """Why a call waits.

    Attributes:
        RATE_LIMIT: A 429 or a 418 blocks it.
        BACK_OFF: The pause before it sends again.
        TURN: As many requests are in flight as `max_in_flight` allows.
    """

    RATE_LIMIT = "RATE_LIMIT"
    BACK_OFF = "BACK_OFF"
    TURN = "TURN"


class Step(Enum):
    """What a recovery does next.

    Attributes:
        BEGIN: The outcome is unknown, and the recovery begins.
        QUERY: It queries the state of a list or an order.
        RESEND: It sends a state-changing request again.
        AWAIT_EVENT: It looks for the proof in the events of the account.
    """

    BEGIN = "BEGIN"
    QUERY = "QUERY"
    RESEND = "RESEND"
    AWAIT_EVENT = "AWAIT_EVENT"


class CallVerdict(Enum):
    """How a call ended.

    Attributes:
        DONE: With a result.
        REFUSED: In a `Rejected` or an `AlreadyDone`.
        NOT_EXECUTED: In `NotExecuted`.
        NOT_SENT: In a `TransportError` with `sent` False.
        UNKNOWN: In `OutcomeUnknown`.
        FAILED: In another exception: a query without an answer, or a bug.
        INTERRUPTED: By Ctrl-C, the cancellation of its task, or another interrupt.
    """

    DONE = "DONE"
    REFUSED = "REFUSED"
    NOT_EXECUTED = "NOT_EXECUTED"
    NOT_SENT = "NOT_SENT"
    UNKNOWN = "UNKNOWN"
    FAILED = "FAILED"
    INTERRUPTED = "INTERRUPTED"


@frozen(kw_only=True)
class ClientEvent:
    """Something that a client did or met.

    Attributes:
        at: When, by the exchange's clock as far as the client knows it.
    """

    at: Instant


@frozen(kw_only=True)
class CallEvent(ClientEvent):
    """An event of one `send` or `reconcile`.

    Attributes:
        call: Identifies the call in this process: the same in all its events.
        operation: The exchange's title of what was asked for, such as ``Cancel Order List``.
        symbol: The symbol of the request; None if it has none.
        ids: The ids in the request, by the name under which they are sent, such as ``orderListId``,
            ``listClientOrderId`` or ``newClientOrderId``.
        elapsed: Seconds since the call began.
    """

    call: int
    operation: str
    symbol: str | None
    ids: Mapping[str, str | int] = field(hash=False)
    elapsed: float


@frozen(kw_only=True)
class RequestSent(CallEvent):
    """A request was signed, and is written next.  Emitted just before: do not block here.

    Attributes:
        attempt: The number of this request in its call, from 1.  Queries of a recovery and clock
            samples count as well.
        request: The title of the operation that this request is for.
        weight: Its request weight.
    """

    attempt: int
    request: str
    weight: int


@frozen(kw_only=True)
class ReplyReceived(CallEvent):
    """A reply arrived and was decoded.

    Attributes:
        attempt: The number of the request.
        request: The title of its operation.
        seconds: Seconds since it was stamped.
        failure: None for a result; otherwise the row of the decision table, such as ``REFUSED``,
            ``LIMITED``, ``UNKNOWN_LIST``, or ``LOST`` for a reply that is no answer.
        reason: The text of the error; None for a result.
        used_weight: The request weight that this IP address has used in the current minute, as the
            exchange last reported it.
    """

    attempt: int
    request: str
    seconds: float
    failure: str | None
    reason: str | None
    used_weight: int


@frozen(kw_only=True)
class ReplyLost(CallEvent):
    """No reply arrived, or nothing was sent.

    Attributes:
        attempt: The number of the request.
        request: The title of its operation.
        seconds: Seconds since it was stamped.
        sent: False if certainly nothing was sent, otherwise None.
        reason: The text of the error.
    """

    attempt: int
    request: str
    seconds: float
    sent: Literal[False] | None
    reason: str


@frozen(kw_only=True)
class Waiting(CallEvent):
    """The call waits.

    Attributes:
        reason: Why.
        seconds: How long; None for a turn, which ends when another request does.
    """

    reason: WaitReason
    seconds: float | None


@frozen(kw_only=True)
class Retrying(CallEvent):
    """A request is sent again, after the wait if there was one.

    Attributes:
        attempt: The number of the request that failed, which is that of the last one sent.
        failure: Why, as a row of the decision table: ``NOT_SENT``, ``LOST``, ``LIMITED`` or
            ``STALE_TIMESTAMP``.
        reason: The text of the error.
    """

    attempt: int
    failure: str
    reason: str


@frozen(kw_only=True)
class RecoveryStep(CallEvent):
    """The outcome is unknown; this is done next to find it out.

    Attributes:
        step: What is done.
        request: The title of the operation that is sent for it; None if nothing is sent.
        reason: Why the outcome is unknown: the text of the first error.
    """

    step: Step
    request: str | None
    reason: str


@frozen(kw_only=True)
class CallEnded(CallEvent):
    """The call ended: the last event of every call.

    Attributes:
        verdict: How.
        outcome: What `send` returns or raises.
        evidence: How a cancel, a placement or an amend is known to be done; None otherwise.
        reason: The text of the error; None for a result.
        requests: How many requests were sent.
    """

    verdict: CallVerdict
    outcome: object = field(repr=False, hash=False)
    evidence: Evidence | None
    reason: str | None
    requests: int


@frozen(kw_only=True)
class ClockMeasured(ClientEvent):
    """The estimate of the exchange's clock was replaced by a measurement.

    Attributes:
        moved: Seconds by which the estimate moved; more than 0 is forward.
        error: The maximum error of the new estimate, in seconds.
        call: The call that measured it; None if a connection did.
    """

    moved: float
    error: float
    call: int | None


@frozen(kw_only=True)
class RateLimitReached(ClientEvent):
    """The exchange imposed a block: until it ends, the client sends nothing that it concerns.

    Attributes:
        seconds: How long.
        is_ban: Whether the IP address is banned (418).
        orders_only: Whether it blocks only placements of this account (-1015).
        reason: The text of the error.
    """

    seconds: float
    is_ban: bool
    orders_only: bool
    reason: str


@frozen(kw_only=True)
class ConnectionOpened(ClientEvent):
    """A connection takes requests, after its log-on if it has one.

    Attributes:
        connection: Its number in this client, from 1.
        is_reconnect: Whether an earlier one has ended.
    """

    connection: int
    is_reconnect: bool


@frozen(kw_only=True)
class ConnectionClosed(ClientEvent):
    """A connection ended.

    Attributes:
        connection: Its number in this client.
        by_client: Whether this side closed it; otherwise it was lost.
        reason: Why.
        in_flight: How many requests were in flight on it, whose replies are lost.
        seconds: How long it was open.
    """

    connection: int
    by_client: bool
    reason: str
    in_flight: int
    seconds: float


@frozen(kw_only=True)
class ConnectionFailed(ClientEvent):
    """A connection could not be opened.

    Attributes:
        reason: Why.
    """

    reason: str


@frozen(kw_only=True)
class ConnectionDelayed(ClientEvent):
    """The next attempt to connect, or to subscribe, waits for its back-off.

    Attributes:
        seconds: How long.
        reason: Why the last one failed.
    """

    seconds: float
    reason: str
