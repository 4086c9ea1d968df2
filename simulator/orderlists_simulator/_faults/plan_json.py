"""Plans in JSON, for the command line and for tests in any language.

Faults, answers and events have the names and the arguments of `orderlists_simulator.faults`; a name
alone is written as text.  Each request takes the first fault of the list that matches it and is not
used up, so that a list without conditions is a script in the order of arrival.  Times are
seconds after the plan is loaded.

Invariant: a plan is read completely, or refused with the place of its first error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, signature
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar, cast

from attrs import define, frozen

from orderlists import InvalidSetting
from orderlists_simulator._engine.log import Effect, Protocol, ReceivedRequest
from orderlists_simulator._engine.queries import QueryLag
from orderlists_simulator._engine.time import in_nanoseconds
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._faults import (
    connection_events,
    fault,
    market_events,
    responses,
    sbe_replies,
)
from orderlists_simulator._faults.fault import CONNECTION_REFUSED, NORMAL, Fault
from orderlists_simulator._faults.plan import Plan
from orderlists_simulator._json_input import (
    Read,
    at_least,
    list_of,
    member,
    one_of,
    or_null,
    read_amount,
    read_boolean,
    read_integer,
    read_number,
    read_object,
    read_text,
    refuse,
)

T = TypeVar("T")

_Event: TypeAlias = Callable[[Venue, int], object]

FAULTS: Mapping[str, Callable[..., Fault]] = {
    "normal": lambda: NORMAL,
    "connection_refused": lambda: CONNECTION_REFUSED,
    "banned": fault.banned,
    "delayed": fault.delayed,
    "duplicated": fault.duplicated,
    "executed": fault.executed,
    "executed_late": fault.executed_late,
    "executed_slowly": fault.executed_slowly,
    "firewall": fault.firewall,
    "held": fault.held,
    "not_executed": fault.not_executed,
    "rate_limited": fault.rate_limited,
    "replayed": fault.replayed,
}
ANSWERS: Mapping[str, Callable[..., responses.Answer]] = {
    "dropped": lambda: responses.DROPPED,
    "pass_through": lambda: responses.PASS_THROUGH,
    "reset": lambda: responses.RESET,
    "silent": lambda: responses.SILENT,
    "bare": responses.bare,
    "html": responses.html,
    "json_error": responses.json_error,
    "null_id_error": responses.null_id_error,
    "truncated": responses.truncated,
    "non_representable": sbe_replies.non_representable,
    "unknown_enum": sbe_replies.unknown_enum,
    "unknown_template": sbe_replies.unknown_template,
}
EVENTS: Mapping[str, Callable[..., _Event]] = {
    "cancel": market_events.Cancel,
    "expire": market_events.Expire,
    "fill": market_events.Fill,
    "place_again": market_events.PlaceAgain,
    "disconnect": connection_events.Disconnect,
    "revoke": connection_events.Revoke,
    "shut_down": connection_events.ShutDown,
    "unsolicited_frame": connection_events.UnsolicitedFrame,
}


def read_plan(document: object, *, now: int) -> Plan:
    """Return a new plan, in which no fault is used up.

    Args:
        document: The JSON.
        now: When it is loaded, in nanoseconds.

    Raises:
        InvalidSetting: It is not a plan.

    >>> plan = read_plan({"faults": [{"name": "executed", "answer": "dropped"}]}, now=0)
    >>> read_plan({"faults": [{"name": "executed", "answer": "lost"}]}, now=0)
    Traceback (most recent call last):
    orderlists.errors.InvalidSetting: faults[0].answer.name='lost': must be one of dropped, ...
    """
    given = read_object(
        document,
        "",
        optional={
            "faults": list_of(_read_planned),
            "events": list_of(_read_event),
            "lags": list_of(_read_lag),
            "cut": at_least(0),
        },
    )
    return Plan(
        _FirstMatch(given.get("faults", [])),
        events=[(now + after, act) for after, act in given.get("events", [])],
        lags=[_lag(each, now) for each in given.get("lags", [])],
        cut=given.get("cut"),
    )


@frozen(kw_only=True)
class _Condition:
    """What a request must be; None for anything."""

    protocol: str | None = None
    method: str | None = None
    path: str | None = None
    effect: str | None = None
    parameters: Mapping[str, str] = MappingProxyType({})

    def matches(self, request: ReceivedRequest) -> bool:
        wanted = (
            (self.protocol, request.protocol),
            (self.method, request.method),
            (self.path, request.path),
            (self.effect, request.effect),
            *((value, request.parameter(name)) for name, value in self.parameters.items()),
        )
        return all(want is None or want == got for want, got in wanted)


@define
class _Planned:
    """A fault, the requests that take it, and how many still do; None for every one."""

    fault: Fault
    condition: _Condition
    uses: int | None


class _FirstMatch:
    """The rule of a plan.  Called with the lock of the venue."""

    def __init__(self, planned: Sequence[_Planned]) -> None:
        self._planned = planned

    def __call__(self, _number: int, request: ReceivedRequest) -> Fault:
        for each in self._planned:
            if each.uses != 0 and each.condition.matches(request):
                each.uses = None if each.uses is None else each.uses - 1
                return each.fault
        return NORMAL


def _read_planned(value: object, place: str) -> _Planned:
    besides: dict[str, Read[Any]] = {"when": _read_condition, "uses": or_null(at_least(1))}
    made, more = _read_named(value, place, FAULTS, besides)
    return _Planned(made, more.get("when", _Condition()), more.get("uses", 1))


def _read_condition(value: object, place: str) -> _Condition:
    given = read_object(
        value,
        place,
        optional={
            "protocol": one_of(Protocol),
            "method": read_text,
            "path": read_text,
            "effect": one_of(Effect),
            "parameters": _read_parameters,
        },
    )
    return _Condition(**given)


def _read_parameters(value: object, place: str) -> dict[str, str]:
    if not isinstance(value, dict):
        refuse(place, value, "must be an object")
    given = cast("dict[str, object]", value)
    return {name: _read_parameter(each, member(place, name)) for name, each in given.items()}


def _read_parameter(value: object, place: str) -> str:
    # A request carries text; an id may be written as the number that it is.
    if isinstance(value, bool) or not isinstance(value, str | int):
        refuse(place, value, "must be text or a whole number")
    return str(value)


def _read_event(value: object, place: str) -> tuple[int, _Event]:
    made, more = _read_named(value, place, EVENTS, {"after": read_number})
    return in_nanoseconds(more.get("after", 0)), made


def _read_lag(value: object, place: str) -> dict[str, float]:
    bounds = {"since": read_number, "until": read_number}
    return read_object(value, place, required={"seconds": read_number}, optional=bounds)


def _lag(given: Mapping[str, float], now: int) -> QueryLag:
    bounds = {name: now + in_nanoseconds(given[name]) for name in given if name != "seconds"}
    return QueryLag(given["seconds"], **bounds)


def _read_answer(value: object, place: str) -> responses.Answer:
    answer, _ = _read_named(value, place, ANSWERS, {})
    return answer


ARGUMENTS: Mapping[str, Read[Any]] = {
    "after": read_number,
    "answer": _read_answer,
    "by": read_text,
    "code": read_integer,
    "count": at_least(1),
    "delay": read_number,
    "enum": read_text,
    "frame": read_text,
    "how": read_text,
    "kept": read_number,
    "noticed": read_boolean,
    "number": read_integer,
    "order_id": at_least(0),
    "order_list_id": at_least(0),
    "quantity": read_amount,
    "retry_after": or_null(at_least(0)),
    "seconds": read_number,
    "sees": read_text,
    "status": read_integer,
    "template": read_integer,
    "times": at_least(1),
}
"""How each argument is written, whatever it is an argument of."""


def _read_named(
    value: object,
    place: str,
    makers: Mapping[str, Callable[..., T]],
    besides: Mapping[str, Read[Any]],
) -> tuple[T, dict[str, Any]]:
    """Return what a name and arguments make, and the members besides these."""
    given = {"name": value} if isinstance(value, str) else value
    if not isinstance(given, dict):
        refuse(place, value, "must be a name, or an object with a name")
    name = cast("dict[str, object]", given).get("name")
    if not isinstance(name, str) or name not in makers:
        refuse(member(place, "name"), name, f"must be one of {', '.join(makers)}")
    # An argument that is a function, such as the shuffle of `held`, has no form in JSON.
    known = [each for each in signature(makers[name]).parameters.values() if each.name in ARGUMENTS]
    required = {
        each.name: ARGUMENTS[each.name] for each in known if each.default is Parameter.empty
    }
    optional = {each.name: ARGUMENTS[each.name] for each in known if each.name not in required}
    members = read_object(
        cast("object", given),
        place,
        required={"name": read_text, **required},
        optional={**optional, **besides},
    )
    more = {each: members.pop(each) for each in besides if each in members}
    del members["name"]
    try:
        return makers[name](**members), more
    except InvalidSetting as error:
        refuse(member(place, error.field), error.value, error.rule)
