"""Say what you want done with a Binance Spot order list, and always get an honest answer.

The parts, from the outside in: a *request* (`CancelOrderList`), a *key* that signs it
(`HmacKey`), a *protocol* that writes it down and reads the reply (`Rest`), a *result*
(`OrderList`), and the errors.  All of it is pure.  Who moves the bytes is in
`orderlists_transports`.
"""

from orderlists._budget import Allowance, Budget, Limiter, Usage
from orderlists._calls.attempt import Attempt
from orderlists._calls.begin import begin, settle
from orderlists._calls.call import Call, Command, Done, Now, Ready, Send, Wait, Watch, resume
from orderlists._calls.policy import Policy
from orderlists._calls.sighting import Ending
from orderlists._clock import Moment, Sample, ServerClock
from orderlists._errors import (
    HIDDEN,
    AlreadyDone,
    BadTimestamp,
    Banned,
    Blocked,
    HandshakeRefused,
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
from orderlists._keys.key import HmacKey, Key, masked
from orderlists._keys.private_keys import Ed25519Key, RsaKey
from orderlists._protocols.frames import Frame
from orderlists._protocols.http_messages import HttpRequest, HttpResponse
from orderlists._protocols.http_protocol import HttpProtocol
from orderlists._protocols.json_format import JsonParser, exact_json
from orderlists._protocols.rest import Rest
from orderlists._protocols.usage import usage_of
from orderlists._protocols.websocket_api import Reply, WebSocketApi
from orderlists._requests.cancel_order_list import CancelOrderList, ListClientOrderId, OrderListId
from orderlists._requests.get_order import GetOrder
from orderlists._requests.get_order_list import GetOrderList
from orderlists._requests.get_server_time import GetServerTime, ServerTime
from orderlists._requests.request import Operation, Parameter, Request, Security
from orderlists._results.events import (
    Event,
    ExecutionReport,
    Gap,
    ListedOrderEvent,
    ListStatus,
    Missed,
    OtherEvent,
)
from orderlists._results.order_list import (
    CanceledOrderList,
    Evidence,
    ListedOrder,
    OrderList,
    OrderReport,
)
from orderlists._results.result import Result
from orderlists._results.words import (
    ContingencyType,
    ExecutionType,
    ExpiryReason,
    ListOrderStatus,
    ListStatusType,
    MatchType,
    OpenEnum,
    OrderStatus,
    OrderType,
    PegOffsetType,
    PegPriceType,
    RejectReason,
    SelfTradePreventionMode,
    Side,
    TimeInForce,
    WorkingFloor,
)
from orderlists._session.feed import Feed
from orderlists._session.link import Link, Pending, Wake
from orderlists._session.opening import Ask, Connect, Opening, get_ready
from orderlists._session.protocol import FramedProtocol
from orderlists._session.session import Session
from orderlists._time import Instant, TimeUnit
from orderlists._version import __version__

__all__ = [
    "HIDDEN",
    "Allowance",
    "AlreadyDone",
    "Ask",
    "Attempt",
    "BadTimestamp",
    "Banned",
    "Blocked",
    "Budget",
    "Call",
    "CancelOrderList",
    "CanceledOrderList",
    "Command",
    "Connect",
    "ContingencyType",
    "Done",
    "Ed25519Key",
    "Ending",
    "Event",
    "Evidence",
    "ExecutionReport",
    "ExecutionType",
    "ExpiryReason",
    "Feed",
    "Frame",
    "FramedProtocol",
    "Gap",
    "GetOrder",
    "GetOrderList",
    "GetServerTime",
    "HandshakeRefused",
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
    "Limiter",
    "Link",
    "ListClientOrderId",
    "ListOrderStatus",
    "ListStatus",
    "ListStatusType",
    "ListedOrder",
    "ListedOrderEvent",
    "MatchType",
    "Missed",
    "MissingExtra",
    "Moment",
    "Now",
    "OpenEnum",
    "Opening",
    "Operation",
    "OrderList",
    "OrderListId",
    "OrderListsError",
    "OrderReport",
    "OrderStatus",
    "OrderType",
    "OtherEvent",
    "OutcomeUnknown",
    "Parameter",
    "PegOffsetType",
    "PegPriceType",
    "Pending",
    "Policy",
    "RateLimited",
    "Ready",
    "RejectReason",
    "Rejected",
    "Reply",
    "Request",
    "Rest",
    "Result",
    "RsaKey",
    "Sample",
    "Security",
    "SelfTradePreventionMode",
    "Send",
    "ServerClock",
    "ServerError",
    "ServerTime",
    "Session",
    "Side",
    "TimeInForce",
    "TimeUnit",
    "TransportError",
    "Unauthorized",
    "UndecodableReply",
    "UnknownOrderList",
    "Usage",
    "Wait",
    "Wake",
    "Watch",
    "WebSocketApi",
    "WorkingFloor",
    "__version__",
    "begin",
    "exact_json",
    "get_ready",
    "masked",
    "resume",
    "settle",
    "usage_of",
]
