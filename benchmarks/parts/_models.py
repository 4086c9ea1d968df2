"""The same result as others would write it: pydantic's models, and attrs classes for cattrs.

Both know the same fields as ours, and take the same words for enumerations.
"""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from orderlists.enums import (
    ContingencyType,
    ListOrderStatus,
    ListStatusType,
    OrderStatus,
    OrderType,
    SelfTradePreventionMode,
    Side,
    TimeInForce,
)


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class _PydanticOrder(_Model):
    symbol: str
    order_id: int
    client_order_id: str


class _PydanticReport(_Model):
    symbol: str
    order_id: int
    order_list_id: int
    client_order_id: str
    orig_client_order_id: str
    transact_time: int
    price: Decimal
    orig_qty: Decimal
    executed_qty: Decimal
    cummulative_quote_qty: Decimal
    status: OrderStatus
    time_in_force: TimeInForce
    type: OrderType
    side: Side
    self_trade_prevention_mode: SelfTradePreventionMode
    stop_price: Decimal | None = None
    iceberg_qty: Decimal | None = None
    orig_quote_order_qty: Decimal | None = None
    trailing_delta: int | None = None
    trailing_time: int | None = None
    strategy_id: int | None = None
    strategy_type: int | None = None
    prevented_match_id: int | None = None
    prevented_quantity: Decimal | None = None
    used_sor: bool | None = None
    working_floor: str | None = None
    peg_price_type: str | None = None
    peg_offset_type: str | None = None
    peg_offset_value: int | None = None
    pegged_price: Decimal | None = None
    expiry_reason: str | None = None


class PydanticReply(_Model):
    """The reply as a pydantic model."""

    order_list_id: int
    contingency_type: ContingencyType
    list_status_type: ListStatusType
    list_order_status: ListOrderStatus
    list_client_order_id: str
    transaction_time: int
    symbol: str
    orders: tuple[_PydanticOrder, ...]
    order_reports: tuple[_PydanticReport, ...]


# Names as the exchange writes them, which saves cattrs the renaming.


@frozen
class _CattrsOrder:
    symbol: str
    orderId: int  # noqa: N815
    clientOrderId: str  # noqa: N815


@frozen(kw_only=True)
class _CattrsReport:
    symbol: str
    orderId: int  # noqa: N815
    orderListId: int  # noqa: N815
    clientOrderId: str  # noqa: N815
    origClientOrderId: str  # noqa: N815
    transactTime: int  # noqa: N815
    price: Decimal
    origQty: Decimal  # noqa: N815
    executedQty: Decimal  # noqa: N815
    cummulativeQuoteQty: Decimal  # noqa: N815
    status: OrderStatus
    timeInForce: TimeInForce  # noqa: N815
    type: OrderType
    side: Side
    selfTradePreventionMode: SelfTradePreventionMode  # noqa: N815
    stopPrice: Decimal | None = None  # noqa: N815
    icebergQty: Decimal | None = None  # noqa: N815
    origQuoteOrderQty: Decimal | None = None  # noqa: N815
    trailingDelta: int | None = None  # noqa: N815
    trailingTime: int | None = None  # noqa: N815
    strategyId: int | None = None  # noqa: N815
    strategyType: int | None = None  # noqa: N815
    preventedMatchId: int | None = None  # noqa: N815
    preventedQuantity: Decimal | None = None  # noqa: N815
    usedSor: bool | None = None  # noqa: N815
    workingFloor: str | None = None  # noqa: N815
    pegPriceType: str | None = None  # noqa: N815
    pegOffsetType: str | None = None  # noqa: N815
    pegOffsetValue: int | None = None  # noqa: N815
    peggedPrice: Decimal | None = None  # noqa: N815
    expiryReason: str | None = None  # noqa: N815


@frozen
class CattrsReply:
    """The reply as an attrs class."""

    orderListId: int  # noqa: N815
    contingencyType: ContingencyType  # noqa: N815
    listStatusType: ListStatusType  # noqa: N815
    listOrderStatus: ListOrderStatus  # noqa: N815
    listClientOrderId: str  # noqa: N815
    transactionTime: int  # noqa: N815
    symbol: str
    orders: tuple[_CattrsOrder, ...]
    orderReports: tuple[_CattrsReport, ...]  # noqa: N815
