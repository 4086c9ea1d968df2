"""A request whose outcome is unknown, as a value that can be stored and reconciled later.

The JSON form is an object with two members::

    {
      "request": {"kind": "CancelOrderList", "symbol": "LTCBTC", "order_list_id": 0, ...},
      "attempts": [
        {
          "monotonic": 1, "server": 2, "error": null, "may_arrive_until": 4, "latest": 3,
          "new_to": "'vmPU...Eh8A'"
        }
      ]
    }

``request`` holds the class and the fields of the request, decimals as text.  ``attempts`` are in
nanoseconds: the sender's monotonic clock, the timestamp that was sent, its maximum error (null for
not measured), the time until which the attempt may take effect, and the latest time at which it was
sent if that is later (null or absent if not).  ``new_to`` is the masked API key to whose account
every id of a placement was new (null or absent if one was chosen).  There is no other key and no
signature.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, cast

from attrs import asdict, field, fields, frozen

from orderlists._attached import attach, find
from orderlists._attempt import Attempt
from orderlists._clock import ClockReading
from orderlists._operations.base import Request, request_kind
from orderlists.enums import OrderType
from orderlists.errors import InvalidRequest, OutcomeUnknown

_RULE = "must be JSON that InDoubt.to_json() returned"
_ATTEMPTS_RULE = "must be the attempts of an OutcomeUnknown, or () if they are not known"
_ATTRIBUTE = "__orderlists_in_doubt__"


def _check_request(_: object, __: object, value: object) -> None:
    if not isinstance(value, Request):
        rule = "must be a Request; an InDoubt or an OutcomeUnknown has it as its `request`"
        raise InvalidRequest(field="request", value=value, rule=rule)


def _to_attempts(given: object) -> tuple[Attempt, ...]:
    if isinstance(given, list | tuple):
        each: list[object] = [*given]
        attempts = tuple(one for one in each if isinstance(one, Attempt))
        if len(attempts) == len(each):
            return attempts
    raise InvalidRequest(field="attempts", value=f"{given}", rule=_ATTEMPTS_RULE)


@frozen
class InDoubt:
    """A request that was sent, and may or may not have been executed.

    Attributes:
        request: The request as it was sent, with the generated ids.
        attempts: Every transmission that may have reached the exchange.

    >>> from orderlists import CancelOrderList
    >>> doubt = InDoubt(CancelOrderList(symbol="LTCBTC", order_list_id=0, recv_window="0.5"))
    >>> InDoubt.from_json(doubt.to_json()) == doubt
    True
    """

    request: Request[Any] = field(validator=_check_request)
    attempts: tuple[Attempt, ...] = field(default=(), converter=_to_attempts)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form as plain values."""
        request = asdict(self.request, value_serializer=_plain)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType] - every request is an attrs class
        attempts = [
            {
                **each.at._asdict(),
                "may_arrive_until": each.may_arrive_until,
                "latest": each.latest,
                "new_to": each.new_to,
            }
            for each in self.attempts
        ]
        kind = type(self.request).__name__
        return {"request": {"kind": kind, **request}, "attempts": attempts}

    def to_json(self) -> str:
        """Return the JSON form."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_json(cls, text: str | bytes) -> InDoubt:
        """Parse the JSON form.

        Raises:
            InvalidRequest: The text is malformed, or names an unknown class of requests.  A class
                of your own is known once its module is imported.
        """
        try:
            tree = json.loads(text)
            values = dict(tree["request"])
            kind = request_kind(values.pop("kind"))
            attempts = [_attempt(each) for each in tree["attempts"]]
            return cls(kind(**_given(kind, values)), attempts)
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            if isinstance(error, InvalidRequest):
                raise
            raise InvalidRequest(field="text", value=text, rule=_RULE) from error

    @classmethod
    def of(cls, interrupt: BaseException) -> InDoubt | None:
        """Return the request that was in progress when a call was interrupted, or None.

        What replaced the interrupt will do: the exceptions that one was raised from or while
        handling (`__cause__`, `__context__`), and the members of a group, are searched too, depth
        first and in this order: itself, its cause, its members, its context.  The first request is
        returned; for each of several ask the members of the group.

        Args:
            interrupt: An exception raised through `send` or `reconcile` that is not an error of
                this library, such as KeyboardInterrupt or asyncio.CancelledError, or one that
                replaced it.  Of an `OutcomeUnknown` it is the `in_doubt`; behind any other error of
                this library nothing is searched, because it tells the outcome itself.
        """
        return find(interrupt, _carried_by)

    def attach_to(self, interrupt: BaseException) -> None:
        """Attach this to an interrupt, and add a note to its traceback."""
        count = len(self.attempts)
        sent = "no known attempt" if count == 0 else f"sent {_times(count)}"
        attach(interrupt, _ATTRIBUTE, self, note=f"in progress ({sent}): {self.request}")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _carried_by(error: BaseException) -> InDoubt | None:
    if isinstance(error, OutcomeUnknown):
        return error.in_doubt
    found: InDoubt | None = getattr(error, _ATTRIBUTE, None)
    return found


def _plain(_: object, __: object, value: Any) -> Any:  # noqa: ANN401 - a field's value
    if isinstance(value, frozenset):
        return sorted(cast("frozenset[str]", value))
    match value:
        case Decimal():
            return format(value, "f")  # `from_json` reads no exponent, as the exchange does not.
        case Enum():
            return value.value
        case _:
            return value


def _given(kind: Any, values: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - an attrs class
    """Return the arguments of a request, of which legs are objects of their own."""
    fixed = {each.name for each in fields(kind) if not each.init}
    return {
        name: _leg(cast("dict[str, Any]", value)) if isinstance(value, dict) else value
        for name, value in values.items()
        if name not in fixed
    }


def _leg(tree: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a leg
    from orderlists.legs import KINDS  # noqa: PLC0415 - a cancel needs none

    facts = dict(tree)
    return KINDS[OrderType(facts.pop("type"))](**facts)


def _attempt(tree: Mapping[str, Any]) -> Attempt:
    numbers = [tree[name] for name in ("monotonic", "server", "may_arrive_until")]
    optional = [tree["error"], tree.get("latest")]
    if not all(type(each) is int for each in (*numbers, *(each or 0 for each in optional))):
        raise ValueError
    new_to = tree.get("new_to")
    if not isinstance(new_to, str | None):
        raise TypeError
    (monotonic, server, until), (error, latest) = numbers, optional
    return Attempt(ClockReading(monotonic, server, error), until, latest, new_to)
