"""Everything that can go wrong, in one tree, facts as fields.

    OrderListsError
    ├── InvalidInput             refused here, before anything was sent (also a ValueError)
    │   ├── InvalidRequest       a request that breaks a rule
    │   └── InvalidSetting       a key, an address or another setting that breaks a rule
    ├── MissingExtra             an optional dependency is not installed (also an ImportError)
    ├── TransportError           no usable reply arrived; `sent` tells whether the request can have
    │   └── HandshakeRefused     the server answered, but would not open a connection; `response`
    ├── Rejected                 the exchange refused the request: it was not executed
    │   ├── UnknownOrderList     -2011, -2018: no open order list answers to this id
    │   ├── AlreadyDone          the list was over before: filled, expired, or cancelled by another
    │   ├── Unauthorized         -1002, -2014, -2015: the key is not accepted
    │   ├── BadTimestamp         -1021: too old, or from the future
    │   ├── RateLimited          429: too many requests; `retry_after`
    │   ├── Banned               418: went on after 429; `retry_after`, `until`
    │   └── Blocked              403: a firewall in front of the exchange said no
    ├── ServerError              the exchange failed while answering: whether it executed is open
    ├── UndecodableReply         a reply that cannot be read: whether it executed is open
    └── OutcomeUnknown           a state-changing request may or may not have been executed

A protocol raises what a reply *says* (`Rejected`, `ServerError`, `UndecodableReply`); what that
means for a state-changing request is judged in one place, the call, which turns the last two and
a lost connection into `OutcomeUnknown`.

Invariant: no text here ever holds a secret, a signature, a signed query or a reply's body.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, Self, cast

if TYPE_CHECKING:
    from orderlists._execution.attempt import Attempt
    from orderlists._execution.recovery.evidence import Ending
    from orderlists._models.order_lists import OrderList
    from orderlists._operations.base import Request
    from orderlists._protocols.http_messages import HttpResponse
    from orderlists._time import Instant

_LONGEST_VALUE = 80
_LONGEST_MESSAGE = 500
_SIGNATURE = re.compile(r"signature=[^&\s]+", re.IGNORECASE)
_PLAIN = (str, int, float, bool, type(None))


class OrderListsError(Exception):
    """The root of every error this library raises.  All of them pickle, with their cause."""

    def __reduce__(self) -> tuple[Any, ...]:
        cause = self.__cause__ if isinstance(self.__cause__, OrderListsError) else None
        return _restore, (type(self), self.args, self.__dict__, cause)


def _restore(
    kind: type[OrderListsError],
    args: tuple[object, ...],
    facts: dict[str, object],
    cause: OrderListsError | None,
) -> OrderListsError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(facts)
    error.__cause__ = cause
    return error


class InvalidInput(OrderListsError, ValueError):
    """A value breaks a rule.  Nothing was sent and nothing has changed.

    Attributes:
        field: The name of the argument.
        value: What was given; the text of something that is neither text, number nor None.
            The text ``<hidden>`` stands for a secret.
        rule: What would be right.
    """

    def __init__(self, *, field: str, value: object, rule: str) -> None:
        shown = HIDDEN if value is HIDDEN else _shown(value)
        super().__init__(f"{field}={shown}: {rule}")
        self.field = field
        self.value = value if isinstance(value, _PLAIN) else shown
        self.rule = rule


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - the refusal must not depend on what was given
        text = f"<{type(value).__name__}>"
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."


class InvalidRequest(InvalidInput):
    """A request breaks a rule of the exchange or of this library.  Nothing was sent."""


class InvalidSetting(InvalidInput):
    """A key, an address or another setting breaks a rule.  Nothing was sent."""


HIDDEN = "<hidden>"
"""Stands in an error for a value that must not be shown."""


class MissingExtra(OrderListsError, ImportError):
    """An optional dependency is needed and not installed.

    Attributes:
        extra: The name of the extra that installs it.
    """

    def __init__(self, extra: str, *, needed_for: str) -> None:
        super().__init__(f"{needed_for} needs an extra: pip install 'orderlists[{extra}]'")
        self.extra = extra


class TransportError(OrderListsError):
    """No usable reply arrived.

    Attributes:
        sent: ``False`` if the exchange cannot have seen the request (connection refused, unknown
            host, no connection free, certificate not accepted).  ``None`` if it may have.
    """

    def __init__(self, message: str, *, sent: Literal[False] | None) -> None:
        super().__init__(message)
        self.sent: Literal[False] | None = sent


class HandshakeRefused(TransportError):
    """A server answered, and would not open a connection that carries frames.  Nothing was sent.

    Attributes:
        response: What it answered instead.
    """

    def __init__(self, response: HttpResponse) -> None:
        super().__init__(f"no connection: the server answered {response.status}", sent=False)
        self.response = response


class _Said(OrderListsError):
    """The exchange's own words.

    Attributes:
        code: The exchange's error code (negative), or None if the reply held none.
        message: The exchange's own words; empty where it gave none.
        status: The HTTP status, or its equivalent in another protocol.
    """

    def __init__(self, *, code: int | None, message: str, status: int) -> None:
        # A message may echo what was sent.
        message = _SIGNATURE.sub("signature=...", message)[:_LONGEST_MESSAGE]
        coded = "" if code is None else f", code {code}"
        super().__init__(f"HTTP {status}{coded}{': ' if message else ''}{message}")
        self.code = code
        self.message = message
        self.status = status


class Rejected(_Said):
    """The exchange refused the request: it was not executed.  `code`, `message`, `status`."""


class UnknownOrderList(Rejected):
    """No open order list answers to this id (-2011, -2018): it never existed, or it is over."""


class AlreadyDone(Rejected):
    """The list was over before this request could cancel it.

    Attributes:
        order_list: The list as found, with a report on each order.
        ending: How it ended: ``FILLED``, ``EXPIRED``, or ``CANCELED`` by somebody else.
    """

    def __init__(self, order_list: OrderList, *, ending: Ending) -> None:
        super().__init__(code=-2011, message=f"{order_list} was over: {ending.value}", status=400)
        self.order_list = order_list
        self.ending = ending


class Unauthorized(Rejected):
    """The key is malformed, unknown, or not allowed to do this, or not from here."""


class BadTimestamp(Rejected):
    """The request was too old when it arrived, or from the future (-1021): check the clock."""


class _TryLater(Rejected):
    def __init__(
        self, *, code: int | None, message: str, status: int, retry_after: float | None
    ) -> None:
        super().__init__(code=code, message=message, status=status)
        self.retry_after = retry_after

    def with_time_left(self, seconds: float) -> Self:
        """Return the same error with another time to wait."""
        return cast(
            "Self", _restore(type(self), self.args, {**self.__dict__, "retry_after": seconds}, None)
        )


class RateLimited(_TryLater):
    """Too many requests (429).  Sending on before `retry_after` leads to a ban.

    Attributes:
        retry_after: Seconds to wait, counted from the reply; where a client held the request back
            and sent nothing, what is left of them.  If the reply did not say, None where it is
            raised, and clients hold back for 60 seconds.
    """


class Banned(_TryLater):
    """This IP address is banned (418), for minutes up to days, for going on after a 429.

    Attributes:
        retry_after: Seconds until the ban ends, counted from the reply; where a client held the
            request back and sent nothing, what is left of them.  If the reply did not say, None
            where it is raised, and clients hold back for 120 seconds, or until `until` if later.
        until: When the ban ends, if the exchange said so in its message; else None.
    """

    def __init__(
        self,
        *,
        code: int | None,
        message: str,
        status: int,
        retry_after: float | None,
        until: Instant | None,
    ) -> None:
        super().__init__(code=code, message=message, status=status, retry_after=retry_after)
        self.until = until


class Blocked(Rejected):
    """A firewall in front of the exchange refused (403); its page, usually HTML, is not shown."""


class ServerError(_Said):
    """The exchange failed while answering: a 5XX, or a code that leaves the outcome open.

    It has `code`, `message` and `status`, as `Rejected` has.
    """


class UndecodableReply(OrderListsError):
    """A reply arrived and cannot be read: not JSON, cut short, or not of the documented shape.

    Attributes:
        raw: The body, as it came.
        status: The HTTP status, or its equivalent in another protocol.
        reason: What is wrong with it, and where.
    """

    def __init__(self, *, raw: bytes, status: int, reason: str) -> None:
        super().__init__(f"HTTP {status}, {len(raw)} bytes: {reason}")
        self.raw = raw
        self.status = status
        self.reason = reason


class OutcomeUnknown(OrderListsError):
    """A state-changing request may or may not have been executed.

    The cause (`__cause__`) tells what was seen first: a `TransportError`, `ServerError`,
    `UndecodableReply`, or the refusal of a later attempt.

    Attributes:
        request: The request as it was sent, with the id under which it can be recognised.  Give it
            to `reconcile` of a client to look again, now or after a restart.
        attempts: Every time it was sent and may have arrived.
        order_list: The list as it was last seen, or None.
        list_over: Whether the list is certainly over, whoever ended it.
        may_arrive_until: Until when an attempt may still execute, by the exchange's clock; None if
            none can any more.
    """

    def __init__(
        self,
        request: Request[Any],
        *,
        cause: OrderListsError,
        attempts: tuple[Attempt, ...] = (),
        order_list: OrderList | None = None,
        list_over: bool = False,
        may_arrive_until: Instant | None = None,
    ) -> None:
        super().__init__(
            f"{request.operation.name}: it may or may not have been executed ({cause}). "
            f"{_advice(list_over=list_over, until=may_arrive_until)} {request}"
        )
        self.request = request
        self.attempts = attempts
        self.order_list = order_list
        self.list_over = list_over
        self.may_arrive_until = may_arrive_until
        self.__cause__ = cause


def _advice(*, list_over: bool, until: Instant | None) -> str:
    if list_over:
        return "The list is over; look at its orders' history to see who ended it:"
    if until is not None:
        return f"It may still execute until {until.to_datetime():%H:%M:%S} UTC; look after that:"
    return "Look before you send it again, by reconcile() or on the exchange's pages:"
