"""What becomes of one request: when the venue executes it, if at all, and what the client sees.

The two have nothing to do with each other where things go wrong, so they are told apart.

Invariant: a connection that is refused has carried nothing, so the venue executes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import field, frozen

from orderlists import InvalidSetting
from orderlists_simulator._answers import DROPPED, SILENT, TRUTH, Answer, Later, Lost, Truth, html
from orderlists_simulator._range import is_number, is_whole, must_be_callable, within
from orderlists_simulator._terms import one_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from attrs import Attribute

Copy: TypeAlias = Literal["first", "last"]


def _to_times(given: Iterable[float]) -> tuple[float, ...]:
    # One by itself counts as well; what is none is refused by the check.
    return tuple(given) if isinstance(given, Iterable) else (given,)


def _check_times(_fate: object, attribute: Attribute[Any], value: tuple[object, ...]) -> None:
    times = [after for after in value if is_number(after) and 0 <= after < math.inf]
    if len(times) < len(value) or times != sorted(times):
        raise InvalidSetting(
            field=attribute.name, value=value, rule="must be seconds of at least 0, in order"
        )


def _last_first(answers: list[Any]) -> None:
    answers.reverse()


@frozen(kw_only=True)
class Held:
    """Answers of one connection that are kept back, and come all together.

    Attributes:
        count: How many there are to be.
        shuffle: Puts a list into the order in which they come, such as `random.Random(7).shuffle`.
    """

    count: int = field(validator=within(1, whole=True))
    shuffle: Callable[[list[Any]], object] = field(
        default=_last_first, validator=must_be_callable, eq=False
    )


def _check_answer(_fate: object, attribute: Attribute[Any], value: object) -> None:
    if isinstance(value, type) or not callable(getattr(value, "give", None)):
        rule = "must be an Answer, such as DROPPED or bare(504)"
        raise InvalidSetting(field=attribute.name, value=value, rule=rule)


def _check_held(_fate: object, attribute: Attribute[Any], value: object) -> None:
    if not (value is None or isinstance(value, Held)):
        raise InvalidSetting(field=attribute.name, value=value, rule="must be a Held, or None")


@frozen(kw_only=True)
class Fate:
    """What becomes of one request.

    Attributes:
        executed_after: When it reaches the venue, in seconds after it arrived: once and at once
            by default, never, later, or several times.  The venue judges it by the time it has
            then.
        answer: What the client sees.
        sees: Of several executions, the one whose answer is the truth.
        delay: How many seconds the answer takes; added to the time of the execution that it is
            the answer to, if it is one.
        copies: How often the answer comes, over a connection that carries frames.
        held: With which others it is kept back, over such a connection; None for not at all.

    Raises:
        InvalidSetting: The truth is to be told where nothing is executed, or a connection is
            refused and something is; or a value is none of what is said above.

    >>> Fate(executed_after=(0, 1.5), sees="last").answered_after
    1.5
    """

    executed_after: tuple[float, ...] = field(
        default=(0.0,), converter=_to_times, validator=_check_times
    )
    answer: Answer = field(default=TRUTH, validator=_check_answer)
    sees: Copy = field(default="first", validator=one_of(Copy))
    delay: float = field(default=0.0, validator=within(0))
    copies: int = field(default=1, validator=within(1, whole=True))
    held: Held | None = field(default=None, validator=_check_held)

    def __attrs_post_init__(self) -> None:
        if isinstance(self.answer, Truth) and not self.executed_after:
            rule = "must be something else if nothing is executed"
            raise InvalidSetting(field="answer", value=self.answer, rule=rule)
        if self.answer == _REFUSED and self.executed_after:
            rule = "must be something else if anything is executed"
            raise InvalidSetting(field="answer", value=self.answer, rule=rule)

    @property
    def seen(self) -> int:
        """Which execution's answer is the truth, counted from 0."""
        return 0 if self.sees == "first" else len(self.executed_after) - 1

    @property
    def answered_after(self) -> float:
        """How many seconds after the request arrived the answer does; infinite for never."""
        if self.answer == SILENT:
            return math.inf
        needs_truth = self.answer.needs_truth and len(self.executed_after) > 0
        return self.delay + (self.executed_after[self.seen] if needs_truth else 0)


_REFUSED = Lost("refused")

NORMAL = Fate()
"""It is executed once, and answered."""

CONNECTION_REFUSED = Fate(executed_after=(), answer=_REFUSED)
"""No connection: in process a client can tell that nothing was sent.  A server cannot refuse what
it accepted, so over HTTP the connection is closed without an answer."""


def executed(*, then: Answer, delay: float = 0.0) -> Fate:
    """Execute it, and let the client see something else than the truth."""
    return Fate(answer=then, delay=delay)


def not_executed(*, then: Answer, delay: float = 0.0) -> Fate:
    """Never execute it, and let the client see something."""
    return Fate(executed_after=(), answer=then, delay=delay)


def executed_late(after: float, *, then: Answer = DROPPED, delay: float = 0.0) -> Fate:
    """Execute it some seconds after it arrived, if its time window still allows it by then.

    Args:
        after: In seconds.
        then: What the client sees meanwhile; the truth comes no sooner than it is there.
        delay: Of the answer, in seconds.
    """
    return Fate(executed_after=(after,), answer=then, delay=delay)


def replayed(
    times: int = 2,
    *,
    after: float = 0.0,
    sees: Copy = "first",
    then: Answer = TRUTH,
) -> Fate:
    """Execute it several times, as a careless proxy would.

    Args:
        times: How often.
        after: How many seconds each copy comes after the one before.
        sees: Whose answer the client is given.
        then: What it sees instead of that answer.

    Raises:
        InvalidSetting: It is executed less than once, or the time is none.

    >>> replayed(3, after=2).executed_after
    (0, 2, 4)
    """
    if not (is_whole(times) and times >= 1):
        raise InvalidSetting(field="times", value=times, rule="must be at least 1, as an int")
    copies = tuple(after * number for number in range(times))
    return Fate(executed_after=copies, answer=then, sees=sees)


def delayed(seconds: float) -> Fate:
    """Execute it, and answer with the truth some seconds later."""
    return Fate(delay=seconds)


def duplicated(times: int = 2, *, then: Answer = TRUTH) -> Fate:
    """Execute it once, and let the answer come several times, over a connection."""
    return Fate(answer=then, copies=times)


def held(count: int, *, shuffle: Callable[[list[Any]], object] = _last_first) -> Fate:
    """Execute it, and keep its answer back until so many are, over a connection; then all come.

    Args:
        count: How many.
        shuffle: Puts a list into the order in which they come; the last first if not given.
    """
    return Fate(held=Held(count=count, shuffle=shuffle))


def firewall() -> Fate:
    """Do not execute it: a firewall answers 403, with a page."""
    return not_executed(then=html(403))


def rate_limited(*, retry_after: int | None = 1) -> Fate:
    """Do not execute it: 429, with how many seconds to wait, or None to leave that open."""
    return not_executed(then=Later(status=429, retry_after=retry_after))


def banned(*, retry_after: int | None = 120) -> Fate:
    """Do not execute it: 418, with how many seconds to wait, or None to leave that open."""
    return not_executed(then=Later(status=418, retry_after=retry_after))
