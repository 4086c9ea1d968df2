"""Say what you want done with a Binance Spot order list, and always get an honest answer.

The parts, from the outside in: a *request* (`CancelOrderList`), a *key* that signs it
(`HmacKey`), a *protocol* that writes it down and reads the reply (`Rest`), a *result*
(`OrderList`), and the errors.  All of it is pure.  Who moves the bytes is in
`orderlists_transports`.
"""

from orderlists._call import Call, Command, Done, Send, begin, resume
from orderlists._cancel_order_list import CancelOrderList, ListClientOrderId, OrderListId
from orderlists._errors import (
    HIDDEN,
    BadTimestamp,
    Banned,
    Blocked,
    InvalidInput,
    InvalidRequest,
    InvalidSetting,
    MissingExtra,
    OrderListsError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    ServerError,
    TransportError,
    Unauthorized,
    UndecodableReply,
    UnknownOrderList,
)
from orderlists._http import HttpProtocol, HttpRequest, HttpResponse
from orderlists._json import JsonParser, exact_json
from orderlists._keys import HmacKey, Key
from orderlists._order_list import ListedOrder, OrderList, OrderReport
from orderlists._private_keys import Ed25519Key, RsaKey
from orderlists._request import Operation, Parameter, Request, Security
from orderlists._rest import Rest
from orderlists._time import Instant, TimeUnit
from orderlists._version import __version__
from orderlists._words import (
    ContingencyType,
    ExpiryReason,
    ListOrderStatus,
    ListStatusType,
    OpenEnum,
    OrderStatus,
    OrderType,
    PegOffsetType,
    PegPriceType,
    SelfTradePreventionMode,
    Side,
    TimeInForce,
    WorkingFloor,
)

__all__ = [
    "HIDDEN",
    "BadTimestamp",
    "Banned",
    "Blocked",
    "Call",
    "CancelOrderList",
    "Command",
    "ContingencyType",
    "Done",
    "Ed25519Key",
    "ExpiryReason",
    "HmacKey",
    "HttpProtocol",
    "HttpRequest",
    "HttpResponse",
    "Instant",
    "InvalidInput",
    "InvalidRequest",
    "InvalidSetting",
    "JsonParser",
    "Key",
    "ListClientOrderId",
    "ListOrderStatus",
    "ListStatusType",
    "ListedOrder",
    "MissingExtra",
    "OpenEnum",
    "Operation",
    "OrderList",
    "OrderListId",
    "OrderListsError",
    "OrderReport",
    "OrderStatus",
    "OrderType",
    "OutcomeUnknown",
    "Parameter",
    "PegOffsetType",
    "PegPriceType",
    "RateLimited",
    "Rejected",
    "Request",
    "Rest",
    "RsaKey",
    "Security",
    "SelfTradePreventionMode",
    "Send",
    "ServerError",
    "Side",
    "TimeInForce",
    "TimeUnit",
    "TransportError",
    "Unauthorized",
    "UndecodableReply",
    "UnknownOrderList",
    "WorkingFloor",
    "__version__",
    "begin",
    "exact_json",
    "resume",
]
