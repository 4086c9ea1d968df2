"""The entry point: completes a request and creates the call that a driver runs.

A call is one generator of commands (`_commands.py`).  `execution.py` is its logic, `CallState` its
state.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Generic, TypeVar

from attrs import define, evolve, frozen

from orderlists._attempt import Attempt
from orderlists._commands import Call
from orderlists._execution.adapters import ProtocolAdapter
from orderlists._execution.execution import Execution
from orderlists._gate import Gate
from orderlists._in_doubt import InDoubt
from orderlists._observing.observer import INFO, WARNING
from orderlists._operations.base import Request
from orderlists._operations.recovery.call_state import CallState
from orderlists._operations.validators import LONGEST_RECV_WINDOW
from orderlists._policy import Policy
from orderlists.errors import InvalidRequest, InvalidSetting, OrderListsError, OutcomeUnknown

R = TypeVar("R")


@define(eq=False)
class RunningCall(Generic[R]):
    """A call for a driver to run.

    Attributes:
        state: The state of the call; an interrupt carries it.
        steps: The generator of its commands.
    """

    state: CallState
    steps: Call[R]

    def ended_by(self, error: BaseException) -> None:
        """Attach the request in doubt to an exception that is not an error of this library.

        The verdict is emitted last: an interrupt that a listener raises has a context in which the
        request is found.

        Raises:
            OutcomeUnknown: The exception is a bug outside of the call, such as in the caller's
                clock, after the request may have been sent.
        """
        if isinstance(error, OrderListsError):
            self._emit_failure(error)
            return
        is_bug = isinstance(error, Exception) and not isinstance(error, AssertionError)
        if is_bug and self.state.may_have_sent:
            unknown = self.state.unknown(error)
            try:
                raise unknown from error
            finally:
                self._emit_failure(unknown)
        self.state.in_doubt.attach_to(error)
        self._emit_failure(error)

    def _emit_failure(self, error: BaseException) -> None:
        if self.state.listens(WARNING if isinstance(error, OutcomeUnknown) else INFO):
            self.state.events.ended(error)


@frozen(kw_only=True, eq=False, repr=False)
class Engine:
    """Creates the calls of one client.

    Attributes:
        adapter: The adapter of the protocol.
        gate: The gate that every message passes.
        policy: The default policy.
        timeout: Seconds for one round trip.
        new_id: Returns a unique client id.
    """

    adapter: ProtocolAdapter
    gate: Gate
    policy: Policy
    timeout: float
    new_id: Callable[[], str]

    def chosen(self, policy: Policy | None) -> Policy:
        """Return the policy of a call, which is the default policy if none is given.

        Raises:
            InvalidSetting: It is not a `Policy`.
        """
        if policy is None:
            return self.policy
        if not isinstance(policy, Policy):  # pyright: ignore[reportUnnecessaryIsInstance] - of callers without types
            raise InvalidSetting(field="policy", value=policy, rule="must be a Policy")
        return policy

    def send(self, request: Request[R], policy: Policy | None, *, started: int) -> RunningCall[R]:
        """Return a call that sends a request, and reconciles it if its outcome is unknown.

        Raises:
            InvalidRequest: It is not a `Request`, or a generated id breaks a rule.
            InvalidSetting: The policy is not a `Policy`.
        """
        if not isinstance(request, Request):
            raise InvalidRequest(field="request", value=request, rule="must be a Request")
        gate, chosen = self.gate, self.policy if policy is None else self.chosen(policy)
        complete = request.completed(recv_window=chosen.recv_window, new_id=self.new_id)
        state = CallState(complete, chosen, gate.clock, started, gate.observer)
        state.given, state.api_key = request, gate.key.api_key
        execution: Execution[R] = Execution(self.adapter, state, self.timeout)
        return RunningCall(state, execution.run())

    def reconcile(
        self,
        request: Request[R],
        attempts: tuple[Attempt, ...],
        policy: Policy | None,
        *,
        started: int,
    ) -> RunningCall[R]:
        """Return a call that reconciles a request that was sent earlier.

        Raises:
            InvalidRequest: It is not a `Request`, changes nothing, or lacks the id that identifies
                it; or the attempts are not `Attempt` values.
            InvalidSetting: The policy is not a `Policy`.
        """
        doubt = InDoubt(request, attempts)
        _check_reconcilable(request)
        chosen = self.chosen(policy)
        window = Decimal(getattr(request, "recv_window", None) or LONGEST_RECV_WINDOW)
        if policy is None and not attempts:
            chosen = _long_enough(chosen, window)
        complete = request.completed(recv_window=window)
        state = CallState(complete, chosen, self.gate.clock, started, self.gate.observer)
        state.earlier, state.api_key = doubt.attempts, self.gate.key.api_key
        execution: Execution[R] = Execution(self.adapter, state, self.timeout)
        return RunningCall(state, execution.reconcile(doubt.attempts, window))


def _check_reconcilable(request: Request[Any]) -> None:
    operation = request.operation
    if operation.recovery is None:
        rule = "must be a request that can be reconciled, such as CancelOrderList"
        raise InvalidRequest(field="request", value=request, rule=rule)
    for name in request.fresh_ids(lambda: "missing"):
        rule = "must have the id that was sent: it alone identifies the request"
        raise InvalidRequest(field=name, value=getattr(request, name), rule=rule)


def _long_enough(policy: Policy, window: Decimal) -> Policy:
    """Return a policy whose deadline outlasts the validity of unrecorded attempts."""
    lag = policy.max_query_lag
    needed = float(window) / 1000 + policy.engine_delay + 2 * lag + 5
    return evolve(policy, deadline=max(policy.deadline, needed))
