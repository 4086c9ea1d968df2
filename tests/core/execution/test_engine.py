"""The engine: calls by scripted answers, without I/O."""

import pickle
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from attrs import evolve, frozen

from orderlists import (
    BadTimestamp,
    Banned,
    CanceledOrderList,
    CancelOrderList,
    GetOrderList,
    InDoubt,
    InvalidRequest,
    InvalidSetting,
    OrderListsError,
    OutcomeUnknown,
    Policy,
    RateLimited,
    Rejected,
    ServerError,
    TransportError,
    Unauthorized,
    UndecodableReply,
)
from orderlists._clock import ClockReading
from orderlists._operations.base import Effect
from orderlists._operations.recovery.case import Case, Steps
from orderlists.enums import ListOrderStatus
from orderlists.extending import Operation, Request, Security
from scripted import SECOND, Scripted, done

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
LOST = TransportError("connection reset", sent=None)
NOT_SENT = TransportError("connection refused", sent=False)
FAILED = ServerError(code=-1007, message="Timeout waiting", status=504)
GARBLED = UndecodableReply(raw=b"<html>", status=200, reason="not JSON")
REFUSED = Unauthorized(code=-2015, message="no permission", status=401)
LOOK = Operation(
    name="Look",
    method="GET",
    path="/api/v3/look",
    websocket="look",
    weight=1,
    security=Security.USER_DATA,
    result=int,
)


@frozen(slots=False)
class Look(Request[int]):
    """A custom query."""

    operation: ClassVar[Operation[int]] = LOOK


ONCE = Policy(reconcile=False, max_resends=0)


def test_a_call_sends_once_and_returns_the_result() -> None:
    script = Scripted(done)
    result = script.send(CANCEL)
    (sent,) = script.sent
    assert result == done(sent)
    assert sent == CancelOrderList(
        symbol="LTCBTC", order_list_id=0, new_client_order_id="fresh", recv_window=5000
    )
    assert script.waits == []


def test_values_given_by_the_caller_are_not_replaced() -> None:
    request = CancelOrderList(
        symbol="LTCBTC", order_list_id=0, new_client_order_id="mine", recv_window=7
    )
    script = Scripted(done)
    script.send(request)
    assert script.sent == [request]


def answered(**changes: Any) -> Callable[[Any], CanceledOrderList]:
    """Return a valid result with some fields changed."""
    return lambda request: evolve(done(request), **changes)


