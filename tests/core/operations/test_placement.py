"""Placements of order lists: the rules, the parameters, the client ids and the replies."""

import pickle
from decimal import Decimal
from enum import IntEnum
from functools import partial
from itertools import count
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from orderlists import (
    CancelOrder,
    Evidence,
    InDoubt,
    Instant,
    InvalidRequest,
    ListedOrder,
    OrderList,
    PlacedOrderList,
    PlaceOco,
    PlaceOto,
    RejectedOrderList,
    Rest,
    TimeUnit,
    WebSocketApi,
)
from orderlists._formats.json import Json
from orderlists.enums import (
    ContingencyType,
    ListOrderStatus,
    ListStatusType,
    NewOrderRespType,
    OrderStatus,
    PegOffsetType,
    PegPriceType,
    SelfTradePreventionMode,
)
from orderlists.legs import (
    Limit,
    LimitMaker,
    StopLossLimit,
)
from placements import GTC, KINDS, oco, opo, opoco, otoco
from replies import http_reply

WINDOW = Decimal(5000)
MAKERS = list(KINDS.values())


# Parameters.


def test_the_parameters_of_an_oco() -> None:
    below = StopLossLimit(
        price="0.99",
        stop_price="1.00",
        trailing_delta=10,
        time_in_force=GTC,
        iceberg_qty="1",
        strategy_id=0,
        strategy_type=1_000_000,
        client_order_id="below",
    )
    request = oco(
        below=below,
        list_client_order_id="list",
        new_order_resp_type=NewOrderRespType.RESULT,
        self_trade_prevention_mode=SelfTradePreventionMode.NONE,
        recv_window=WINDOW,
    )
    assert dict(request.parameters()) == {
        "symbol": "LTCBTC",
        "listClientOrderId": "list",
        "side": "SELL",
        "quantity": Decimal(5),
        "aboveType": "LIMIT_MAKER",
        "abovePrice": Decimal(3),
        "belowType": "STOP_LOSS_LIMIT",
        "belowClientOrderId": "below",
        "belowPrice": Decimal("0.99"),
        "belowStopPrice": Decimal("1.00"),
        "belowTrailingDelta": 10,
        "belowTimeInForce": "GTC",
        "belowIcebergQty": Decimal(1),
        "belowStrategyId": 0,
        "belowStrategyType": 1_000_000,
        "newOrderRespType": "RESULT",
        "selfTradePreventionMode": "NONE",
        "recvWindow": WINDOW,
    }


def test_the_parameters_of_an_otoco() -> None:
    names = [name for name, _ in otoco().parameters()]
    assert names == [
        "symbol",
        "workingSide",
        "workingQuantity",
        "pendingSide",
        "pendingQuantity",
        "workingType",
        "workingPrice",
        "workingTimeInForce",
        "pendingAboveType",
        "pendingAbovePrice",
        "pendingBelowType",
        "pendingBelowStopPrice",
        "newOrderRespType",
    ]


