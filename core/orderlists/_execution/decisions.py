"""The decision table: what came back instead of a result, and what is done about it.

`classify` names what came back for a request; `DECISIONS` says, for each name and each effect, what
the engine does.  Nothing else in the library decides about sending again.

Two rules are not rows.  While the outcome of an earlier attempt is unknown, the refusal of a later
one ends nothing: where the table says `RAISE`, the recovery goes on.  And an operation without a
recovery ends in `OutcomeUnknown` where the table says `RECOVER`.

Why each row is safe:

*   What was not sent may be sent again; what changes nothing may always be.
*   A timestamp that the exchange refused is refused for every copy of the request, if by our clock
    it was too old when it was sent.  If it was not, the request was delayed on its way, and a copy
    of it may have been in time.
*   "Unknown order list" is what the second copy of a cancel gets after the first was executed, and
    "Duplicate order" what the second copy of a placement gets: with an id that nobody else can
    have, only a look tells.
*   A page that is not the exchange's comes from a wrong address or a proxy.  Asking again does not
    help; but what was sent may have gone through, so a change is looked up once.
*   A bug says nothing about the request, and it comes again.
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

_DUPLICATE, _DUPLICATE_TEXT = -2010, "Duplicate order sent."


class Came(Enum):
    """What came back instead of a result.

    Attributes:
        NOT_SENT: Nothing left this machine; trying again can help.
        NOT_SENDABLE: Nothing left this machine; trying again cannot help.
        BAD_TIMESTAMP: -1021, for the first time.
        STALE_TIMESTAMP: -1021, and by the measured clock the request was too old when it was sent.
        DISPUTED_TIMESTAMP: -1021, and by the measured clock it was not.
        LIMITED: 429, 418, or held back by a block that they imposed.
        UNKNOWN_LIST: No open order or list has this id (-2011, -2018).
        DUPLICATE: An open order or list has this client id (-2010).
        REFUSED: Any other refusal of the exchange.
        LOST: No reply, a 5XX, or a reply that cannot be read or is about something else.
        WRONG_HOST: A page that cannot be the exchange's.
        BUG: An exception that is no error of this library, after something was sent.
        BUG_BEFORE_SENDING: The same before that.
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

    # By identity, as members are compared: Enum's own is written in Python.
    __hash__ = object.__hash__


class Action(Enum):
    """What is done about it.

    Attributes:
        SEND_AGAIN: Send again after a pause, within the max_resends that the policy allows.
        SEND_NOW: Send again at once.
        RESYNC_CLOCK: Measure the exchange's clock, then look at the timestamp again.
        WAIT: Wait until the block is over, if the policy and the deadline allow.
        RECOVER: Find out what became of it, by the operation's recovery.
        OUTCOME_UNKNOWN: Raise `OutcomeUnknown` at once.
        RAISE: Raise what came.
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


_COLUMNS: Final = (Effect.READ, Effect.CANCEL, Effect.PLACE, Effect.AMEND)
_R, _X = Action.RECOVER, Action.RAISE
_ROWS: Final = {
    #                        read                 cancel            place  amend
    Came.NOT_SENT: (Action.SEND_AGAIN,) * 4,
    Came.NOT_SENDABLE: (_X,) * 4,
    Came.BAD_TIMESTAMP: (Action.RESYNC_CLOCK,) * 4,
    Came.STALE_TIMESTAMP: (Action.SEND_NOW,) * 4,
    Came.DISPUTED_TIMESTAMP: (_X, _R, _R, _R),
    Came.LIMITED: (Action.WAIT,) * 4,
    Came.UNKNOWN_LIST: (_X, _R, _X, _X),
    Came.DUPLICATE: (_X, _X, _R, _X),
    Came.REFUSED: (_X,) * 4,
    Came.LOST: (Action.SEND_AGAIN, _R, _R, _R),
    Came.WRONG_HOST: (_X, _R, _R, _R),
    Came.BUG: (_X, *(Action.OUTCOME_UNKNOWN,) * 3),
    Came.BUG_BEFORE_SENDING: (_X,) * 4,
}

DECISIONS: Final[dict[tuple[Came, Effect], Action]] = {
    (came, effect): action
    for came, row in _ROWS.items()
    for effect, action in zip(_COLUMNS, row, strict=True)
}
"""The table."""


BUGS: Final = frozenset({Came.BUG, Came.BUG_BEFORE_SENDING})
"""What is no word of the network or of the exchange."""

_LEAVES_OPEN: Final = frozenset({Action.RECOVER, Action.OUTCOME_UNKNOWN})


def decide(came: Came, effect: Effect, *, in_doubt: bool) -> tuple[Action, bool]:
    """Return what is done about what came back, and whether it leaves the outcome open.

    Args:
        came: What came back.
        effect: What the request changes.
        in_doubt: Whether the outcome of an earlier attempt is unknown.
    """
    action = DECISIONS[came, effect]
    is_open = action in _LEAVES_OPEN
    return (Action.RECOVER if in_doubt and action is Action.RAISE else action), is_open


def classify(error: BaseException, *, was_sent: bool) -> Came:
    """Return what an error that came instead of a result means.

    Args:
        error: What was raised by the protocol (about the reply) or by the driver.
        was_sent: Whether the request was written, or may have been.
    """
    match error:
        case TransportError(sent=False):
            return Came.NOT_SENT if error.is_retryable else Came.NOT_SENDABLE
        case UndecodableReply(is_foreign=True):
            return Came.WRONG_HOST
        case TransportError() | ServerError() | UndecodableReply():
            return Came.LOST
        case Rejected():
            return _classify_refusal(error)
        case OrderListsError():
            return Came.REFUSED
        case _:
            return Came.BUG if was_sent else Came.BUG_BEFORE_SENDING


def _classify_refusal(error: Rejected) -> Came:
    match error:
        case RateLimited() | Banned():
            return Came.LIMITED
        case BadTimestamp():
            return Came.BAD_TIMESTAMP
        case UnknownOrderList():
            return Came.UNKNOWN_LIST
        case Rejected(code=code, message=text) if (code, text) == (_DUPLICATE, _DUPLICATE_TEXT):
            return Came.DUPLICATE
        case _:
            return Came.REFUSED
