"""Do something with a Binance Spot order list, and know what happened: done, refused, or unknown.

A *request* (`CancelOrderList`) says what to do, a *key* (`HmacKey`) signs it, a *protocol* (`Rest`)
writes it and reads the reply, a *result* (`CanceledOrderList`) or an *error* says what happened.
All of it is pure; the clients that move bytes are in `orderlists_transports`.

The exchange's vocabularies are in `orderlists.enums`, the whole tree of errors in
`orderlists.errors`, and what an implementer of an operation, a format, a protocol or a transport
needs in `orderlists.extending`.
"""

from orderlists._attempt import Attempt
from orderlists._formats.json import Json
from orderlists._in_doubt import InDoubt
from orderlists._keys.key import HmacKey, Key
from orderlists._keys.private_keys import Ed25519Key, RsaKey
from orderlists._models.events import Event, ExecutionReport, Gap, GapReason, ListStatus, OtherEvent
from orderlists._models.order_lists import (
    CanceledOrderList,
    Evidence,
    ListedOrder,
    OrderList,
    OrderReport,
)
from orderlists._operations.cancel_order import CanceledOrder, CancelOrder
from orderlists._operations.cancel_order_list import CancelOrderList
from orderlists._operations.get_open_order_lists import GetOpenOrderLists
from orderlists._operations.get_order import GetOrder
from orderlists._operations.get_order_list import GetOrderList
from orderlists._operations.get_server_time import GetServerTime, ServerTime
from orderlists._operations.recovery.evidence import Ending
from orderlists._policy import Policy
from orderlists._protocols.rest import Rest
from orderlists._protocols.websocket_api import WebSocketApi
from orderlists._rate_limits import RateLimit, RateLimits
from orderlists._time import Instant, TimeUnit
from orderlists._version import __version__
from orderlists.errors import (
    AlreadyDone,
    BadTimestamp,
    Banned,
    Blocked,
    HandshakeRefused,
    InvalidInput,
    InvalidRequest,
    InvalidSetting,
    MissingExtra,
    NotExecuted,
    OrderListsError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Rejected,
    ServerError,
    TransportError,
    Unauthorized,
    UndecodableReply,
    UnknownOrderList,
)

__all__ = [
    "AlreadyDone",
    "Attempt",
    "BadTimestamp",
    "Banned",
    "Blocked",
    "CancelOrder",
    "CancelOrderList",
    "CanceledOrder",
    "CanceledOrderList",
    "Ed25519Key",
    "Ending",
    "Event",
    "Evidence",
    "ExecutionReport",
    "Gap",
    "GapReason",
    "GetOpenOrderLists",
    "GetOrder",
    "GetOrderList",
    "GetServerTime",
    "HandshakeRefused",
    "HmacKey",
    "InDoubt",
    "Instant",
    "InvalidInput",
    "InvalidRequest",
    "InvalidSetting",
    "Json",
    "Key",
    "ListStatus",
    "ListedOrder",
    "MissingExtra",
    "NotExecuted",
    "OrderList",
    "OrderListsError",
    "OrderReport",
    "OtherEvent",
    "OutcomeUnknown",
    "Policy",
    "RateLimit",
    "RateLimited",
    "RateLimits",
    "Refused",
    "Rejected",
    "Rest",
    "RsaKey",
    "ServerError",
    "ServerTime",
    "TimeUnit",
    "TransportError",
    "Unauthorized",
    "UndecodableReply",
    "UnknownOrderList",
    "WebSocketApi",
    "__version__",
]
