"""CancelOrderList: validation, completion, and the precedence of its ids."""

import pickle
from decimal import Decimal, localcontext
from enum import Enum, IntEnum, StrEnum
from typing import Any, ClassVar

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from orderlists import CancelOrderList, GetServerTime, InvalidRequest
from orderlists._operations.cancel_order_list import ListClientOrderId, OrderListId
from orderlists.extending import Operation, Request
from strategies import cancels, client_ids, ids, recv_windows, symbols


@given(order_list_id=ids, client_id=client_ids)
def test_the_id_takes_precedence_over_the_client_id(order_list_id: int, client_id: str) -> None:
    request = CancelOrderList(
        symbol="LTCBTC", order_list_id=order_list_id, list_client_order_id=client_id
    )
    assert request.effective_id == OrderListId(order_list_id)
    assert request.parameters() == [("symbol", "LTCBTC"), ("orderListId", order_list_id)]


def test_the_effective_id_is_the_client_id_where_no_id_is_given() -> None:
    request = CancelOrderList(symbol="LTCBTC", list_client_order_id="own")
    assert request.effective_id == ListClientOrderId("own")


@given(client_id=client_ids)
def test_a_client_id_alone_is_the_effective_id(client_id: str) -> None:
    request = CancelOrderList(symbol="LTCBTC", list_client_order_id=client_id)
    assert request.effective_id == ListClientOrderId(client_id)
    assert request.parameters() == [("symbol", "LTCBTC"), ("listClientOrderId", client_id)]


def test_both_must_match_sends_both_ids() -> None:
    request = CancelOrderList(
        symbol="LTCBTC", order_list_id=0, list_client_order_id="C3wyj4", both_must_match=True
    )
    assert request.effective_id == OrderListId(0)
    assert request.parameters() == [
        ("symbol", "LTCBTC"),
        ("orderListId", 0),
        ("listClientOrderId", "C3wyj4"),
    ]


@given(request=cancels())
def test_a_request_keeps_what_was_given_and_equals_its_copy(request: CancelOrderList) -> None:
    assert pickle.loads(pickle.dumps(request)) == request
    assert hash(pickle.loads(pickle.dumps(request))) == hash(request)


@given(request=cancels(), new_id=client_ids)
def test_a_request_is_completed_once(request: CancelOrderList, new_id: str) -> None:
    window = Decimal(5000)
    complete = request.completed(recv_window=window, new_id=lambda: new_id)
    assert complete.new_client_order_id == (request.new_client_order_id or new_id)
    assert complete.recv_window == (request.recv_window or window)
    assert complete.completed(recv_window=Decimal(1), new_id=lambda: "another") is complete
    assert complete.effective_id == request.effective_id
    given = {"new_client_order_id": new_id, "recv_window": window}
    missing: dict[str, Any] = {
        name: value for name, value in given.items() if getattr(request, name) is None
    }
    assert complete == evolve(request, **missing)


def test_an_id_that_completes_a_request_is_validated() -> None:
    request = CancelOrderList(symbol="LTCBTC", order_list_id=0)
    with pytest.raises(InvalidRequest, match=r"^new_client_order_id="):
        request.completed(recv_window=Decimal(5000), new_id=lambda: "no id")
    assert request.new_client_order_id is None


def test_a_request_without_validators_is_completed() -> None:
    @frozen(slots=False)
    class Unruly(Request[int]):
        operation: ClassVar[Operation[Any]] = evolve(GetServerTime.operation, fresh_ids=("own_id",))
        recv_window: Decimal | None = None
        own_id: str | None = None

    window = Decimal(1)
    complete = Unruly().completed(recv_window=window, new_id=lambda: "any")
    assert complete == Unruly(window, "any")


def test_a_request_with_slots_is_refused_when_its_class_is_made() -> None:
    with pytest.raises(TypeError, match=r"Slotted must have no slots: @frozen\(slots=False\)"):

        @frozen
        class Slotted(Request[int]):
            recv_window: int | None = None


@given(window=recv_windows)
def test_a_recv_window_is_validated_by_value(window: int | str | Decimal) -> None:
    request = CancelOrderList(symbol="LTCBTC", order_list_id=0, recv_window=window)
    assert request.recv_window == Decimal(window)


