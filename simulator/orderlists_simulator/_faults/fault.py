"""Faults: when the venue executes a request, if at all, and what the client receives.

The two are independent of each other where things go wrong, so a fault states both.

Invariant: a connection that is refused has carried nothing, so the venue executes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeAlias

from attrs import Attribute, field, frozen

from orderlists import InvalidSetting
from orderlists_simulator._faults.responses import (
    DROPPED,
    PASS_THROUGH,
    SILENT,
    Answer,
    NoResponse,
    PassThrough,
    RetryLater,
    html,
)
from orderlists_simulator._validators import (
    in_range,
    is_number,
    is_whole,
    must_be_callable,
    one_of,
)

Copy: TypeAlias = Literal["first", "last"]


def _to_times(given: Iterable[float]) -> tuple[float, ...]:
    # A number alone is accepted; the validator refuses everything else.
    return tuple(given) if isinstance(given, Iterable) else (given,)


def _check_times(_fault: object, attribute: Attribute[Any], value: tuple[object, ...]) -> None:
    times = [after for after in value if is_number(after) and 0 <= after < math.inf]
    if len(times) < len(value) or times != sorted(times):
        raise InvalidSetting(
            field=attribute.name, value=value, rule="must be seconds of at least 0, in order"
        )


def _last_first(answers: list[Any]) -> None:
    answers.reverse()


@frozen(kw_only=True)
class Held:
    """Answers of one connection that are held back, and then sent together.

    Attributes:
        count: How many are sent together.
        shuffle: Brings a list into the order of sending, such as `random.Random(7).shuffle`.
    """

    count: int = field(validator=in_range(1, whole=True))
    shuffle: Callable[[list[Any]], object] = field(
        default=_last_first, validator=must_be_callable, eq=False
    )


def _check_answer(_fault: object, attribute: Attribute[Any], value: object) -> None:
    if isinstance(value, type) or not callable(getattr(value, "give", None)):
        rule = "must be an Answer, such as DROPPED or bare(504)"
        raise InvalidSetting(field=attribute.name, value=value, rule=rule)


def _check_held(_fault: object, attribute: Attribute[Any], value: object) -> None:
    if not (value is None or isinstance(value, Held)):
        raise InvalidSetting(field=attribute.name, value=value, rule="must be a Held, or None")


@frozen(kw_only=True)
class Fault:
    """What becomes of one request.

    Attributes:
        executed_after: The times of its executions, in seconds after its arrival: one at 0 by
            default; none, later ones, or several.  The time window is checked at that time.
        answer: What the client receives.
        sees: The execution, first or last, whose response a `PassThrough` is.
        delay: The delay of the answer in seconds, after the execution if the answer needs its
            response, else after the arrival.
        copies: How often the answer is sent, over a connection that carries frames.
        held: With how many others it is held back, over such a connection; None for not at all.

    Raises:
        InvalidSetting: The venue's response is wanted of a request that is not executed; a
            connection is refused and the request executed; or a value is not one of the above.

    >>> Fault(executed_after=(0, 1.5), sees="last").answered_after
    1.5
    """

    executed_after: tuple[float, ...] = field(
        default=(0.0,), converter=_to_times, validator=_check_times
    )
    answer: Answer = field(default=PASS_THROUGH, validator=_check_answer)
    sees: Copy = field(default="first", validator=one_of(Copy))
    delay: float = field(default=0.0, validator=in_range(0))
    copies: int = field(default=1, validator=in_range(1, whole=True))
    held: Held | None = field(default=None, validator=_check_held)
    engine_delay: float = field(default=0.0, validator=in_range(0))

    def __attrs_post_init__(self) -> None:
        if isinstance(self.answer, PassThrough) and not self.executed_after:
            rule = "must not be the venue's response if nothing is executed"
            raise InvalidSetting(field="answer", value=self.answer, rule=rule)
        if self.answer == _REFUSED and self.executed_after:
            rule = "must not be a refused connection if anything is executed"
            raise InvalidSetting(field="answer", value=self.answer, rule=rule)

    @property
    def seen(self) -> int:
        """The index of the execution whose response a `PassThrough` is."""
        return 0 if self.sees == "first" else len(self.executed_after) - 1

    @property
    def answered_after(self) -> float:
        """Seconds from the arrival to the answer; infinite for no answer."""
        if self.answer == SILENT:
            return math.inf
        waits = self.answer.needs_response and len(self.executed_after) > 0
        return self.delay + (self.executed_after[self.seen] if waits else 0)


_REFUSED = NoResponse("refused")

NORMAL = Fault()
"""No fault: it is executed once, and answered."""

CONNECTION_REFUSED = Fault(executed_after=(), answer=_REFUSED)
"""The connection is refused.  In process the client sees that nothing was sent; a server, which has
accepted the connection already, closes it without an answer."""


def executed(*, answer: Answer, delay: float = 0.0) -> Fault:
    """Execute it, and give another answer than the venue's response."""
    return Fault(answer=answer, delay=delay)


