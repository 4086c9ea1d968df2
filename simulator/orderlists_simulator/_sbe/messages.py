"""The messages of the SBE schema 3:5 that the simulator writes.

Source: ``spot_3_5.xml``; its fields are in this order, without padding.
"""

from __future__ import annotations

from typing import Final

from orderlists_simulator._sbe.layout import ITSELF, Block, Data, Field, Group, Message
from orderlists_simulator._sbe.order_fields import (
    CANCELED,
    CLIENT_ID,
    EXPONENTS,
    IDS,
    ORDER,
    ORIG_CLIENT_ID,
    PLACED,
    REPORT_IDS,
    SYMBOL,
    peg_fields,
)

_SUBSCRIPTION = Field("subscriptionId", "uint16", since=1)
_LIST = (
    Field("orderListId", "id"),
    Field("contingencyType", "contingencyType"),
    Field("listStatusType", "listStatusType"),
    Field("listOrderStatus", "listOrderStatus"),
    Field("transactionTime", "time"),
)
_LIST_NAMES = (Data("listClientOrderId"), SYMBOL)
_ORDER_NAMES = (SYMBOL, CLIENT_ID)
_ORDERS = Block(IDS[:1], data=_ORDER_NAMES)
_FILLS = Block(
    (
        Field("", "commissionExponent"),
        Field("matchType", "matchType", "AUTO_MATCH"),
        Field("price", "price"),
        Field("qty", "qty"),
        Field("commission", "commission"),
        Field("tradeId", "id"),
        Field("allocId", "id"),
    ),
    data=(Data("commissionAsset"),),
)
_PREVENTED_MATCHES = Block(
    (
        Field("preventedMatchId", "int64"),
        Field("makerOrderId", "id"),
        Field("price", "price"),
        Field("takerPreventedQuantity", "qty"),
        Field("makerPreventedQuantity", "qty"),
    ),
    data=(Data("makerSymbol"),),
)
_FULL_REPORT = Block(
    PLACED,
    (Group("fills", _FILLS, "I"), Group("preventedMatches", _PREVENTED_MATCHES, "I")),
    _ORDER_NAMES,
)


def _list_with(reports: Block, *exponents: Field) -> Block:
    groups = (Group("orders", _ORDERS), Group("orderReports", reports))
    return Block((*_LIST, *exponents), groups, _LIST_NAMES)


_LIMIT = Block(
    (
        Field("rateLimitType", "rateLimitType"),
        Field("interval", "rateLimitInterval"),
        Field("intervalNum", "uint8"),
        Field("limit", "int64"),
        Field("count", "int64"),
    )
)
_SESSION = Block(
    (
        Field("authorizedSince", "time"),
        Field("connectedSince", "time"),
        Field("returnRateLimits", "boolEnum"),
        Field("serverTime", "time"),
        Field("userDataStream", "boolEnum"),
    ),
    data=(Data("apiKey", "H"),),
)
_EVENT_TIME, _TRANSACT_TIME = Field("E", "time"), Field("T", "time")
_EVENT_ORDERS = Block((Field("i", "id"),), data=(Data("s"), Data("c")))
_LIST_STATUS = Block(
    (
        _EVENT_TIME,
        _TRANSACT_TIME,
        Field("g", "id"),
        Field("c", "contingencyType"),
        Field("l", "listStatusType"),
        Field("L", "listOrderStatus"),
        _SUBSCRIPTION,
    ),
    (Group("O", _EVENT_ORDERS),),
    (Data("s"), Data("C"), Data("r", null="NONE")),
)
_EXECUTION_REPORT = Block(
    (
        _EVENT_TIME,
        _TRANSACT_TIME,
        *EXPONENTS,
        Field("", "commissionExponent"),
        *(Field("O", "time"), Field("W", "time")),
        *(Field("i", "id"), Field("g", "id")),
        *(Field("q", "qty"), Field("p", "price"), Field("Q", "price")),
        *(Field("F", "qty"), Field("P", "price")),
        *(Field("o", "orderType"), Field("S", "orderSide"), Field("f", "timeInForce")),
        *(Field("x", "executionType"), Field("X", "orderStatus")),
        *(Field("t", "id"), Field("I", "id")),
        *(Field("z", "qty"), Field("Z", "price")),
        *(Field("l", "qty"), Field("L", "price"), Field("Y", "price"), Field("n", "commission")),
        *(Field("w", "boolEnum"), Field("m", "boolEnum"), Field("M", "boolEnum")),
        Field("b", "matchType", "AUTO_MATCH"),
        Field("V", "selfTradePreventionMode"),
        Field("y", "orderCapacity", "PRINCIPAL"),
        Field("k", "floor", "EXCHANGE"),
        Field("uS", "boolEnum", default=False),
        Field("a", "id"),
        *(Field("d", "uint64"), Field("D", "time")),
        *(Field("u", "id"), Field("A", "qty", "0"), Field("B", "qty"), Field("v", "int64")),
        *(Field("pl", "qty"), Field("pL", "price"), Field("pY", "price")),
        *(Field("J", "int32"), Field("j", "int64"), Field("U", "id")),
        _SUBSCRIPTION,
        *peg_fields("gP", "gOT", "gOV", "gp"),
        Field("eR", "expiryReason", since=3),
    ),
    data=(Data("s"), Data("c"), Data("C"), Data("N"), Data("r", null="NONE"), Data("Cs")),
)

