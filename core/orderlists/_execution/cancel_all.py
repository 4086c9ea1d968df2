"""Cancel every open order list: first every cancel, then the recovery of the unknown ones.

Sans I/O: `CancelAll.run` yields batches of calls, which a driver runs together.

Invariant: a list is cancelled by its exchange id alone, so that no cancel can reach a newer list;
and every list of which a cancel was begun has a verdict in the end, or is in doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Any, NamedTuple, TypeAlias

from attrs import define, evolve, field

from orderlists._commands import Call, FramedExchange, HttpExchange, Sleep
from orderlists._execution.cancel_all_report import CancelAllReport, Verdict
from orderlists._execution.engine import Engine, RunningCall
from orderlists._in_doubt import InDoubt
from orderlists._models.order_lists import CanceledOrderList, OrderList
from orderlists._operations.cancel_order_list import CancelOrderList
from orderlists._operations.get_open_order_lists import GetOpenOrderLists
from orderlists._operations.recovery.call_state import FIRST_PAUSE, LONGEST_PAUSE
from orderlists._policy import Policy
from orderlists._time import SECOND
from orderlists.errors import (
    AlreadyDone,
    InvalidRequest,
    NotExecuted,
    OrderListsError,
    OutcomeUnknown,
    TransportError,
)

# Of these a new cancel may succeed where the one before did not.
_WORTH_ANOTHER = (NotExecuted, TransportError, OutcomeUnknown)


class Batch(NamedTuple):
    """Run calls together.

    Attributes:
        calls: The calls.
        done: Is given the index of each call that has ended, its result, and its error.  Called one
            at a time.
    """

    calls: list[RunningCall[Any]]
    done: Callable[[int, Any, OrderListsError | None], object]


Steps: TypeAlias = Generator[Batch | Sleep, int, Any]
"""Commands; each is answered by the time when it was done, by the monotonic clock."""


@define(eq=False)
class CancelAll:
    """One run over the open lists.  Times are nanoseconds of the monotonic clock.

    Attributes:
        engine: Makes the calls.
        symbol: The symbol of the lists; None for all.
        policy: That of the run; its deadline is that of the whole.
        on_verdict: Is told each verdict.
        now: The time.
    """

    engine: Engine
    symbol: str | None
    policy: Policy
    on_verdict: Callable[[OrderList, Verdict], object] | None
    now: int
    _until: int = field(init=False)
    _open: tuple[OrderList, ...] = ()
    _verdicts: dict[int, Verdict] = field(init=False, factory=dict[int, Verdict])
    _in_doubt: dict[int, InDoubt] = field(init=False, factory=dict[int, InDoubt])
    _is_stopped: bool = field(init=False, default=False)

    @classmethod
    def begin(
        cls,
        engine: Engine,
        symbol: str | None,
        policy: Policy | None,
        *,
        on_verdict: Callable[[OrderList, Verdict], object] | None,
        now: int,
    ) -> CancelAll:
        """Return a run that begins now.

        Raises:
            InvalidRequest: The symbol is none, or `on_verdict` is no function.
            InvalidSetting: The policy is not a `Policy`.
        """
        if symbol is not None:
            symbol = CancelOrderList(symbol=symbol, order_list_id=0).symbol
        _check_function("on_verdict", on_verdict)
        return cls(engine, symbol, engine.chosen(policy), on_verdict, now)

    def __attrs_post_init__(self) -> None:
        self._until = self.now + int(self.policy.deadline * SECOND)

    def run(self) -> Generator[Batch | Sleep, int, CancelAllReport]:
        """Cancel until no list is left, or until the deadline.

        Raises:
            OrderListsError: The open lists could not be read the first time.
        """
        pause = FIRST_PAUSE
        while True:
            error = yield from self._read()
            if error is not None:
                if not self._verdicts:
                    raise error
                return self.report(error)
            due = [each for each in self._left() if self._is_due(each)]
            if not due:
                return self.report()
            if any(each.order_list_id in self._verdicts for each in due):
                self.now = yield Sleep(min(pause, max(self._seconds_left(), 0)))
                pause = min(2 * pause, LONGEST_PAUSE)
            unknown = yield from self._cancel(due)
            if self.policy.reconcile:
                yield from self._reconcile(unknown)

    def end_by(self, error: BaseException) -> None:
        """Have no call send anything any more, and attach the report to an exception."""
        self._is_stopped = True
        self.report().attach_to(error)

    def report(self, error: OrderListsError | None = None) -> CancelAllReport:
        """Return the report of what has happened so far."""
        return CancelAllReport(
            verdicts=dict(self._verdicts),
            left=tuple(self._left()),
            error=error,
            in_doubt=tuple(self._in_doubt.values()),
        )

    def _seconds_left(self) -> float:
        return (self._until - self.now) / SECOND

    def _left(self) -> Iterable[OrderList]:
        for each in self._open:
            verdict = self._verdicts.get(each.order_list_id)
            # A query may lag behind what a verdict proves.
            if not isinstance(verdict, CanceledOrderList | AlreadyDone):
                yield each

    def _is_due(self, order_list: OrderList) -> bool:
        verdict = self._verdicts.get(order_list.order_list_id)
        return verdict is None or isinstance(verdict, _WORTH_ANOTHER)

    def _read(self) -> Generator[Batch, int, OrderListsError | None]:
        if self._seconds_left() <= 0:
            text = "the deadline has passed before the open lists were read again"
            return TransportError(text, sent=False, is_retryable=False)
        ended: list[OrderListsError | None] = []

        def done(_: int, lists: Any, error: OrderListsError | None) -> None:  # noqa: ANN401 - a result
            ended.append(error)
            if error is None:
                self._open = tuple(
                    each for each in lists if self.symbol is None or each.symbol == self.symbol
                )

        call = self.engine.send(GetOpenOrderLists(), self._policy(), started=self.now)
        self.now = yield Batch([self._stoppable(call)], done)
        return ended[0]

    def _policy(self, *, reconcile: bool = True) -> Policy:
        """Return the policy of one call, which ends with the run."""
        left = self._seconds_left()
        return evolve(self.policy, deadline=left, reconcile=reconcile)

    def _cancel(
        self, due: list[OrderList]
    ) -> Generator[Batch, int, list[tuple[OrderList, OutcomeUnknown]]]:
        """Send every cancel once; return those whose outcome is unknown."""
        unknown: list[tuple[OrderList, OutcomeUnknown]] = []

        def done(index: int, result: Any, error: OrderListsError | None) -> None:  # noqa: ANN401 - a result
            if isinstance(error, OutcomeUnknown) and self.policy.reconcile:
                unknown.append((due[index], error))
                self._in_doubt[due[index].order_list_id] = InDoubt(error.request, error.attempts)
            else:
                self._conclude(due[index], result if error is None else error)

        policy = self._policy(reconcile=False)
        calls = [
            self._begin(each, self.engine.send(_cancel_of(each), policy, started=self.now))
            for each in due
        ]
        self.now = yield Batch(calls, done)
        return unknown

    def _reconcile(self, unknown: list[tuple[OrderList, OutcomeUnknown]]) -> Steps:
        """Find out about cancels whose outcome is unknown."""
        if not unknown or self._seconds_left() <= 0:
            for order_list, error in unknown:
                self._conclude(order_list, error)
            return

        def done(index: int, result: Any, error: OrderListsError | None) -> None:  # noqa: ANN401 - a result
            self._conclude(unknown[index][0], result if error is None else error)

        policy = self._policy()
        calls = [
            self._begin(
                order_list,
                self.engine.reconcile(each.request, each.attempts, policy, started=self.now),
            )
            for order_list, each in unknown
        ]
        self.now = yield Batch(calls, done)

    def _begin(self, order_list: OrderList, call: RunningCall[Any]) -> RunningCall[Any]:
        # Without attempts: where an interrupt strikes, the last one may not be recorded yet.
        self._in_doubt[order_list.order_list_id] = InDoubt(call.state.request)
        return self._stoppable(call)

    def _conclude(self, order_list: OrderList, verdict: Any) -> None:  # noqa: ANN401 - a verdict
        del self._in_doubt[order_list.order_list_id]
        self._verdicts[order_list.order_list_id] = verdict
        if self.on_verdict is not None:
            self.on_verdict(order_list, verdict)

    def _stoppable(self, call: RunningCall[Any]) -> RunningCall[Any]:
        return RunningCall(call.state, self._until_stopped(call.steps))

    def _until_stopped(self, steps: Call[Any]) -> Call[Any]:
        """Pass on commands, of which none sends anything after `stop`."""
        outcome: Any = None
        while True:
            try:
                command = steps.send(outcome)
            except StopIteration as finished:
                return finished.value
            if isinstance(command, HttpExchange | FramedExchange):
                command = command._replace(encode=self._unless_stopped(command.encode))
            outcome = yield command

    def _unless_stopped(self, encode: Callable[..., Any]) -> Callable[..., Any]:
        def checked(*given: object) -> object:
            if self._is_stopped:
                text = "nothing was sent: cancel_all was interrupted"
                raise TransportError(text, sent=False, is_retryable=False)
            return encode(*given)

        return checked


def _cancel_of(order_list: OrderList) -> CancelOrderList:
    return CancelOrderList(symbol=order_list.symbol, order_list_id=order_list.order_list_id)


def _check_function(name: str, value: object) -> None:
    if value is not None and not callable(value):
        rule = "must be a function, which is given a list and its verdict"
        raise InvalidRequest(field=name, value=value, rule=rule)