@pytest.mark.parametrize("window", ["5000.0000", Decimal("5E+3"), Decimal("5000.00000")])
def test_trailing_zeros_and_exponents_do_not_count_as_recv_window_decimals(
    window: str | Decimal,
) -> None:
    with localcontext(prec=2):
        request = CancelOrderList(symbol="LTCBTC", order_list_id=0, recv_window=window)
    assert request.recv_window == 5000


@given(window=st.integers(1, 60_000_000).map(lambda n: Decimal(n) / 1000))
def test_the_decimal_context_of_the_caller_does_not_round_a_recv_window(window: Decimal) -> None:
    with localcontext(prec=1):
        request = CancelOrderList(symbol="LTCBTC", order_list_id=0, recv_window=window)
    assert request.recv_window == window


class _Name(StrEnum):
    LTC = "LTCBTC"


class _OldName(str, Enum):  # noqa: UP042 - as older code has it
    LTC = "LTCBTC"


class _Id(IntEnum):
    FIRST = 0


@pytest.mark.parametrize("symbol", [_Name.LTC, _OldName.LTC])
def test_an_enum_member_is_converted_to_its_value(symbol: str) -> None:
    request = CancelOrderList(symbol=symbol, order_list_id=_Id.FIRST)
    assert [str(value) for _, value in request.parameters()] == ["LTCBTC", "0"]
    assert type(request.symbol) is str
    assert type(request.order_list_id) is int


LONG = "9" * 51


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("symbol", v) for v in ["", "ltcbtc", "LTCBTC\n", "LTC BTC", "LTC/BTC", LONG, None, 5]],
        *[("symbol", v) for v in ["１" * 51, "L\ud800", "１\n", "é" * 3 + "z", b"LTCBTC"]],
        *[("order_list_id", v) for v in [-1, 2**63, True, False, "0", 0.0, Decimal(0), b"0"]],
        *[("list_client_order_id", v) for v in ["", "a" * 37, "a.b", "a\n", "ä", "a b", 7]],
        *[("new_client_order_id", v) for v in ["", "a" * 37, "a.b", "a\n", "１", 7]],
        *[("recv_window", v) for v in [0, -1, 60_001, "60000.001", "0.0005", 1.5, True, "", "x"]],
        *[("recv_window", v) for v in ["NaN", "Infinity", "-5", "+5", " 5", "5_0", "１", "1e3"]],
        *[("recv_window", Decimal(v)) for v in ["NaN", "sNaN", "Infinity", "0", "1e-999999"]],
        *[("recv_window", v) for v in [float("nan"), float("inf"), b"5", "5\n", 10**400]],
        *[("both_must_match", v) for v in [None, 1, "yes"]],
    ],
)
def test_invalid_request_names_field_value_and_rule(field: str, value: object) -> None:
    given: dict[str, Any] = {"symbol": "LTCBTC", "order_list_id": 0, field: value}
    with pytest.raises(InvalidRequest) as caught:
        CancelOrderList(**given)
    assert caught.value.field == field
    assert caught.value.rule in str(caught.value)
    assert str(caught.value).startswith(f"{field}=")
    assert len(str(caught.value)) < 300
    assert isinstance(caught.value, ValueError)
    assert pickle.loads(pickle.dumps(caught.value)).field == field


def test_a_request_without_an_id_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="one of order_list_id and list_client_order_id"):
        CancelOrderList(symbol="LTCBTC")


@pytest.mark.parametrize("given", [{"order_list_id": 0}, {"list_client_order_id": "a"}])
def test_both_must_match_requires_both_ids(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest, match="both order_list_id and list_client_order_id"):
        CancelOrderList(symbol="LTCBTC", both_must_match=True, **given)


def test_an_unknown_keyword_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="orderListId"):
        CancelOrderList(symbol="LTCBTC", orderListId=0)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue] - the point


@given(symbol=symbols)
def test_a_symbol_need_not_be_ascii(symbol: str) -> None:
    assert CancelOrderList(symbol=symbol, order_list_id=0).symbol == symbol


def test_the_repr_of_an_id_shows_its_kind() -> None:
    assert repr(ListClientOrderId("C3wyj4")) == "ListClientOrderId('C3wyj4')"


def test_a_request_of_another_library_cannot_take_the_name_of_one_of_this() -> None:
    with pytest.raises(TypeError, match="CancelOrder is a request of this library"):

        class CancelOrder(Request[int]):  # pyright: ignore[reportUnusedClass]
            """A namesake."""
