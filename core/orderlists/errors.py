"""Everything that can go wrong, in one tree, facts as fields.

    OrderListsError
    ├── InvalidInput             refused here, before anything was sent (also a ValueError)
    │   ├── InvalidRequest       a request that breaks a rule
    │   └── InvalidSetting       a key, an address or another setting that breaks a rule
    ├── MissingExtra             an optional dependency is not installed (also an ImportError)
    ├── TransportError           no usable reply arrived; `sent` says whether the request can have
    │   └── HandshakeRefused     the server answered, but opened no connection; `response`
    ├── Refused                  the request was not executed, and cannot be any more
    │   ├── Rejected             the exchange said so; `code`, `message`, `status`
    │   │   ├── UnknownOrderList -2011, -2018: no open order list has this id
    │   │   ├── AlreadyDone      the list was over before: filled, expired, or canceled by another
    │   │   ├── Unauthorized     -1002, -1022, -2008, -2014, -2015: the key is not accepted
    │   │   ├── BadTimestamp     -1021: too old, or from the future
    │   │   ├── RateLimited      429: too many requests; `retry_after`
    │   │   ├── Banned           418: went on after 429; `retry_after`, `until`
    │   │   └── Blocked          403: a firewall in front of the exchange
    │   └── NotExecuted          evidence proves it: nothing happened, and nothing can any more
    ├── ServerError              the exchange failed while answering: the outcome is open
    ├── UndecodableReply         a reply that cannot be read: the outcome is open
    └── OutcomeUnknown           a state-changing request may or may not have been executed

Three kinds of failure are kept apart.  The network: a transport raises `TransportError`.  The
reply: a protocol raises what the reply says (`Rejected`, `ServerError`, `UndecodableReply`).  A
bug: anything else, of this library or of code that was handed to it; it is never retried and
never renamed.  What each of them means for a state-changing request is decided in one place
(`orderlists._execution`), which alone raises `OutcomeUnknown` and `NotExecuted`.

Invariant: no text here ever holds a secret, a signature, a signed query or a reply's body.
"""

from __future__ import annotations

import re
from traceback import walk_tb
from typing import TYPE_CHECKING, Any, Literal, Self, cast

if TYPE_CHECKING:
    from orderlists._attempt import Attempt
    from orderlists._in_doubt import InDoubt
    from orderlists._models.order_lists import OrderList
    from orderlists._operations.base import Request
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
    "OrderListsError",
    "OutcomeUnknown",
    "RateLimited",
    "Refused",
    "Rejected",
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
_PLAIN = (str, int, float, bool, type(None))
_FOREIGN = "not from the exchange's API: check the address and any proxy in between"


class OrderListsError(Exception):
    """The root of every error this library raises.

    All of them pickle, with a cause that is one of them.  A bug as the cause does not go along: it
    may be of a class that another process cannot load.
    """

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


REPLY_NOTE = "while reading a reply"
"""How the note begins that says on which reply a bug came up."""

_OURS = ("orderlists", "orderlists_transports")

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
            host, certificate not accepted).  ``None`` if it may have.
        is_retryable: Whether trying again can help.  False for what stays as it is: a certificate
            that is not accepted, a transport that is closed, a proxy that wants a password.
    """

    def __init__(
        self, message: str, *, sent: Literal[False] | None, is_retryable: bool = True
    ) -> None:
        super().__init__(message)
        self.sent: Literal[False] | None = sent
        self.is_retryable = is_retryable


class HandshakeRefused(TransportError):
    """A server answered, and did not open a connection that carries frames.  Nothing was sent.

    Attributes:
        response: What it answered instead.
    """

    def __init__(self, response: HttpResponse) -> None:
        super().__init__(
            f"no connection: the server answered {response.status}",
            sent=False,
            is_retryable=response.status >= _SERVER_ERROR,
        )
        self.response = response


class Refused(OrderListsError):
    """The request was not executed, and cannot be any more."""


class _Said(OrderListsError):
    """The exchange's own words.

    Attributes:
        code: The exchange's error code (negative), or None if the reply held none.
        message: The exchange's own words; empty where it gave none.
        status: The HTTP status, or its equivalent in another protocol.
    """

    def __init__(self, *, code: int | None, message: str, status: int) -> None:
        # A message may echo what was sent.
        message = _SIGNATURE.sub(r"\1...", message)[:_LONGEST_MESSAGE]
        coded = "" if code is None else f", code {code}"
        super().__init__(f"HTTP {status}{coded}{': ' if message else ''}{message}")
        self.code = code
        self.message = message
        self.status = status


class Rejected(Refused, _Said):
    """The exchange refused the request: it was not executed.  `code`, `message`, `status`."""


class UnknownOrderList(Rejected):
    """No open order list answers to this id (-2011, -2018): it never existed, or it is over."""


class AlreadyDone(Rejected):
    """The list was over before this request could cancel it.

    Attributes:
        order_list: The list as found, with a report on each order.
        ending: How it ended: ``FILLED``, ``EXPIRED``, or ``CANCELED`` by another cancel.
    """

    def __init__(self, order_list: OrderList, *, ending: Ending) -> None:
        super().__init__(code=-2011, message=f"{order_list} was over: {ending.value}", status=400)
        self.order_list = order_list
        self.ending = ending


class Unauthorized(Rejected):
    """The key or its signature is not accepted, or the key may not do this, or not from this IP."""


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
        is_foreign: Whether the reply cannot come from the exchange's API: asking again will not
            help.  It is another server's page, such as a 404, a redirect or a portal.
    """

    def __init__(self, *, raw: bytes, status: int, reason: str, is_foreign: bool = False) -> None:
        text = f"HTTP {status}, {len(raw)} bytes: {reason}"
        super().__init__(f"{text}; {_FOREIGN}" if is_foreign else text)
        self.raw = raw
        self.status = status
        self.reason = reason
        self.is_foreign = is_foreign


