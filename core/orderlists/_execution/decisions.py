"""The decision table: (kind of failure) x (effect of the request) -> action.

`classify` maps an error to a `FailureKind`; `DECISIONS` gives the action of the engine for each
kind and effect.  No other code decides whether a request is sent again.

The table is for a request without an attempt whose outcome is unknown.  Once there is one, the
recovery runs: it alone sends again, and the refusal of a later attempt proves nothing about it.  An
operation without a recovery ends in `OutcomeUnknown` where the table says `RECOVER`.

Why each row is safe:

*   A request that was not sent may be sent again; a request that changes nothing always may.
*   If, by the measured clock, the timestamp was too old when it was sent, the exchange refuses
    every copy of the request.  If it was not, the request was delayed in transit, and a copy of it
    may have been in time.
*   "Unknown order list" is also the reply to a second copy of a cancel whose first copy was
    executed, and "Duplicate order" the reply to a second copy of a placement: only a query can
    distinguish these cases.  The second copy of an amend finds an order that has the quantity
    already, has less by a later amend, or is known by another client id; by its former client id
    it finds a newer order, to which any refusal about an order may apply.
*   After a 429, a 418 or another refusal nothing was executed, as the exchange documents.  A proxy
    that repeats requests could hide an executed copy behind one of them, but nothing in such a
    reply suggests it, and after a 429 a query would be blocked as well.
*   A page of another host comes from a wrong address or a proxy.  Retrying does not help, but the
    request may have been forwarded, so a state-changing request is queried once.
*   A bug proves nothing about the request, and a retry would hit it again.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from orderlists._operations.base import Effect
from orderlists.errors import (
    BadTimestamp,
    Banned,
    OrderListsError,
    RateLimited,
    Rejected,
    ServerError,
    TransportError,
    UndecodableReply,
    UnknownOrderList,
)

# With the final period left out, which the documentation has for some of them only.
_TO_A_SECOND_COPY: Final = frozenset(
    {
        (-2010, "Duplicate order sent"),
        (-2038, "Duplicate order sent"),
        (-2038, "Unknown order sent"),
        (-2038, "The requested action would change no state; rejecting"),
        (-2038, "Order amend (quantity increase) is not supported"),
        (-2038, "Order amend (pending OPO order) is not supported"),
        (-2038, "Price * QTY is zero or less"),
        (-1013, "Filter failure: MAX_NUM_ORDER_AMENDS"),
    }
)


class FailureKind(Enum):
    """Why there is no result.

    Attributes:
        NOT_SENT: Nothing was sent; a retry can help.
        NOT_SENDABLE: Nothing was sent; a retry cannot help.
        BAD_TIMESTAMP: -1021.  After the resync it is one of the next two.
        STALE_TIMESTAMP: -1021, and by the measured clock the request was too old when it was sent.
        DISPUTED_TIMESTAMP: -1021, although by the measured clock the timestamp was valid.
        LIMITED: 429 or 418, or blocked by the gate after one of them.
        UNKNOWN_LIST: No open order or list has this id (-2011, -2013, -2018).
        DUPLICATE: An open order or list has this client id (-2010), or the order is not as the
            amend expects it (-2038): the reply to a second copy.
        REFUSED: Any other refusal by the exchange.
        LOST: No reply, a 5XX, an undecodable reply, or a reply to another request.
        WRONG_HOST: A reply that cannot come from the exchange.
        BUG: An exception that is not an error of this library, after something was sent.
        BUG_BEFORE_SENDING: The same, before anything was sent.
    """

    NOT_SENT = "NOT_SENT"
    NOT_SENDABLE = "NOT_SENDABLE"
    BAD_TIMESTAMP = "BAD_TIMESTAMP"
    STALE_TIMESTAMP = "STALE_TIMESTAMP"
    DISPUTED_TIMESTAMP = "DISPUTED_TIMESTAMP"
    LIMITED = "LIMITED"
    UNKNOWN_LIST = "UNKNOWN_LIST"
    DUPLICATE = "DUPLICATE"
    REFUSED = "REFUSED"
    LOST = "LOST"
    WRONG_HOST = "WRONG_HOST"
    BUG = "BUG"
    BUG_BEFORE_SENDING = "BUG_BEFORE_SENDING"

    # Hash by identity, consistent with equality; Enum's own is slow Python code.
    __hash__ = object.__hash__


class Action(Enum):
    """The action of the engine.

    Attributes:
        SEND_AGAIN: Resend after a back-off, within the policy's `max_resends`.
        SEND_NOW: Resend at once.
        RESYNC_CLOCK: Measure the exchange's clock, then classify the timestamp again.
        WAIT: Wait until the block ends, if the policy and the deadline allow.
        RECOVER: Reconcile, by the operation's recovery.
        OUTCOME_UNKNOWN: Raise `OutcomeUnknown` at once.
        RAISE: Raise the error.
    """

    SEND_AGAIN = "SEND_AGAIN"
    SEND_NOW = "SEND_NOW"
    RESYNC_CLOCK = "RESYNC_CLOCK"
    WAIT = "WAIT"
    RECOVER = "RECOVER"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    RAISE = "RAISE"

    # As above.
    __hash__ = object.__hash__

    @property
    def leaves_unknown(self) -> bool:
        """Whether the outcome of the attempt is unknown."""
        return self in _LEAVES_UNKNOWN


_LEAVES_UNKNOWN: Final = frozenset({Action.RECOVER, Action.OUTCOME_UNKNOWN})


_COLUMNS: Final = (Effect.READ, Effect.CANCEL, Effect.PLACE, Effect.AMEND)
_R, _X = Action.RECOVER, Action.RAISE
_ROWS: Final = {
    #                        read                 cancel            place  amend
    FailureKind.NOT_SENT: (Action.SEND_AGAIN,) * 4,
    FailureKind.NOT_SENDABLE: (_X,) * 4,
    FailureKind.BAD_TIMESTAMP: (Action.RESYNC_CLOCK,) * 4,
    FailureKind.STALE_TIMESTAMP: (Action.SEND_NOW,) * 4,
    FailureKind.DISPUTED_TIMESTAMP: (_X, _R, _R, _R),
    FailureKind.LIMITED: (Action.WAIT,) * 4,
    FailureKind.UNKNOWN_LIST: (_X, _R, _X, _R),
    FailureKind.DUPLICATE: (_X, _X, _R, _R),
    FailureKind.REFUSED: (_X,) * 4,
    FailureKind.LOST: (Action.SEND_AGAIN, _R, _R, _R),
    FailureKind.WRONG_HOST: (_X, _R, _R, _R),
    FailureKind.BUG: (_X, *(Action.OUTCOME_UNKNOWN,) * 3),
    FailureKind.BUG_BEFORE_SENDING: (_X,) * 4,
}

DECISIONS: Final[dict[tuple[FailureKind, Effect], Action]] = {
    (kind, effect): action
    for kind, row in _ROWS.items()
    for effect, action in zip(_COLUMNS, row, strict=True)
}
"""The decision table."""


BUGS: Final = frozenset({FailureKind.BUG, FailureKind.BUG_BEFORE_SENDING})
"""The kinds that say nothing about the network or the exchange."""


def classify(error: BaseException, *, was_sent: bool) -> FailureKind:
    """Return the kind of failure that an error stands for.

    Args:
        error: The exception, raised by the protocol (about the reply) or by the driver.
        was_sent: Whether the request was written, or may have been.
    """
    match error:
        case TransportError(sent=False):
            return FailureKind.NOT_SENT if error.is_retryable else FailureKind.NOT_SENDABLE
        case UndecodableReply(is_foreign=True):
            return FailureKind.WRONG_HOST
        case TransportError() | ServerError() | UndecodableReply():
            return FailureKind.LOST
        case Rejected():
            return _classify_refusal(error)
        case OrderListsError():
            return FailureKind.REFUSED
        case _:
            return FailureKind.BUG if was_sent else FailureKind.BUG_BEFORE_SENDING


def _classify_refusal(error: Rejected) -> FailureKind:
    match error:
        case RateLimited() | Banned():
            return FailureKind.LIMITED
        case BadTimestamp():
            return FailureKind.BAD_TIMESTAMP
        case UnknownOrderList():
            return FailureKind.UNKNOWN_LIST
        case Rejected(code=code, message=text) if (code, text.rstrip(".")) in _TO_A_SECOND_COPY:
            return FailureKind.DUPLICATE
        case _:
            return FailureKind.REFUSED
