"""InDoubt: the JSON form, and interrupts."""

import json
from typing import Any, ClassVar

import pytest
from attrs import evolve, field, frozen
from hypothesis import given
from hypothesis import strategies as st

from orderlists import (
    Attempt,
    CancelOrderList,
    InDoubt,
    InvalidRequest,
    NotExecuted,
    OutcomeUnknown,
)
from orderlists._clock import ClockReading
from orderlists.enums import OpenEnum
from orderlists.extending import Operation, Parameter, Request, Security
from strategies import cancels

attempts = st.builds(
    Attempt,
    at=st.builds(
        ClockReading,
        monotonic=st.integers(),
        server=st.integers(),
        error=st.none() | st.integers(0),
    ),
    may_arrive_until=st.integers(),
    latest=st.none() | st.integers(),
    new_to=st.none() | st.text(),
)
CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0, new_client_order_id="mine")
JSON = (
    '{"request": {"kind": "CancelOrderList", "symbol": "LTCBTC", "order_list_id": 0, '
    '"list_client_order_id": null, "new_client_order_id": "mine", "recv_window": "5000", '
    '"both_must_match": false}, "attempts": [{"monotonic": 1, "server": 2, "error": null, '
    '"may_arrive_until": 3, "latest": null, "new_to": null}]}'
)


@given(request=cancels(), sent=st.lists(attempts, max_size=3))
def test_the_json_form_round_trips_request_and_attempts(
    request: CancelOrderList, sent: list[Attempt]
) -> None:
    doubt = InDoubt(request, tuple(sent))
    assert InDoubt.from_json(doubt.to_json()) == doubt
    assert InDoubt.from_json(doubt.to_json().encode()) == doubt
    assert json.loads(doubt.to_json()) == doubt.to_dict()


def test_the_json_form_is_as_documented() -> None:
    request = CancelOrderList(
        symbol="LTCBTC", order_list_id=0, new_client_order_id="mine", recv_window=5000
    )
    doubt = InDoubt(request, (Attempt(ClockReading(1, 2, None), 3),))
    assert doubt.to_json() == JSON


def test_the_json_form_of_an_attempt_may_lack_the_latest_time_and_the_account() -> None:
    old = InDoubt.from_json(JSON.replace(', "latest": null, "new_to": null', ""))
    assert old == InDoubt.from_json(JSON)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        JSON[:-1],
        JSON.replace("CancelOrderList", "FormatDisk"),
        JSON.replace('"kind": "CancelOrderList", ', ""),
        JSON.replace('"symbol": "LTCBTC"', '"simbol": "LTCBTC"'),
        JSON.replace('"server": 2', '"server": "2"'),
        JSON.replace('"server": 2', '"server": true'),
        JSON.replace('"error": null', '"error": 0.5'),
        JSON.replace('"error": null, ', ""),
        JSON.replace('"latest": null', '"latest": "3"'),
        JSON.replace('"new_to": null', '"new_to": 7'),
    ],
)
def test_a_malformed_json_form_is_rejected(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"InDoubt\.to_json"):
        InDoubt.from_json(text)


def test_an_invalid_request_in_the_json_form_is_rejected_by_its_rule() -> None:
    with pytest.raises(InvalidRequest) as caught:
        InDoubt.from_json(JSON.replace("LTCBTC", "ltcbtc"))
    assert caught.value.field == "symbol"


@pytest.mark.parametrize("given_", [None, 5, [1], "no", [[[0, 0, 0], 0]]])
def test_attempts_must_be_those_of_an_unknown_outcome(given_: Any) -> None:
    with pytest.raises(InvalidRequest, match="attempts of an OutcomeUnknown"):
        InDoubt(CANCEL, given_)


def test_only_a_request_can_be_in_doubt() -> None:
    with pytest.raises(InvalidRequest, match="must be a Request"):
        InDoubt("cancel")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_an_interrupt_carries_the_request_in_doubt() -> None:
    interrupt = KeyboardInterrupt()
    assert InDoubt.of(interrupt) is None
    InDoubt(CANCEL).attach_to(interrupt)
    assert InDoubt.of(interrupt) == InDoubt(CANCEL)
    assert interrupt.__notes__ == [f"in progress (no known attempt): {CANCEL}"]
    assert json.loads(InDoubt(CANCEL).to_json())["attempts"] == []


