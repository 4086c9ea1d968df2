"""Cancel every open order list: first every cancel, then the recovery of the unknown ones.

Sans I/O: `CancelAll.run` yields batches of calls, which a driver runs together.

Invariant: a list is canceled by its exchange id alone, so that no cancel can reach a newer list;
and every list to which a cancel was sent has a verdict, or is in doubt.  So has a list that no
valid cancel can name: its verdict is the error, and the others are canceled.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, nullcontext
from inspect import iscoroutinefunction
from typing import Any, NamedTuple, TypeAlias

from attrs import define, evolve, field, fields

from orderlists._commands import Sleep
from orderlists._execution.cancel_all_report import CancelAllReport, Verdict
from orderlists._execution.engine import Engine, RunningCall
from orderlists._execution.stoppable_call import StoppableCall
from orderlists._in_doubt import InDoubt
from orderlists._models.order_lists import CanceledOrderList, OrderList
from orderlists._operations.cancel_order_list import CancelOrderList
from orderlists._operations.get_open_order_lists import GetOpenOrderLists
from orderlists._operations.recovery.call_state import FIRST_PAUSE, LONGEST_PAUSE
from orderlists._operations.validators import check_symbol, plain_text_or_none
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
    """Run calls together, until each has ended.

    Attributes:
        calls: The calls.
        done: Takes the index of each call that has ended, its result, and its error.  Called one at
            a time, by the caller of `cancel_all`.
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
        on_verdict: Takes each list and its verdict.
        make_lock: Makes a lock, if calls run in several threads.
        now: The time.
    """

    engine: Engine
    symbol: str | None
    policy: Policy
    on_verdict: Callable[[OrderList, Verdict], object] | None
    make_lock: Callable[[], AbstractContextManager[object]]
    now: int
    _until: int = field(init=False)
    # All that was ever read: a query may lag, so its silence about a list proves nothing.
    _seen: dict[int, OrderList] = field(init=False, factory=dict[int, OrderList])
    _open: tuple[OrderList, ...] = ()
    _is_read: bool = False
    _verdicts: dict[int, Verdict] = field(init=False, factory=dict[int, Verdict])
    _unknown: dict[int, InDoubt] = field(init=False, factory=dict[int, InDoubt])
    _replaced: list[OutcomeUnknown] = field(init=False, factory=list[OutcomeUnknown])
    _running: dict[int, StoppableCall] = field(init=False, factory=dict[int, StoppableCall])
    _bug: Exception | None = field(init=False, default=None)

    @classmethod
    def begin(
        cls,
        engine: Engine,
        symbol: str | None,
        policy: Policy | None,
        *,
        on_verdict: Callable[[OrderList, Verdict], object] | None,
        now: int,
        make_lock: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> CancelAll:
        """Return a run that begins now.

        Raises:
            InvalidRequest: The symbol is not valid, or `on_verdict` is no plain function.
            InvalidSetting: The policy is not a `Policy`.
        """
        symbol = plain_text_or_none(symbol)
        if symbol is not None:
            check_symbol(None, fields(CancelOrderList).symbol, symbol)
        _check_function("on_verdict", on_verdict)
        return cls(engine, symbol, engine.chosen(policy), on_verdict, make_lock, now)

    def __attrs_post_init__(self) -> None:
        self._until = self.now + int(self.policy.deadline * SECOND)

    def run(self) -> Generator[Batch | Sleep, int, CancelAllReport]:
        """Cancel until no list is left, or until the deadline.

        Raises:
            OrderListsError: The open lists could not be read the first time.
            Exception: What `on_verdict` raised, once the batch has ended.
        """
        pause = FIRST_PAUSE
        while True:
            error = yield from self._read()
            if error is not None:
                if not self._verdicts:
                    raise error
                return self._report(error)
            due = [each for each in self._open if self._is_due(each)]
            if not due:
                return self._report()
            if any(each.order_list_id in self._verdicts for each in due):
                self.now = yield Sleep(min(pause, max(self._seconds_left(), 0)))
                pause = min(2 * pause, LONGEST_PAUSE)
            if self._seconds_left() <= 0:
                return self._report(_too_late())
            unknown = yield from self._cancel(due)
            yield from self._reconcile(unknown)

    def end_by(self, error: BaseException) -> None:
        """Have no call send anything any more, and attach the report to an exception."""
        for list_id, each in self._running.items():
            in_doubt = each.stop()
            if in_doubt is not None:
                self._unknown[list_id] = in_doubt
        self._is_read = False
        self._report().attach_to(error)

    def _report(self, error: OrderListsError | None = None) -> CancelAllReport:
        return CancelAllReport(
            verdicts=dict(self._verdicts),
            left=tuple(self._left()),
            is_current=self._is_read and error is None,
            error=error,
            in_doubt=(*self._unknown.values(), *self._replaced_in_doubt()),
        )

    def _seconds_left(self) -> float:
        return (self._until - self.now) / SECOND

    def _left(self) -> Iterable[OrderList]:
        return (each for each in self._seen.values() if not self._is_over(each.order_list_id))

    def _is_over(self, list_id: int) -> bool:
        """Return whether a verdict proves that a list is over, whatever a query shows."""
        return isinstance(self._verdicts.get(list_id), CanceledOrderList | AlreadyDone)

    def _is_due(self, order_list: OrderList) -> bool:
        verdict = self._verdicts.get(order_list.order_list_id)
        return verdict is None or isinstance(verdict, _WORTH_ANOTHER)

    def _replaced_in_doubt(self) -> Iterable[InDoubt]:
        """Return the cancels without an outcome that others followed, of lists not over."""
        for each in self._replaced:
            request: Any = each.request
            if not self._is_over(request.order_list_id):
                yield each.in_doubt

    def _read(self) -> Generator[Batch, int, OrderListsError | None]:
        self._is_read = False
        if self._seconds_left() <= 0:
            return _too_late()
        ended: list[OrderListsError | None] = []

        def done(_: int, lists: Any, error: OrderListsError | None) -> None:  # noqa: ANN401 - a result
            ended.append(error)
            if error is None:
                self._is_read = True
                found = {
                    each.order_list_id: each
                    for each in lists
                    if self.symbol is None or each.symbol == self.symbol
                }
                self._seen |= found
                self._open = tuple(found.values())

        call = self.engine.send(GetOpenOrderLists(), self._policy(), started=self.now)
        self.now = yield Batch([call], done)
        return ended[0]

    def _policy(self, *, reconcile: bool = True) -> Policy:
        """Return the policy of one call, which ends with the run."""
        left = self._seconds_left()
        return evolve(self.policy, deadline=left, reconcile=reconcile)

    def _cancel(
        self, due: list[OrderList]
    ) -> Generator[Batch, int, list[tuple[OrderList, OutcomeUnknown]]]:
        """Send every cancel once; return those whose outcome is to be found out."""
        unknown: list[tuple[OrderList, OutcomeUnknown]] = []

        def done(index: int, result: Any, error: OrderListsError | None) -> None:  # noqa: ANN401 - a result
            if isinstance(error, OutcomeUnknown) and self.policy.reconcile:
                unknown.append((due[index], error))
                # In this order, here and below: an interrupt in between loses no request.
                self._unknown[due[index].order_list_id] = error.in_doubt
                del self._running[due[index].order_list_id]
            else:
                self._conclude(due[index], result if error is None else error)

        policy = self._policy(reconcile=False)
        due, cancels = self._valid_cancels(due)
        calls = [
            self._begin(each, self.engine.send(cancel, policy, started=self.now))
            for each, cancel in zip(due, cancels, strict=True)
        ]
        yield from self._batch(calls, done)
        return unknown

    def _valid_cancels(self, due: list[OrderList]) -> tuple[list[OrderList], list[CancelOrderList]]:
        """Return the lists that a cancel can name, and their cancels; conclude the others.

        The rules for a symbol and an id are ours, and may be behind what the exchange lists.
        """
        lists: list[OrderList] = []
        cancels: list[CancelOrderList] = []
        for each in due:
            try:
                cancels.append(_cancel_of(each))
            except InvalidRequest as error:
                self._conclude(each, error)
            else:
                lists.append(each)
        return lists, cancels

    def _reconcile(self, unknown: list[tuple[OrderList, OutcomeUnknown]]) -> Steps:
        """Find out about cancels whose outcome is unknown."""
        if not unknown:
            return
        if self._seconds_left() <= 0:
            for order_list, error in unknown:
                self._conclude(order_list, error)
            self._raise_bug()
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
        yield from self._batch(calls, done)

    def _batch(
        self,
        calls: list[RunningCall[Any]],
        done: Callable[[int, Any, OrderListsError | None], object],
    ) -> Generator[Batch, int, None]:
        self.now = yield Batch(calls, done)
        self._raise_bug()

    def _begin(self, order_list: OrderList, call: RunningCall[Any]) -> RunningCall[Any]:
        self._running[order_list.order_list_id] = stoppable = StoppableCall(call, self.make_lock())
        return stoppable.running

    def _conclude(self, order_list: OrderList, verdict: Any) -> None:  # noqa: ANN401 - a verdict
        list_id = order_list.order_list_id
        before = self._verdicts.get(list_id)
        if isinstance(before, OutcomeUnknown):
            self._replaced.append(before)
        self._verdicts[list_id] = verdict
        self._running.pop(list_id, None)
        self._unknown.pop(list_id, None)
        if self.on_verdict is not None:
            try:
                self.on_verdict(order_list, verdict)
            except Exception as bug:  # noqa: BLE001 - raised once every cancel of the batch is sent
                self._bug = self._bug or bug

    def _raise_bug(self) -> None:
        if self._bug is not None:
            raise self._bug


def _cancel_of(order_list: OrderList) -> CancelOrderList:
    return CancelOrderList(symbol=order_list.symbol, order_list_id=order_list.order_list_id)


def _too_late() -> TransportError:
    text = "the deadline has passed before another query of the open lists"
    return TransportError(text, sent=False, is_retryable=False)


def _check_function(name: str, value: object) -> None:
    if value is not None and (not callable(value) or iscoroutinefunction(value)):
        rule = "must be a plain function, which takes a list and its verdict"
        raise InvalidRequest(field=name, value=value, rule=rule)
