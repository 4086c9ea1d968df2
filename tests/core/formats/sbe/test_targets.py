"""Results of other classes than the library's own: an attribute has what its type can hold."""

from decimal import Decimal
from typing import Any

import pytest
from attrs import frozen

from orderlists import Instant, Sbe
from orderlists.enums import OrderStatus, Side
from orderlists.extending import One, Result, Unreadable
from orderlists.markets import Filter
from sbe_messages import US, encoded, message, sample, sbe_reply

SAMPLE = sample("OrderResponse")
LISTS = message("OrderListResponse")


@frozen(kw_only=True, slots=False)
class Words(Result):
    """Enumerations as text, and a status that is its own."""

    side: str
    status: OrderStatus | None = None
    symbol: str | None = None
    client_order_id: Side = Side.BUY


@frozen(kw_only=True, slots=False)
class Wrong(Result):
    """Numbers where text is wanted, and the other way about."""

    symbol: str
    order_id: str = "none"
    time: Decimal | None = None
    side: int = 0
    is_working: str = ""
    update_time: bool | None = None


@frozen(kw_only=True, slots=False)
class Required(Result):
    order_id: str


@frozen(kw_only=True, slots=False)
class OneId(Result):
    order_id: int


@frozen(kw_only=True, slots=False)
class Lists(Result):
    """A group that may be null, as JSON may have it."""

    orders: tuple[OneId, ...] | None = None


@frozen(kw_only=True, slots=False)
class AmountAsText(Result):
    price: str
    orig_qty: str | None = None


@frozen(kw_only=True, slots=False)
class TextAsNumber(Result):
    symbol: int = 0


@frozen(kw_only=True, slots=False)
class NumberAsTuple(Result):
    order_id: tuple[int, ...] = ()


@frozen(kw_only=True, slots=False)
class GroupAsNumber(Result):
    orders: int = 0


@frozen(kw_only=True, slots=False)
class AmountAsTime(Result):
    price: Instant | None = None


def read(kind: Any, body: bytes) -> Any:
    return Sbe().decode(sbe_reply(body), One(kind), US)


def test_an_enumeration_may_be_text() -> None:
    found = read(Words, message("OrderResponse"))
    assert (found.side, found.status) == ("SELL", OrderStatus.PARTIALLY_FILLED)
    assert type(found.side) is str
    assert found.client_order_id == SAMPLE["clientOrderId"]
    assert found.unknown_fields["orderId"] == SAMPLE["orderId"]


def test_a_number_is_malformed_where_its_attribute_is_of_another_type() -> None:
    found = read(Wrong, message("OrderResponse"))
    assert (found.order_id, found.time, found.side, found.is_working) == ("none", None, 0, "")
    assert found.malformed_fields == {
        name: SAMPLE[name] for name in ("orderId", "time", "side", "isWorking", "updateTime")
    }


def test_a_required_number_of_another_type_is_unreadable() -> None:
    with pytest.raises(Unreadable, match=r"^orderId: must be text$"):
        read(Required, message("OrderResponse"))


def test_an_amount_may_be_text() -> None:
    body = encoded("OrderResponse", {**SAMPLE, "price": 5, "priceExponent": 2})
    found = read(AmountAsText, body)
    assert (found.price, found.orig_qty) == ("500", f"{Decimal(SAMPLE['origQty']).scaleb(-8):f}")


def test_a_group_may_be_nullable() -> None:
    found = read(Lists, LISTS)
    orders = sample("OrderListResponse")["orders"]
    assert [each.order_id for each in found.orders] == [each["orderId"] for each in orders]
    assert found.orders[0].unknown_fields["symbol"] == orders[0]["symbol"]


def test_a_result_without_attributes_has_every_part_as_json_has_it() -> None:
    found = read(Lists, message("CancelOrderListResponse"))
    reports = found.unknown_fields["orderReports"]
    assert [each["status"] for each in reports] == ["PARTIALLY_FILLED"] * 2
    assert found.unknown_fields["contingencyType"] == "OCO"


@pytest.mark.parametrize(
    ("kind", "body", "bug"),
    [
        (TextAsNumber, LISTS, "TextAsNumber.symbol: symbol is text"),
        (GroupAsNumber, LISTS, "GroupAsNumber.orders: orders is a list"),
        (NumberAsTuple, message("OrderResponse"), "orderId: tuple"),
        (AmountAsTime, message("OrderResponse"), "AmountAsTime.price: price is text"),
    ],
)
def test_a_class_that_cannot_hold_a_part_at_all_is_a_bug(kind: Any, body: bytes, bug: str) -> None:
    with pytest.raises(TypeError, match=bug):
        read(kind, body)


def test_a_message_without_the_required_fields_of_a_class_is_unreadable() -> None:
    with pytest.raises(Unreadable, match=r"^ServerTimeResponse instead of Filter$"):
        read(Filter, message("ServerTimeResponse"))