def not_executed(*, answer: Answer, delay: float = 0.0) -> Fault:
    """Do not execute it, and give an answer."""
    return Fault(executed_after=(), answer=answer, delay=delay)


def executed_late(after: float, *, answer: Answer = DROPPED, delay: float = 0.0) -> Fault:
    """Execute it some seconds after its arrival, if it is still in its time window.

    Args:
        after: In seconds.
        answer: What the client receives; `PASS_THROUGH` not before the execution.
        delay: Of the answer, in seconds.
    """
    return Fault(executed_after=(after,), answer=answer, delay=delay)


def executed_slowly(after: float, *, answer: Answer = DROPPED, delay: float = 0.0) -> Fault:
    """Check its time window on arrival, and execute it some seconds later, as a slow engine does.

    Args:
        after: In seconds.
        answer: What the client receives; `PASS_THROUGH` not before the execution.
        delay: Of the answer, in seconds.
    """
    return Fault(executed_after=(after,), engine_delay=after, answer=answer, delay=delay)


def replayed(
    times: int = 2,
    *,
    after: float = 0.0,
    sees: Copy = "first",
    answer: Answer = PASS_THROUGH,
) -> Fault:
    """Execute it several times, as a proxy that repeats requests would.

    Args:
        times: How often.
        after: Seconds from each execution to the next.
        sees: The execution whose response the client receives.
        answer: What it receives instead of that response.

    Raises:
        InvalidSetting: It is executed less than once, or the time is not one.

    >>> replayed(3, after=2).executed_after
    (0, 2, 4)
    """
    if not (is_whole(times) and times >= 1):
        raise InvalidSetting(field="times", value=times, rule="must be at least 1, as an int")
    copies = tuple(after * number for number in range(times))
    return Fault(executed_after=copies, answer=answer, sees=sees)


def delayed(seconds: float) -> Fault:
    """Execute it, and send the venue's response some seconds later."""
    return Fault(delay=seconds)


def duplicated(times: int = 2, *, answer: Answer = PASS_THROUGH) -> Fault:
    """Execute it once, and send the answer several times, over a connection."""
    return Fault(answer=answer, copies=times)


def held(count: int, *, shuffle: Callable[[list[Any]], object] = _last_first) -> Fault:
    """Execute it, and hold its answer back until so many are, over a connection; then send all.

    Args:
        count: How many.
        shuffle: Brings a list into the order of sending; by default the last is sent first.
    """
    return Fault(held=Held(count=count, shuffle=shuffle))


def firewall() -> Fault:
    """Do not execute it: a firewall answers 403, with a page."""
    return not_executed(answer=html(403))


def rate_limited(*, retry_after: int | None = 1) -> Fault:
    """Do not execute it: 429, with a Retry-After in seconds, or without one if None."""
    return not_executed(answer=RetryLater(status=429, retry_after=retry_after))


def banned(*, retry_after: int | None = 120) -> Fault:
    """Do not execute it: 418, with a Retry-After in seconds, or without one if None."""
    return not_executed(answer=RetryLater(status=418, retry_after=retry_after))
