"""All exceptions, in one tree, with their details as attributes.

    OrderListsError
    ├── InvalidInput              refused here, before anything was sent (also a ValueError)
    │   ├── InvalidRequest        a request that breaks a rule
    │   └── InvalidSetting        a key, an address or another setting that breaks a rule
    ├── MissingExtra              an optional dependency is not installed (also an ImportError)
    ├── TransportError            no usable reply arrived; `sent` is False if nothing was sent
    │   └── HandshakeRefused      the server answered, but opened no connection; `response`
    ├── Refused                   the request was not executed, and can no longer be
    │   ├── Rejected              refused by the exchange; `code`, `message`, `status`
    │   │   ├── UnknownOrderList  -2011, -2013, -2018: no open list or order has this id
    │   │   ├── NothingOpen       -2011: a cancel of everything on a symbol where nothing is open
    │   │   ├── RejectedOrderList a list was not placed: its reply says REJECT
    │   │   ├── Unauthorized      -1002, -1022, -2008, -2014, -2015: the key is not accepted
    │   │   ├── BadTimestamp      -1021: too old, or from the future
    │   │   ├── RateLimited       429: too many requests; `retry_after`
    │   │   ├── Banned            418: too many requests after a 429; `retry_after`, `until`
    │   │   └── Blocked           403: a firewall in front of the exchange
    │   ├── AlreadyDone           proven: it was over, filled, expired, or canceled by another
    │   └── NotExecuted           proven by evidence after an unknown outcome
    ├── IncompletePage            a page of order lists leaves a gap that nothing closes
    ├── ServerError               the exchange failed: the outcome is unknown
    ├── UndecodableReply          an unreadable reply: the outcome is unknown
    └── OutcomeUnknown            a state-changing request may or may not have been executed

There are three kinds of failure.  The network: a transport raises `TransportError`.  The reply: a
protocol raises the error in the reply (`Rejected`, `ServerError`, `UndecodableReply`).  A bug: any
other exception, in this library or in code passed to it; it is never retried and never converted.
Their consequences for a state-changing request are decided in one place (`orderlists._execution`),
which alone raises `OutcomeUnknown`, `AlreadyDone` and `NotExecuted`.

Invariant: no text contains a secret, a signature, a signed query or the body of a reply.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from orderlists._bug_text import describe_bug

if TYPE_CHECKING:
    from orderlists._attempt import Attempt
    from orderlists._in_doubt import InDoubt
    from orderlists._models.base import RawReply
    from orderlists._models.order_lists import OrderList, OrderReport
    from orderlists._operations.base import Operation, Request
    from orderlists._operations.recovery.evidence import Ending
    from orderlists._protocols.http_messages import HttpResponse
    from orderlists._time import Instant

__all__ = [
    "HIDDEN",
    "AlreadyDone",
    "BadTimestamp",
    "Banned",
    "Blocked",
    "HandshakeRefused",
    "InvalidInput",
    "InvalidRequest",
    "InvalidSetting",
    "MissingExtra",
    "NotExecuted",
    "NothingOpen",
    "OrderListsError",
    "OutcomeUnknown",
    "RateLimited",
    "Refused",
    "Rejected",
    "RejectedOrderList",
    "ServerError",
    "TransportError",
    "Unauthorized",
    "UndecodableReply",
    "UnknownOrderList",
]

_LONGEST_VALUE = 80
_LONGEST_MESSAGE = 500
_SIGNATURE = re.compile(r"(signature['\"]?\s*[=:]\s*['\"]?)[^&\s'\",}]+", re.IGNORECASE)
_SERVER_ERROR = 500
_FACTS = ("code", "status", "sent", "field", "value", "rule", "list_over", "retry_after")
_PLAIN = (str, int, float, bool, type(None))
_NOTHING_SENT = "nothing was sent: "
_FOREIGN = "not from the exchange's API: check the address and any proxy in between"


class OrderListsError(Exception):
    """The base class of every error that this library raises.

    All of them can be pickled, together with a cause that is an `OrderListsError`.  Any other cause
    is dropped, because another process may be unable to import its class.
    """

    def to_dict(self) -> dict[str, Any]:
        """Return the error as plain values, for logs: its class, its text, and what it knows.

        >>> InvalidRequest(field="symbol", value="", rule="must be given").to_dict()["field"]
        'symbol'
        """
        facts = {name: getattr(self, name) for name in _FACTS if hasattr(self, name)}
        return {"kind": type(self).__name__, "message": str(self), **facts}

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
    """A value is invalid.  Nothing was sent and nothing has changed.

    Attributes:
        field: The name of the argument.
        value: The value; its repr if it is neither text, number nor None; ``<hidden>`` for a
            secret.
        rule: The rule for valid values.
        code: The code with which the exchange refuses such a value, if it has one of its own.
    """

    def __init__(self, *, field: str, value: object, rule: str, code: int | None = None) -> None:
        shown = HIDDEN if value is HIDDEN else _shown(value)
        super().__init__(f"{field}={shown}: {rule}{'' if code is None else f' ({code})'}")
        self.code = code
        self.field = field
        self.value = value if isinstance(value, _PLAIN) else shown
        self.rule = rule


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - a broken repr must not hide the error
        text = f"<{type(value).__name__}>"
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."


class InvalidRequest(InvalidInput):
    """A request is invalid.  Nothing was sent."""


class InvalidSetting(InvalidInput):
    """A key, an address or another setting is invalid.  Nothing was sent."""


HIDDEN = "<hidden>"
"""Replaces a secret value in an error."""


class IncompletePage(OrderListsError):
    """A page of order lists does not hold all that was asked for, and no other request would."""


class MissingExtra(OrderListsError, ImportError):
    """An optional dependency is required but not installed.

    Attributes:
        extra: The name of the extra that installs it.
    """

    def __init__(self, extra: str, *, needed_for: str) -> None:
        super().__init__(f"{needed_for} needs an extra: pip install 'orderlists[{extra}]'")
        self.extra = extra


class TransportError(OrderListsError):
    """No usable reply arrived.

    Attributes:
        reason: Why.  In the text of the error, "nothing was sent" is before it if `sent` is False.
        sent: ``False`` if the exchange cannot have received the request (connection refused,
            unknown host, invalid certificate).  ``None`` if it may have.
        is_retryable: Whether a retry can help.  False for permanent failures: an invalid
            certificate, a closed transport, a proxy that requires authentication.
    """

    def __init__(
        self, message: str, *, sent: Literal[False] | None, is_retryable: bool = True
    ) -> None:
        self.reason = message.removeprefix(_NOTHING_SENT)
        super().__init__(message if sent is None else f"{_NOTHING_SENT}{self.reason}")
        self.sent: Literal[False] | None = sent
        self.is_retryable = is_retryable


class HandshakeRefused(TransportError):
    """A server refused the opening handshake of a framed connection.  Nothing was sent.

    Attributes:
        response: The HTTP response.
    """

    def __init__(self, response: HttpResponse) -> None:
        super().__init__(
            f"no connection: the server answered {response.status} to the opening handshake",
            sent=False,
            is_retryable=response.status >= _SERVER_ERROR,
        )
        self.response = response


class Refused(OrderListsError):
    """The request was not executed, and can no longer be."""


class _ExchangeError(OrderListsError):
    """An error reported by the exchange.

    Attributes:
        code: The exchange's error code (negative), or None if the reply has none.
        message: The exchange's error message; empty if there is none.
        status: The HTTP status, or its equivalent in another protocol.
        reply: The reply as it came, with its headers; of a request that the client blocked, the one
            that said to.  In no text.  None for an error that was made without one.
    """

    def __init__(self, *, code: int | None, message: str, status: int) -> None:
        # A message may echo the request.
        message = _SIGNATURE.sub(r"\1...", message)[:_LONGEST_MESSAGE]
        coded = "" if code is None else f", code {code}"
        super().__init__(f"HTTP {status}{coded}{': ' if message else ''}{message}")
        self.code = code
        self.message = message
        self.status = status
        self.reply: RawReply | None = None


class Rejected(Refused, _ExchangeError):
    """The exchange refused the request; it was not executed.

    It has `code`, `message` and `status`, and the `reply` as it came.
    """


class UnknownOrderList(Rejected):
    """No open list or order has this id (-2011, -2013, -2018): it never existed, or it is over."""


class NothingOpen(Rejected):
    """A cancel of everything open on a symbol found nothing open (-2011).

    Behind a proxy that repeats requests an earlier copy may have been executed, and have ended what
    was open: HTTP allows that for cancels (``DELETE``), and this one has no id by which a query
    could tell.  Whoever ended it, nothing was open when the exchange replied.
    """

    def __str__(self) -> str:
        return f"nothing is open on the symbol: {super().__str__()}"


class RejectedOrderList(Rejected):
    """The exchange replied to a placement with a list that says ``REJECT``: nothing was placed.

    Such a reply has no error code: `code` is None.

    Attributes:
        order_list: The list, with its reports.
    """

    def __init__(self, order_list: OrderList) -> None:
        super().__init__(code=None, message=f"{order_list} was rejected", status=200)
        self.order_list = order_list
        self.reply = order_list.reply


class Unauthorized(Rejected):
    """The key or signature is invalid, or lacks permission for this operation or IP address."""


class BadTimestamp(Rejected):
    """The timestamp was outside of `recv_window` (-1021): check the clock."""


class _LimitError(Rejected):
    def __init__(
        self, *, code: int | None, message: str, status: int, retry_after: float | None
    ) -> None:
        super().__init__(code=code, message=message, status=status)
        self.retry_after = retry_after

    def with_time_left(self, seconds: float) -> Self:
        """Return a copy with another `retry_after`."""
        return cast(
            "Self", _restore(type(self), self.args, {**self.__dict__, "retry_after": seconds}, None)
        )


class RateLimited(_LimitError):
    """Too many requests (429).  Sending before `retry_after` has elapsed leads to a ban.

    Like every refusal, it is about the request as it arrived.  Behind a proxy that repeats requests
    an earlier copy may have been executed: HTTP allows that for cancels (``DELETE``).

    Attributes:
        retry_after: Seconds to wait, counted from the reply; the remaining seconds if the client
            blocked the request and sent nothing.  None if the reply had no Retry-After; the client
            then blocks for 60 seconds.
    """


class Banned(_LimitError):
    """This IP address is banned (418) for minutes to days, for sending on after a 429.

    Attributes:
        retry_after: Seconds until the ban ends, counted from the reply; the remaining seconds if
            the client blocked the request and sent nothing.  None if the reply had no Retry-After;
            the client then blocks for 120 seconds, or until `until` if that is later.
        until: When the ban ends, if the exchange's message contains it; else None.
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
    """A firewall in front of the exchange refused the request (403)."""