@pytest.mark.parametrize(
    "fooled",
    [
        {"order_list_id": 8},
        {"symbol": "ETHBTC"},
        {"list_order_status": ListOrderStatus.EXECUTING},
        {"order_reports": ()},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_200_about_another_cancel_is_reconciled(fooled: dict[str, Any]) -> None:
    script = Scripted(answered(**fooled), done)
    assert script.send(CANCEL).order_list_id == 0
    assert len(script.sent) == 2


def test_a_200_with_the_id_of_another_cancel_is_not_done() -> None:
    script = Scripted(done(evolve(CANCEL, new_client_order_id="other")), done)
    script.send(CANCEL)
    assert len(script.sent) == 2
    with pytest.raises(OutcomeUnknown, match="10 bytes: no order was canceled under"):
        Scripted(answered(order_reports=())).send(CANCEL, ONCE)


@pytest.mark.parametrize("error", [LOST, FAILED, GARBLED], ids=lambda e: type(e).__name__)
def test_a_state_changing_request_without_a_reply_is_outcome_unknown_with_its_cause(
    error: OrderListsError,
) -> None:
    script = Scripted(error)
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(CANCEL, ONCE)
    assert caught.value.__cause__ is error
    assert caught.value.request == script.sent[0]
    assert len(caught.value.attempts) == 1
    assert "may or may not have been executed" in str(caught.value)
    assert "new_client_order_id='fresh'" in str(caught.value)


@pytest.mark.parametrize("error", [NOT_SENT, REFUSED], ids=lambda e: type(e).__name__)
def test_a_refused_request_is_never_outcome_unknown(error: OrderListsError) -> None:
    with pytest.raises(type(error)) as caught:
        Scripted(error, error).send(CANCEL, ONCE)
    assert caught.value is error


@pytest.mark.parametrize("error", [LOST, NOT_SENT, FAILED, GARBLED], ids=str)
def test_a_query_raises_the_error_of_its_reply(error: OrderListsError) -> None:
    with pytest.raises(type(error)) as caught:
        Scripted(error).send(Look(), ONCE)
    assert caught.value is error


@pytest.mark.parametrize("error", [LOST, NOT_SENT, FAILED, GARBLED], ids=str)
def test_a_query_without_a_reply_is_retried(error: OrderListsError) -> None:
    script = Scripted(error, error, 7)
    assert script.send(Look()) == 7
    assert script.waits == [0.1, 0.2]


@frozen(slots=False)
class Change(Request[int]):
    """A custom state-changing request without a recovery."""

    operation: ClassVar[Operation[int]] = evolve(LOOK, name="Change", effect=Effect.CANCEL)


def test_an_operation_without_a_recovery_is_not_resent_once_it_may_have_arrived() -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        Scripted(LOST).send(Change())
    assert caught.value.__cause__ is LOST
    assert len(caught.value.attempts) == 1
    assert "by a query" in str(caught.value)
    assert Scripted(NOT_SENT, 7).send(Change()) == 7
    with pytest.raises(TransportError) as refused:
        Scripted(NOT_SENT).send(Change(), ONCE)
    assert refused.value is NOT_SENT


def test_a_cancel_that_was_not_sent_is_retried_up_to_max_resends() -> None:
    script = Scripted(NOT_SENT, NOT_SENT, done)
    script.send(CANCEL)
    assert script.waits == [0.1, 0.2]
    with pytest.raises(TransportError) as caught:
        Scripted(NOT_SENT, NOT_SENT).send(CANCEL, Policy(max_resends=1))
    assert caught.value.sent is False


@pytest.mark.parametrize(
    "request_", [CANCEL, GetOrderList(order_list_id=0)], ids=["cancel", "read"]
)
def test_an_error_that_is_not_retryable_is_raised_at_once(request_: Request[Any]) -> None:
    closed = TransportError("certificate not accepted", sent=False, is_retryable=False)
    script = Scripted(closed)
    with pytest.raises(TransportError) as caught:
        script.send(request_)
    assert caught.value is closed
    assert script.waits == []


PAGE = UndecodableReply(raw=b"<html>", status=404, reason="not the exchange", is_foreign=True)


def test_a_page_of_another_host_is_queried_once_and_not_resent() -> None:
    script = Scripted(PAGE, PAGE)
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(CANCEL)
    assert [type(each) for each in script.sent] == [CancelOrderList, GetOrderList]
    assert script.passed < 2 * SECOND
    assert caught.value.__cause__ is PAGE
    look = Scripted(PAGE)
    with pytest.raises(UndecodableReply):
        look.send(GetOrderList(order_list_id=0))


def test_a_parser_bug_ends_a_cancel_in_outcome_unknown_at_once() -> None:
    bug = KeyError("status=secret")
    script = Scripted(bug)
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(CANCEL)
    assert len(script.sent) == 1
    assert caught.value.__cause__ is bug
    assert "KeyError raised in" in str(caught.value)
    assert "10 bytes, HTTP 200" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert len(caught.value.attempts) == 1


def test_a_parser_bug_is_raised_unchanged_from_a_query() -> None:
    bug = KeyError("status")
    script = Scripted(bug)
    with pytest.raises(KeyError) as caught:
        script.send(GetOrderList(order_list_id=0))
    assert caught.value is bug
    assert len(script.sent) == 1
    assert any("10 bytes, HTTP 200" in note for note in caught.value.__notes__)


def test_a_bug_while_reconciling_is_the_cause_of_outcome_unknown() -> None:
    bug = KeyError("status")
    with pytest.raises(OutcomeUnknown) as caught:
        Scripted(LOST, bug).send(CANCEL)
    assert caught.value.__cause__ is bug
    assert len(caught.value.attempts) == 2


def test_a_bug_while_the_clock_is_measured_is_raised_unchanged() -> None:
    script = Scripted(clock_is_measurable=False)
    script.clock_error = KeyError("serverTime")
    with pytest.raises(KeyError):
        script.send(CANCEL, Policy(measure_clock=True))
    assert script.sent == []


def test_an_exception_of_a_key_is_raised_unchanged_and_nothing_is_sent() -> None:
    script = Scripted(encode_error=OSError("the token was pulled"))
    with pytest.raises(OSError, match="pulled"):
        script.send(CANCEL)
    assert script.sent == []


class StoppedClock(Scripted):
    """A driver whose clock raises once a request was sent."""

    @property
    def now(self) -> ClockReading:
        if self.sent:
            raise OSError("the clock has stopped")
        return super().now


def test_a_clock_that_raises_after_sending_is_the_cause_of_outcome_unknown() -> None:
    script = StoppedClock(done)
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(CANCEL)
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.request == script.sent[0]
    assert len(caught.value.attempts) == 1
    with pytest.raises(OSError, match="stopped"):
        StoppedClock(7).send(Look())


@pytest.mark.parametrize("answers", [(), (LOST,)], ids=["first reply", "reply in a recovery"])
def test_a_failed_assertion_passes_through_with_the_request_in_doubt(
    answers: tuple[Any, ...],
) -> None:
    failed = AssertionError("a check of the parser")
    script = Scripted(*answers, failed)
    with pytest.raises(AssertionError) as caught:
        script.send(CANCEL)
    assert caught.value is failed
    doubt = InDoubt.of(failed)
    assert doubt is not None
    assert doubt.request == script.sent[0]
    assert len(doubt.attempts) == len(script.sent)
    assert any(note.startswith("in progress (sent ") for note in failed.__notes__)


def test_a_failed_assertion_of_a_key_passes_through_before_anything_is_sent() -> None:
    with pytest.raises(AssertionError) as caught:
        Scripted(encode_error=AssertionError()).send(CANCEL)
    doubt = InDoubt.of(caught.value)
    assert doubt is not None
    assert doubt.attempts == ()


def test_nothing_is_sent_after_the_deadline() -> None:
    too_old = BadTimestamp(code=-1021, message="", status=400)
    script = Scripted(too_old, skew=-3600 * SECOND)
    script.sample_takes = SECOND
    with pytest.raises(TransportError, match="the deadline has passed") as caught:
        script.send(GetOrderList(order_list_id=0), Policy(deadline=2.5))
    assert caught.value.sent is False
    assert len(script.sent) == 1


def test_a_request_must_be_a_request_and_a_policy_a_policy() -> None:
    with pytest.raises(InvalidRequest, match="must be a Request"):
        Scripted().send("cancel")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidSetting, match="must be a Policy"):
        Scripted().send(CANCEL, 5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_closing_the_client_ends_a_backoff() -> None:
    script = Scripted(NOT_SENT, sleep_error=TransportError("closed", sent=False))
    with pytest.raises(TransportError) as caught:
        script.send(CANCEL)
    assert caught.value is NOT_SENT


def test_a_bug_in_a_sleep_function_is_raised_unchanged() -> None:
    with pytest.raises(ZeroDivisionError):
        Scripted(NOT_SENT, sleep_error=ZeroDivisionError()).send(CANCEL)


@pytest.mark.parametrize("seconds", [3.0, None])
def test_a_429_closes_the_gate_and_the_request_waits_for_retry_after(seconds: float | None) -> None:
    limited = RateLimited(code=-1003, message="", status=429, retry_after=seconds)
    script = Scripted(limited, done)
    script.send(CANCEL, Policy(deadline=200))
    assert script.passed >= (seconds or 60) * SECOND
    assert len(script.sent) == 2


def test_a_429_is_raised_at_once_where_the_policy_does_not_wait() -> None:
    limited = RateLimited(code=-1003, message="", status=429, retry_after=3.0)
    script = Scripted(limited)
    with pytest.raises(RateLimited):
        script.send(CANCEL, Policy(wait_for_rate_limits=False))
    with pytest.raises(RateLimited):
        script.send(CANCEL, Policy(wait_for_rate_limits=False))
    assert len(script.sent) == 1


def test_a_block_that_outlasts_the_deadline_ends_a_recovery_at_once() -> None:
    banned = Banned(code=-1003, message="", status=418, retry_after=500.0, until=None)
    script = Scripted(LOST, banned)
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(CANCEL)
    assert caught.value.__cause__ is LOST
    assert script.passed < SECOND


def test_no_backoff_goes_past_the_deadline() -> None:
    script = Scripted(*([LOST] * 9))
    with pytest.raises(TransportError):
        script.send(Look(), Policy(deadline=0.5))
    assert script.waits == [0.1, 0.2]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("deadline", 0),
        ("deadline", -1),
        ("deadline", float("nan")),
        ("deadline", float("inf")),
        ("deadline", True),
        ("deadline", "60"),
        ("max_query_lag", -1),
        ("max_resends", -1),
        ("max_resends", 1.0),
        ("max_resends", True),
        ("reconcile", 1),
        ("wait_for_rate_limits", None),
        ("measure_clock", None),
        ("recv_window", None),
        ("recv_window", 60001),
    ],
)
def test_an_invalid_policy_is_rejected(field: str, value: Any) -> None:
    with pytest.raises(InvalidSetting) as caught:
        Policy(**{field: value})
    assert caught.value.field == field