@pytest.mark.parametrize(
    ("count", "text"), [(1, "sent once"), (2, "sent 2 times")], ids=["once", "twice"]
)
def test_the_note_of_an_interrupt_says_how_often_the_request_was_sent(
    count: int, text: str
) -> None:
    interrupt = KeyboardInterrupt()
    InDoubt(CANCEL, (Attempt(ClockReading(1, 2, None), 3),) * count).attach_to(interrupt)
    assert interrupt.__notes__ == [f"in progress ({text}): {CANCEL}"]


# What replaces an interrupt.


def carrying(list_id: int) -> KeyboardInterrupt:
    interrupt = KeyboardInterrupt()
    InDoubt(evolve(CANCEL, order_list_id=list_id)).attach_to(interrupt)
    return interrupt


def chained(
    cause: BaseException | None = None, context: BaseException | None = None
) -> BaseException:
    error = TimeoutError()
    error.__cause__, error.__context__ = cause, context
    return error


def found_in(error: BaseException) -> int | None:
    doubt = InDoubt.of(error)
    assert doubt is not None
    assert isinstance(doubt.request, CancelOrderList)
    return doubt.request.order_list_id


CHAINS = {
    "a cause": chained(cause=carrying(1)),
    "a context": chained(context=carrying(1)),
    "a context behind a cause": chained(cause=chained(context=carrying(1))),
    "a cause before a context": chained(cause=carrying(1), context=carrying(2)),
    "all of a cause before a context": chained(chained(chained(carrying(1))), carrying(2)),
    "a member": BaseExceptionGroup("", [ValueError(), carrying(1)]),
    "a nested member": BaseExceptionGroup("", [BaseExceptionGroup("", [chained(carrying(1))])]),
    "the first of two members": BaseExceptionGroup("", [carrying(1), carrying(2)]),
}


@pytest.mark.parametrize("error", CHAINS.values(), ids=CHAINS)
def test_an_exception_that_replaced_an_interrupt_gives_its_request(error: BaseException) -> None:
    assert found_in(error) == 1


def test_the_members_of_a_group_are_searched_before_its_context() -> None:
    group = BaseExceptionGroup("", [carrying(1)])
    group.__context__ = carrying(2)
    assert found_in(group) == 1


def test_an_exception_of_its_own_request_hides_the_context() -> None:
    interrupt = carrying(1)
    interrupt.__context__ = carrying(2)
    assert found_in(interrupt) == 1


def test_a_cycle_of_contexts_is_searched_once() -> None:
    first, second = TimeoutError(), TimeoutError()
    first.__context__, second.__context__ = second, first
    assert InDoubt.of(first) is None


def test_an_unknown_outcome_gives_its_request_and_not_the_one_of_its_context() -> None:
    unknown = OutcomeUnknown(InDoubt(evolve(CANCEL, order_list_id=1)), cause=None)
    unknown.__context__ = carrying(2)
    assert found_in(unknown) == 1
    assert found_in(ExceptionGroup("", [unknown])) == 1


def test_a_refusal_proven_while_an_interrupt_was_handled_leaves_nothing_in_doubt() -> None:
    refusal = NotExecuted(InDoubt(CANCEL), cause=None)
    refusal.__context__ = carrying(1)
    assert InDoubt.of(refusal) is None


class Mode(OpenEnum):
    FAST = "FAST"


@frozen(kw_only=True, slots=False)
class WithMode(Request[int]):
    """A custom request with an enumeration."""

    operation: ClassVar[Operation[int]] = Operation(
        name="With mode",
        method="GET",
        path="/api/v3/mode",
        websocket="mode",
        weight=1,
        security=Security.NONE,
        result=int,
    )

    mode: Mode = field(converter=Mode)

    def parameters(self) -> list[Parameter]:
        return [("mode", self.mode)]


def test_a_custom_request_has_a_json_form() -> None:
    doubt = InDoubt(WithMode(mode=Mode.FAST))
    assert json.loads(doubt.to_json())["request"] == {"kind": "WithMode", "mode": "FAST"}
    assert InDoubt.from_json(doubt.to_json()) == doubt


class Sealed(BaseException):
    """An interrupt that refuses attributes."""

    def __setattr__(self, name: str, value: object) -> None:
        raise TypeError(name)


def test_an_interrupt_that_refuses_attributes_stays_itself() -> None:
    interrupt = Sealed()
    InDoubt(CANCEL).attach_to(interrupt)
    assert InDoubt.of(interrupt) is None


def test_json_that_is_nested_too_deeply_is_rejected() -> None:
    with pytest.raises(InvalidRequest, match="text"):
        InDoubt.from_json("[" * 100_000)