class ServerError(_ExchangeError):
    """The exchange failed: a 5XX, or a code after which the outcome is unknown.

    It has `code`, `message`, `status` and `reply`, like `Rejected`.
    """


class UndecodableReply(OrderListsError):
    """A reply is unreadable: not JSON, truncated, or not of the documented shape.

    Attributes:
        raw: The body, undecoded.
        status: The HTTP status, or its equivalent in another protocol.
        reason: What is wrong, and where.
        is_foreign: Whether the reply cannot come from the exchange's API but comes from another
            host, such as a 404 page, a redirect or a captive portal: a retry does not help.
    """

    def __init__(self, *, raw: bytes, status: int, reason: str, is_foreign: bool = False) -> None:
        text = f"HTTP {status}, {len(raw)} bytes: {reason}"
        super().__init__(f"{text}; {_FOREIGN}" if is_foreign else text)
        self.raw = raw
        self.status = status
        self.reason = reason
        self.is_foreign = is_foreign


class NotExecuted(Refused):
    """Evidence proves that a state-changing request was not executed.  A new one can be sent.

    Every attempt has expired, and queries show that none was executed.

    Attributes:
        in_doubt: The request as it was sent, and its attempts.
        order_list: The list as last queried, still open; None if there is none.
    """

    def __init__(
        self,
        in_doubt: InDoubt,
        *,
        cause: BaseException | None,
        order_list: OrderList | None = None,
    ) -> None:
        request = in_doubt.request
        super().__init__(
            f"{request.operation.name} was not executed, and no attempt can take effect any more; "
            f"a new request can be sent: {request}"
        )
        self.in_doubt = in_doubt
        self.order_list = order_list
        self.__cause__ = cause