class NotExecuted(Refused):
    """Evidence proves that a state-changing request was not executed.  It can be made anew.

    No attempt can take effect any more, and the exchange shows that none did.

    Attributes:
        in_doubt: The request as it was sent, and its attempts.
        order_list: The list as it was last seen, still open; None if there is none.
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
            f"{request.operation.name}: not executed, and no attempt can take effect any more: "
            f"{request}"
        )
        self.in_doubt = in_doubt
        self.order_list = order_list
        self.__cause__ = cause


class OutcomeUnknown(OrderListsError):
    """A state-changing request may or may not have been executed.

    The cause (`__cause__`) is what was seen first: a `TransportError`, `ServerError` or
    `UndecodableReply`, the refusal of a later attempt, or a bug.

    Attributes:
        in_doubt: The request as it was sent, with the ids under which it can be recognised, and its
            attempts.  Has a JSON form, for another process.
        order_list: The list as it was last seen, or None.
        list_over: Whether the list is certainly over, by whatever ended it.
        may_arrive_until: Until when an attempt may still take effect, by the exchange's clock; None
            if it is certain that none can any more.
    """

    def __init__(
        self,
        in_doubt: InDoubt,
        *,
        cause: BaseException | None,
        order_list: OrderList | None = None,
        list_over: bool = False,
        may_arrive_until: Instant | None = None,
    ) -> None:
        request = in_doubt.request
        why = describe_cause(cause)
        super().__init__(
            f"{request.operation.name}: it may or may not have been executed ({why}). "
            f"{_advice(request, list_over=list_over, until=may_arrive_until)} {request}"
        )
        self.in_doubt = in_doubt
        self.order_list = order_list
        self.list_over = list_over
        self.may_arrive_until = may_arrive_until
        self.__cause__ = cause

    @property
    def request(self) -> Request[Any]:
        """The request as it was sent: give it to `reconcile` of a client, now or later."""
        return self.in_doubt.request

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every time it was sent and may have arrived."""
        return self.in_doubt.attempts


def _advice(request: Request[Any], *, list_over: bool, until: Instant | None) -> str:
    if list_over:
        return "The list is over; the history of its orders shows who ended it:"
    how = "by reconcile()" if request.operation.recovery is not None else "by a query"
    if until is not None:
        return f"It may still execute until {until.to_datetime():%H:%M:%S} UTC; look then, {how}:"
    return f"Look before sending it again, {how} or on the exchange's pages:"


def describe_cause(cause: BaseException | None) -> str:
    """Return why an outcome is unknown."""
    if cause is None:
        return "no reply was seen"
    return str(cause) if isinstance(cause, OrderListsError) else describe_bug(cause)


def describe_bug(error: BaseException) -> str:
    """Return what a bug is, and whose, without its text, which may hold what was signed.

    >>> try:
    ...     {}["status"]
    ... except KeyError as error:
    ...     print(describe_bug(error))  # doctest: +ELLIPSIS
    a bug, ...: KeyError raised in ...
    """
    kind, frames = type(error).__name__, list(walk_tb(error.__traceback__))
    if not frames:
        return f"a bug: {kind}"
    frame, line = frames[-1]
    module = str(frame.f_globals.get("__name__", "?"))
    owner = "please report it" if module.partition(".")[0] in _OURS else "not of this library"
    file = frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
    place = f"{module}.{frame.f_code.co_name} ({file}:{line})"
    return f"a bug, {owner}: {kind} raised in {place}{_on_a_reply(error)}"


def _on_a_reply(error: BaseException) -> str:
    """Return the notes of the engine about the reply, without the text of the bug."""
    notes = [note for note in getattr(error, "__notes__", ()) if note.startswith(REPLY_NOTE)]
    return f", {notes[0]}" if notes else ""
