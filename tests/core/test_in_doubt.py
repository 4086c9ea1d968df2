"""InDoubt: the JSON form, and interrupts."""

import json
from typing import Any, ClassVar

import pytest
from attrs import field, frozen
from hypothesis import given
from hypothesis import strategies as st

from orderlists import Attempt, CancelOrderList, InDoubt, InvalidRequest
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
)
CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0, new_client_order_id="mine")
JSON = (
    '{"request": {"kind": "CancelOrderList", "symbol": "LTCBTC", "order_list_id": 0, '
    '"list_client_order_id": null, "new_client_order_id": "mine", "recv_window": "5000", '
    '"both_must_match": false}, "attempts": [{"monotonic": 1, "server": 2, "error": null, '
    '"may_arrive_until": 3}]}'
)


@given(request=cancels(), sent=st.lists(attempts, max_size=3))
def test_the_json_form_round_trips_request_and_attempts(
    request: CancelOrderList, sent: list[Attempt]
) -> None:
    doubt = InDoubt(request, tuple(sent))
    assert InDoubt.from_json(doubt.to_json()) == doubt
    assert InDoubt.from_json(doubt.to_json().encode()) == doubt


def test_the_json_form_is_as_documented() -> None:
    request = CancelOrderList(
        symbol="LTCBTC", order_list_id=0, new_client_order_id="mine", recv_window=5000
    )
    doubt = InDoubt(request, (Attempt(ClockReading(1, 2, None), 3),))
    assert doubt.to_json() == JSON


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