MESSAGES: Final = {
    "WebSocketResponse": Message(
        50,
        Block(
            (Field("sbeSchemaIdVersionDeprecated", "boolEnum"), Field("status", "uint16")),
            (Group("rateLimits", _LIMIT),),
            (Data("id"), Data("result", "I")),
        ),
    ),
    "WebSocketSessionLogonResponse": Message(51, _SESSION),
    "WebSocketSessionStatusResponse": Message(52, _SESSION),
    "WebSocketSessionLogoutResponse": Message(53, _SESSION),
    "WebSocketSessionSubscriptionsResponse": Message(
        54,
        Block(
            groups=(
                Group(
                    ITSELF,
                    Block((Field("subscriptionId", "uint16"), Field("expirationTime", "time"))),
                    "I",
                ),
            )
        ),
        since=1,
    ),
    "ErrorResponse": Message(
        100,
        Block(
            (Field("code", "int16"), Field("serverTime", "time"), Field("retryAfter", "time")),
            data=(Data("msg", "H"), Data("data", "I")),
        ),
    ),
    "PingResponse": Message(101),
    "ServerTimeResponse": Message(102, Block((Field("serverTime", "time"),))),
    "OrderResponse": Message(304, Block(ORDER, data=_ORDER_NAMES)),
    "CancelOrderResponse": Message(
        305, Block((*EXPONENTS, *CANCELED), data=(SYMBOL, ORIG_CLIENT_ID, CLIENT_ID))
    ),
    "CancelOpenOrdersResponse": Message(
        306, Block(groups=(Group(ITSELF, Block(data=(Data("response", "H"),)), "I"),))
    ),
    "NewOrderListAckResponse": Message(309, _list_with(Block(REPORT_IDS, data=_ORDER_NAMES))),
    "NewOrderListResultResponse": Message(
        310, _list_with(Block(PLACED, data=_ORDER_NAMES), *EXPONENTS)
    ),
    "NewOrderListFullResponse": Message(311, _list_with(_FULL_REPORT, *EXPONENTS)),
    "CancelOrderListResponse": Message(
        312,
        _list_with(Block(CANCELED, data=(SYMBOL, ORIG_CLIENT_ID, CLIENT_ID)), *EXPONENTS),
    ),
    "OrderListResponse": Message(313, Block(_LIST, (Group("orders", _ORDERS),), _LIST_NAMES)),
    "OrderListsResponse": Message(
        314,
        Block(
            groups=(
                Group(ITSELF, Block(_LIST, (Group("orders", _ORDERS, "I"),), _LIST_NAMES), "I"),
            )
        ),
    ),
    "AccountOrderRateLimitResponse": Message(402, Block(groups=(Group(ITSELF, _LIMIT, "I"),))),
    "UserDataStreamSubscribeResponse": Message(503, Block((_SUBSCRIPTION,))),
    "UserDataStreamUnsubscribeResponse": Message(504),
    "EventStreamTerminatedEvent": Message(602, Block((_EVENT_TIME, _SUBSCRIPTION))),
    "ExecutionReportEvent": Message(603, _EXECUTION_REPORT),
    "ListStatusEvent": Message(606, _LIST_STATUS),
    "ServerShutdownEvent": Message(610, Block((_EVENT_TIME,)), since=3),
    "NonRepresentableMessage": Message(999, since=1),
}
