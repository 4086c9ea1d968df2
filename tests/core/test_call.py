"""The call: what becomes of a request, judged without a socket."""

import pickle
from typing import Any, ClassVar

import pytest
from attrs import evolve, frozen

from orderlists import (
    CancelOrderList,
    InvalidRequest,
    InvalidSetting,
    OrderListsError,
    OutcomeUnknown,
    Policy,
    Rejected,
    ServerError,
    TransportError,
    Unauthorized,
    UndecodableReply,
)
from orderlists._execution.commands import Now, Ready, resume
from orderlists._execution.engine import begin
from orderlists.extending import Operation, Parameter, Request, Security
from scripted import SECOND, Scripted

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
    changes_state=False,
    result=int,
)


@frozen
class Look(Request[int]):
    """A request of one's own that changes nothing."""

    operation: ClassVar[Operation[int]] = LOOK

    def parameters(self) -> list[Parameter]:
        return []


ONCE = Policy(reconcile=False, max_resends=0)


def test_a_call_sends_once_and_returns_the_result() -> None:
    script = Scripted("the result")
    assert script.send(CANCEL) == "the result"
    assert script.sent == [
        CancelOrderList(
            symbol="LTCBTC", order_list_id=0, new_client_order_id="fresh", recv_window=5000
        )
    ]
    assert script.waits == []


def test_what_the_caller_gave_is_not_replaced() -> None:
    request = CancelOrderList(
        symbol="LTCBTC", order_list_id=0, new_client_order_id="mine", recv_window=7
    )
    script = Scripted("the result")
    script.send(request)
    assert script.sent == [request]


@pytest.mark.parametrize("error", [LOST, FAILED, GARBLED], ids=lambda e: type(e).__name__)
def test_a_change_without_an_answer_is_unknown_and_says_why(error: OrderListsError) -> None:
    script = Scripted(error)
    with pytest.raises(OutcomeUnknown) as caught:
        script.send(CANCEL, ONCE)
    assert caught.value.__cause__ is error
    assert caught.value.request == script.sent[0]
    assert "may or may not have been executed" in str(caught.value)
    assert "new_client_order_id='fresh'" in str(caught.value)


@pytest.mark.parametrize("error", [NOT_SENT, REFUSED], ids=lambda e: type(e).__name__)
def test_what_was_not_executed_is_never_called_unknown(error: OrderListsError) -> None:
    with pytest.raises(type(error)) as caught:
        Scripted(error, error).send(CANCEL, ONCE)
    assert caught.value is error


@pytest.mark.parametrize("error", [LOST, NOT_SENT, FAILED, GARBLED], ids=str)
def test_a_question_that_changes_nothing_ends_in_what_came(error: OrderListsError) -> None:
    with pytest.raises(type(error)) as caught:
        Scripted(error).send(Look(), ONCE)
    assert caught.value is error


@pytest.mark.parametrize("error", [LOST, NOT_SENT, FAILED, GARBLED], ids=str)
def test_a_question_without_an_answer_is_asked_again(error: OrderListsError) -> None:
    script = Scripted(error, error, 7)
    assert script.send(Look()) == 7
    assert script.waits == [0.1, 0.2]


@frozen
class Change(Request[int]):
    """A request of one's own that changes something."""

    operation: ClassVar[Operation[int]] = evolve(LOOK, name="Change", changes_state=True)

    def parameters(self) -> list[Parameter]:
        return []


def test_a_change_of_ones_own_is_never_sent_again_once_it_may_have_arrived() -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        Scripted(LOST).send(Change())
    assert caught.value.__cause__ is LOST
    assert Scripted(NOT_SENT, 7).send(Change()) == 7
    with pytest.raises(TransportError) as refused:
        Scripted(NOT_SENT).send(Change(), ONCE)
    assert refused.value is NOT_SENT


def test_a_cancel_that_never_left_is_sent_again_as_often_as_allowed() -> None:
    script = Scripted(NOT_SENT, NOT_SENT, "the result")
    assert script.send(CANCEL) == "the result"
    assert script.waits == [0.1, 0.2]
    with pytest.raises(TransportError) as caught:
        Scripted(NOT_SENT, NOT_SENT).send(CANCEL, Policy(max_resends=1))
    assert caught.value.sent is False


def test_nothing_is_sent_once_time_is_up() -> None:
    script = Scripted()
    call = begin(
        CANCEL, new_id="fresh", policy=Policy(deadline=1.0, max_resends=0), clock=script.clock
    )
    assert isinstance(resume(call, None), Now)
    assert isinstance(resume(call, script.clock.at(0)), Ready)
    with pytest.raises(TransportError, match="time is up") as caught:
        resume(call, script.clock.at(2 * SECOND))

    assert caught.value.sent is False


def test_no_wait_goes_past_the_deadline() -> None:
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
def test_a_policy_that_breaks_a_rule_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidSetting) as caught:
        Policy(**{field: value})
    assert caught.value.field == field


@pytest.mark.parametrize("deadline", [0, -1, float("inf"), "60"])
def test_a_deadline_is_refused_by_one_rule_whatever_is_wrong(deadline: Any) -> None:
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
    error = OutcomeUnknown(CANCEL, cause=FAILED)
    _copies(error)
    cause = pickle.loads(pickle.dumps(error)).__cause__
    assert isinstance(cause, ServerError)
    assert cause.code == -1007


def test_a_refused_value_pickles_even_where_the_value_does_not() -> None:
    error = InvalidRequest(field="symbol", value=lambda: 0, rule="must be text")
    _copies(error)


class _Shy:
    def __repr__(self) -> str:
        raise RuntimeError("no")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no")

    __hash__ = object.__hash__


@pytest.mark.parametrize("value", [_Shy(), 10**5000], ids=["shy", "huge"])
def test_a_refusal_does_not_depend_on_how_the_value_shows_itself(value: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"order_list_id=<"):
        CancelOrderList(symbol="LTCBTC", order_list_id=value)


def test_the_words_of_the_exchange_are_kept_short_and_without_a_signature() -> None:
    echo = Rejected(code=-1100, message=f"symbol=x&signature=c8db56&{'x' * 900}", status=400)
    assert "c8db56" not in str(echo)
    assert len(str(echo)) < 600
