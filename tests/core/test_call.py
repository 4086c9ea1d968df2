"""The call: what becomes of a request, judged without a socket."""

import pickle
from typing import Any, ClassVar

import pytest
from attrs import frozen

from orderlists import (
    BadTimestamp,
    CancelOrderList,
    Done,
    InvalidRequest,
    Operation,
    OrderListsError,
    OutcomeUnknown,
    Parameter,
    Rejected,
    Request,
    Security,
    Send,
    ServerError,
    TransportError,
    UndecodableReply,
    begin,
    resume,
)

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)
LOST = TransportError("connection reset", sent=None)
NOT_SENT = TransportError("connection refused", sent=False)
FAILED = ServerError(code=-1007, message="Timeout waiting", status=504)
GARBLED = UndecodableReply(raw=b"<html>", status=200, reason="not JSON")
REFUSED = BadTimestamp(code=-1021, message="too old", status=400)
LOOK = Operation(
    name="Look",
    method="GET",
    path="/api/v3/look",
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


def outcome_of(request: Request[Any], came: object) -> Any:
    """Run a call in which everything that is sent ends the same way."""
    call = begin(request, new_id="fresh")
    step = resume(call, None)
    while not isinstance(step, Done):
        step = resume(call, came)
    return step.result


def test_a_call_sends_once_and_returns_the_result() -> None:
    call = begin(CANCEL, new_id="fresh")
    step = resume(call, None)
    assert isinstance(step, Send)
    assert step.request == CANCEL.named("fresh")
    done = resume(call, "the result")
    assert isinstance(done, Done)
    assert str(done.result) == "the result"


def test_an_id_of_the_callers_is_not_replaced() -> None:
    request = CancelOrderList(symbol="LTCBTC", order_list_id=0, new_client_order_id="mine")
    step = resume(begin(request, new_id="fresh"), None)
    assert step == Send(request)


@pytest.mark.parametrize("error", [LOST, FAILED, GARBLED], ids=lambda e: type(e).__name__)
def test_a_change_without_an_answer_is_unknown_and_says_why(error: OrderListsError) -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        outcome_of(CANCEL, error)
    assert caught.value.__cause__ is error
    assert caught.value.request == CANCEL.named("fresh")
    assert "may or may not have been executed" in str(caught.value)
    assert "new_client_order_id='fresh'" in str(caught.value)


@pytest.mark.parametrize("error", [NOT_SENT, REFUSED], ids=lambda e: type(e).__name__)
def test_what_was_not_executed_is_never_called_unknown(error: OrderListsError) -> None:
    with pytest.raises(type(error)) as caught:
        outcome_of(CANCEL, error)
    assert caught.value is error


@pytest.mark.parametrize("error", [LOST, NOT_SENT, FAILED, GARBLED, REFUSED], ids=str)
def test_a_question_that_changes_nothing_ends_in_what_came(error: OrderListsError) -> None:
    with pytest.raises(type(error)) as caught:
        outcome_of(Look(), error)
    assert caught.value is error


def test_a_question_is_answered() -> None:
    assert outcome_of(Look(), 7) == 7


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
    assert isinstance(error, Exception)
    assert issubclass(Rejected, OrderListsError)