@pytest.mark.parametrize("make", [opo, opoco])
def test_an_opo_sends_fixed_sides_and_no_pending_quantity(make: Any) -> None:
    sent = dict(make().parameters())
    assert (sent["workingSide"], sent["pendingSide"]) == ("BUY", "SELL")
    assert "pendingQuantity" not in sent


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (oco, "side"),
        (oco, "new_order_resp_type"),
        (oco, "self_trade_prevention_mode"),
        (partial(Limit, price=3), "time_in_force"),
        (partial(LimitMaker, price=3), "peg_price_type"),
        (partial(LimitMaker, peg_price_type=PegPriceType.PRIMARY_PEG), "peg_offset_type"),
        (partial(CancelOrder, symbol="LTCBTC", order_id=1), "cancel_restrictions"),
    ],
)
def test_the_empty_text_is_no_member_of_an_enumeration_and_an_unknown_text_is(
    make: Any, field: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        make(**{field: ""})

    assert (caught.value.field, caught.value.value) == (field, "")
    if field not in {"side", "peg_offset_type"}:
        assert getattr(make(**{field: "BRAND_NEW"}), field) == "BRAND_NEW"


def test_a_pegged_leg_sends_its_offset() -> None:
    leg = LimitMaker(
        peg_price_type=PegPriceType.PRIMARY_PEG,
        peg_offset_type=PegOffsetType.PRICE_LEVEL,
        peg_offset_value=1,
    )
    assert leg.parameters("above") == [
        ("aboveType", "LIMIT_MAKER"),
        ("abovePegPriceType", "PRIMARY_PEG"),
        ("abovePegOffsetType", "PRICE_LEVEL"),
        ("abovePegOffsetValue", 1),
    ]


@given(st.decimals(0, 10**19, allow_nan=False, places=20) | st.integers(0, 10**20 - 1))
def test_an_amount_is_sent_exactly(amount: Decimal | int) -> None:
    ((_, sent),) = [each for each in oco(quantity=amount).parameters() if each[0] == "quantity"]
    assert sent == amount
    text = (
        Rest()
        .encode(oco(quantity=amount, recv_window=WINDOW), key=_Key(), timestamp=0)
        .target.partition("&quantity=")[2]
    )
    assert Decimal(text.partition("&")[0]) == amount


def test_a_missing_amount_is_told_from_a_wrong_one() -> None:
    with pytest.raises(InvalidRequest, match=r"^quantity=None: must be given \(-1102\)$"):
        oco(quantity=None)
    with pytest.raises(InvalidRequest, match=r"^quantity=0\.5: .*never a float.*\(-1100\)$"):
        oco(quantity=0.5)


class _Key:
    api_key = "k" * 64

    def sign(self, payload: bytes, /) -> str:
        return payload[:1].hex()


# Client ids.


@pytest.mark.parametrize("make", MAKERS)
def test_every_id_is_generated_once_and_known_as_generated(make: Any) -> None:
    ids = (f"id-{number}" for number in count())
    complete = make().completed(recv_window=WINDOW, new_id=lambda: next(ids))
    every = {complete.list_client_order_id, *complete.client_order_ids}
    assert complete.generated_ids == every
    assert len(every) == len(complete.slots) + 1
    assert complete.completed(recv_window=WINDOW, new_id=lambda: "another") is complete


def test_an_id_of_the_caller_is_kept_and_not_known_as_generated() -> None:
    own = oco(list_client_order_id="list", above=LimitMaker(price=3, client_order_id="above"))
    complete = own.completed(recv_window=WINDOW, new_id=lambda: "fresh")
    assert (complete.list_client_order_id, complete.client_order_ids) == (
        "list",
        ("above", "fresh"),
    )
    assert complete.generated_ids == {"fresh"}


def test_a_generated_id_is_validated() -> None:
    with pytest.raises(InvalidRequest, match=r"^list_client_order_id='no id'"):
        oco().completed(recv_window=WINDOW, new_id=lambda: "no id")


@pytest.mark.parametrize("make", MAKERS)
def test_a_placement_survives_json_and_pickle(make: Any) -> None:
    ids = (f"id-{number}" for number in count())
    doubt = InDoubt(make().completed(recv_window=WINDOW, new_id=lambda: next(ids)))
    assert InDoubt.from_json(doubt.to_json()) == doubt
    assert pickle.loads(pickle.dumps(doubt.request)) == doubt.request


# Python itself writes these as 1.2E-7, 0E-8 and 1E+2.
@pytest.mark.parametrize("amount", ["0.00000012", "0.00000000", Decimal("1E+2")])
def test_an_amount_of_any_size_survives_json(amount: Any) -> None:
    doubt = InDoubt(oco(quantity=amount))
    assert InDoubt.from_json(doubt.to_json()) == doubt


# Replies.


def reply(request: Any, **facts: Any) -> OrderList:
    listed: dict[str, Any] = {
        "order_list_id": 7,
        "contingency_type": ContingencyType.OCO,
        "list_status_type": ListStatusType.EXEC_STARTED,
        "list_order_status": ListOrderStatus.EXECUTING,
        "list_client_order_id": request.list_client_order_id,
        "transaction_time": Instant(0, TimeUnit.MILLISECOND),
        "symbol": request.symbol,
        "orders": tuple(
            ListedOrder(symbol="LTCBTC", order_id=number, client_order_id=name)
            for number, name in enumerate(request.client_order_ids)
        ),
    }
    return OrderList(**listed | facts)


def placed_oco() -> PlaceOco:
    ids = iter(["list", "above", "below"])
    return oco().completed(recv_window=WINDOW, new_id=lambda: next(ids))


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({}, None),
        ({"list_client_order_id": None}, None),
        ({"symbol": "BNBBTC"}, "it is about another symbol"),
        ({"list_client_order_id": "x"}, "it is about an order list with another client id"),
        ({"orders": ()}, "it is about other orders"),
    ],
)
def test_a_reply_about_another_list_is_no_result(facts: dict[str, Any], why: str | None) -> None:
    request = placed_oco()
    result = request.placed(reply(request, **facts), Evidence.REPLY)
    assert request.mismatch(result) == why