@pytest.mark.parametrize("deadline", [0, -1, float("inf"), "60"])
def test_an_invalid_deadline_is_rejected_by_one_rule(deadline: Any) -> None:
    with pytest.raises(InvalidSetting) as caught:
        Policy(deadline=deadline)
    assert caught.value.rule == "must be seconds, a finite number, more than 0"


def _copies(error: OrderListsError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert copy.__dict__ == error.__dict__


@pytest.mark.parametrize("error", [LOST, NOT_SENT, FAILED, GARBLED, REFUSED], ids=str)
def test_errors_pickle(error: OrderListsError) -> None:
    _copies(error)


def test_an_unknown_outcome_pickles_with_its_cause() -> None:
    error = OutcomeUnknown(InDoubt(CANCEL), cause=FAILED)
    _copies(error)
    cause = pickle.loads(pickle.dumps(error)).__cause__
    assert isinstance(cause, ServerError)
    assert cause.code == -1007


def test_invalid_input_pickles_even_if_the_value_does_not() -> None:
    error = InvalidRequest(field="symbol", value=lambda: 0, rule="must be text")
    _copies(error)


class _Shy:
    def __repr__(self) -> str:
        raise RuntimeError("no")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    __hash__ = object.__hash__


@pytest.mark.parametrize("value", [_Shy(), 10**5000], ids=["shy", "huge"])
def test_invalid_input_survives_a_broken_repr_of_the_value(value: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"order_list_id=<"):
        CancelOrderList(symbol="LTCBTC", order_list_id=value)


@pytest.mark.parametrize(
    "echo",
    ["signature=c8db56", 'Signature: "c8db56"', '{"signature":"c8db56"}', "signature='c8db56'"],
)
def test_a_message_that_echoes_a_signature_is_shown_without_it(echo: str) -> None:
    shown = str(Rejected(code=-1100, message=f"bad {echo} given", status=400))
    assert "c8db56" not in shown
    assert shown.startswith("HTTP 400, code -1100: bad ")
    assert shown.endswith("given")


def test_a_message_of_the_exchange_is_truncated_and_redacted() -> None:
    echo = Rejected(code=-1100, message=f"symbol=x&signature=c8db56&{'x' * 900}", status=400)
    assert "c8db56" not in str(echo)
    assert len(str(echo)) < 600


def test_a_bug_in_a_recovery_leaves_the_outcome_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    bug = ZeroDivisionError()

    def broken(case: Case[Any]) -> Steps[Any]:
        yield from case.engine.pause()
        raise bug

    monkeypatch.setattr(
        CancelOrderList, "operation", evolve(CancelOrderList.operation, recovery=broken)
    )
    with pytest.raises(OutcomeUnknown) as caught:
        Scripted(LOST).send(CANCEL)
    assert caught.value.__cause__ is bug


@pytest.mark.parametrize("error", [KeyError("e"), KeyboardInterrupt()], ids=repr)
def test_a_bug_while_waiting_for_an_event_is_outcome_unknown_and_an_interrupt_passes(
    error: BaseException,
) -> None:
    script = Scripted(LOST, has_events=True, event_error=error)
    expected = OutcomeUnknown if isinstance(error, Exception) else KeyboardInterrupt
    with pytest.raises(expected):
        script.send(CANCEL)


def test_a_lost_connection_while_waiting_for_an_event_proves_nothing() -> None:
    script = Scripted(LOST, done, has_events=True, event_error=TransportError("cut", sent=None))
    assert script.send(CANCEL).order_list_id == 0