class AlreadyDone(Refused):
    """Evidence proves that a list or order was over before a cancel of it could be executed.

    The cause (`__cause__`) is the first error: the exchange's refusal, or why there was no reply.

    Attributes:
        in_doubt: The request as it was sent, and its attempts.
        ending: How it ended: ``FILLED``, ``EXPIRED``, or ``CANCELED`` by another cancel.
        reports: The reports on its orders.
        order_list: The list as last queried; None for an order that belongs to none.
    """

    def __init__(
        self,
        in_doubt: InDoubt,
        *,
        cause: BaseException | None,
        ending: Ending,
        reports: tuple[OrderReport, ...],
        order_list: OrderList | None,
    ) -> None:
        target = reports[0] if order_list is None else order_list
        super().__init__(f"{target} was over: {ending.value}")
        self.in_doubt = in_doubt
        self.ending = ending
        self.reports = reports
        self.order_list = order_list
        self.__cause__ = cause

    def to_dict(self) -> dict[str, Any]:
        """Return the error as plain values, with the ending."""
        return {**super().to_dict(), "ending": self.ending.value}


class OutcomeUnknown(OrderListsError):
    """A state-changing request may or may not have been executed.

    The cause (`__cause__`) is the first error: a `TransportError`, `ServerError` or
    `UndecodableReply`, the refusal of a later attempt, or a bug.

    Attributes:
        in_doubt: The request as it was sent, with its ids, and its attempts.  Has a JSON form, for
            another process.
        reason: Why the outcome is unknown, such as that no reply arrived.
        order_list: The list as last queried, or None.
        list_over: Whether the list is certainly over, for whatever reason.
        open_lists: After a cancel of everything open on a symbol, the open lists of the symbol as
            last queried; None if there was no such query.
        may_arrive_until: Until when an attempt may still take effect, by the exchange's clock; None
            if every attempt has certainly expired.  If the attempts were not known and the clock
            was never measured, it is an estimate by this machine's clock.
    """

    def __init__(
        self,
        in_doubt: InDoubt,
        *,
        cause: BaseException | None,
        order_list: OrderList | None = None,
        list_over: bool = False,
        open_lists: tuple[OrderList, ...] | None = None,
        may_arrive_until: Instant | None = None,
    ) -> None:
        request = in_doubt.request
        self.reason = describe_cause(cause)
        super().__init__(
            f"{request.operation.name} may or may not have been executed ({self.reason}). "
            f"{_advice(request, list_over=list_over, until=may_arrive_until)} {request}"
        )
        self.in_doubt = in_doubt
        self.order_list = order_list
        self.list_over = list_over
        self.open_lists = open_lists
        self.may_arrive_until = may_arrive_until
        self.__cause__ = cause

    def to_dict(self) -> dict[str, Any]:
        """Return the error as plain values, with the JSON form of `in_doubt`."""
        return {**super().to_dict(), "in_doubt": self.in_doubt.to_dict()}

    @property
    def request(self) -> Request[Any]:
        """The request as it was sent: pass it to `Client.reconcile`, now or later."""
        return self.in_doubt.request

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every transmission that may have reached the exchange."""
        return self.in_doubt.attempts


def _advice(request: Request[Any], *, list_over: bool, until: Instant | None) -> str:
    if list_over:
        return "The list is over; its order history shows whether this request ended it:"
    how = _how_to_check(request.operation)
    if until is not None:
        time = f"{until.to_datetime():%H:%M:%S} UTC by the exchange's clock"
        return f"It can execute until {time}; then {how}:"
    return f"Before you send it again, {how} or on the exchange's pages:"


def _how_to_check(operation: Operation[Any]) -> str:
    if operation.recovery is None:
        return "check it by a query"
    if operation.effect.value == "CANCEL" and not operation.fresh_ids:
        # Nothing proves it: reconciled, its outcome stays unknown.
        return "see what is still open, by GetOpenOrderLists and GetOrder"
    return "check it by client.reconcile()"


def describe_cause(cause: BaseException | None) -> str:
    """Return why an outcome is unknown, or what failed."""
    if cause is None:
        return "no reply arrived"
    if isinstance(cause, TransportError):
        return cause.reason
    return str(cause) if isinstance(cause, OrderListsError | RedactedBug) else describe_bug(cause)


class RedactedBug(Exception):
    """Stands for a bug of a transport whose own text holds signed text, which is not shown.

    It is no `OrderListsError`: like any bug, it says nothing about the network or the exchange.
    """