def test_a_reply_that_says_reject_is_a_refusal_with_its_list() -> None:
    request = placed_oco()
    rejected = reply(request, list_order_status=ListOrderStatus.REJECT)
    with pytest.raises(RejectedOrderList) as caught:
        request.mismatch(request.placed(rejected, Evidence.REPLY))
    assert caught.value.order_list.order_list_id == 7


def test_a_reply_with_an_unknown_status_of_the_list_is_a_placed_list() -> None:
    request = placed_oco()
    paused = reply(request, list_order_status=ListOrderStatus("PAUSED"))
    assert request.mismatch(request.placed(paused, Evidence.REPLY)) is None


def test_the_result_of_a_query_has_its_evidence_and_everything_else() -> None:
    request = placed_oco()
    found = reply(request, list_order_status=ListOrderStatus.ALL_DONE)
    placed = request.placed(found, Evidence.QUERY)
    assert placed.evidence is Evidence.QUERY
    assert placed == PlacedOrderList(**vars(found), evidence=Evidence.QUERY)
    assert placed.is_over
    assert not request.placed(reply(request), Evidence.EVENT).is_over


def test_a_full_reply_has_fills() -> None:
    body = b"""{"orderListId":0,"contingencyType":"OTO","listStatusType":"EXEC_STARTED",
    "listOrderStatus":"EXECUTING","listClientOrderId":"list","transactionTime":1712289389158,
    "symbol":"ABCDEF","orders":[{"symbol":"ABCDEF","orderId":4,"clientOrderId":"working"}],
    "orderReports":[{"symbol":"ABCDEF","orderId":4,"orderListId":0,"clientOrderId":"working",
    "transactTime":1712289389158,"price":"1.00000000","origQty":"1.00000000",
    "executedQty":"1.00000000","status":"FILLED","timeInForce":"GTC","type":"LIMIT","side":"BUY",
    "fills":[{"price":"1.00000000","qty":"1.00000000","commission":"0.00100000",
    "commissionAsset":"ABC","tradeId":57}]}]}"""
    placed = Json().decode(http_reply(body), PlaceOto.operation.result, TimeUnit.MILLISECOND)
    (report,) = placed.order_reports
    assert report.status is OrderStatus.FILLED
    ((fill,),) = (report.fills,)
    assert (fill.price, fill.commission_asset, fill.trade_id) == (Decimal(1), "ABC", 57)


def test_a_leg_of_a_class_with_slots_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^Slotted must have no slots"):

        @frozen(kw_only=True)
        class Slotted(LimitMaker):  # pyright: ignore[reportUnusedClass] - its definition is refused
            note: str = ""


class Size(IntEnum):
    """A whole number with a name."""

    SMALL = 5

    def __str__(self) -> str:
        return "small"


def test_a_member_of_an_int_enum_is_sent_as_a_number() -> None:
    request = oco(above=LimitMaker(price=3, strategy_id=Size.SMALL), recv_window=WINDOW)
    target = Rest().encode(request, key=_Key(), timestamp=0).target
    frame = WebSocketApi().encode(request, request_id=1, key=_Key(), timestamp=0)
    assert "&aboveStrategyId=5&" in target
    assert '"aboveStrategyId":5,' in frame


def test_the_repr_of_a_placement_shows_each_id_once() -> None:
    assert repr(placed_oco()).count("above'") == 1
