"""Binance Spot order lists: requests with a reliable outcome (done, refused, or unknown).

A *request* (`CancelOrderList`) is a value that describes an operation, a *key* (`HmacKey`) signs
it, and a *protocol* (`Rest`) encodes it and decodes the reply to a *result* (`CanceledOrderList`)
or an *error*.  This package does no I/O; the clients are in `orderlists_transports`.

The exchange's enumerations are in `orderlists.enums`, all exceptions in `orderlists.errors`, the
rules of symbols in `orderlists.markets`, and the interfaces for new operations, formats, protocols
and transports in `orderlists.extending`.
"""

from typing import TYPE_CHECKING, Any

from orderlists._attempt import Attempt
from orderlists._formats.json import Json
from orderlists._in_doubt import InDoubt
from orderlists._keys.key import HmacKey, Key
from orderlists._lazy import LAZY, load
from orderlists._models.base import RawReply
from orderlists._models.order_lists import (
    CanceledOrderList,
    Evidence,
    ListedOrder,
    OrderFill,
    OrderList,
    OrderReport,
    PlacedOrderList,
)
from orderlists._operations.recovery.evidence import Ending
from orderlists._policy import Policy
from orderlists._protocols.rest import Rest
from orderlists._rate_limits import RateLimit, RateLimits
from orderlists._time import Instant, TimeUnit
from orderlists._version import __version__
from orderlists.errors import (
    AlreadyDone,
    BadTimestamp,
    Banned,
    Blocked,
    HandshakeRefused,
    IncompletePage,
    InvalidInput,
    InvalidRequest,
    InvalidSetting,
    MissingExtra,
    NotExecuted,
    NothingOpen,
    OrderListsError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Rejected,
    RejectedOrderList,
    ServerError,
    TransportError,
    Unauthorized,
    UndecodableReply,
    UnknownOrderList,
)

if TYPE_CHECKING:
    from orderlists._execution.cancel_all_report import CancelAllReport, Verdict
    from orderlists._formats.sbe.format import Sbe, SbeSchemaWarning
    from orderlists._keys.private_keys import Ed25519Key, RsaKey
    from orderlists._models.events import (
        Event,
        ExecutionReport,
        Gap,
        GapReason,
        ListStatus,
        OtherEvent,
    )
    from orderlists._operations.amend_order import (
        AmendedOrder,
        AmendedOrderList,
        AmendOrder,
        AmendReport,
    )
    from orderlists._operations.cancel_open_orders import CancelOpenOrders
    from orderlists._operations.cancel_order import CanceledOrder, CancelOrder
    from orderlists._operations.cancel_order_list import CancelOrderList
    from orderlists._operations.get_all_order_lists import GetAllOrderLists
    from orderlists._operations.get_exchange_info import GetExchangeInfo
    from orderlists._operations.get_open_order_lists import GetOpenOrderLists
    from orderlists._operations.get_order import GetOrder
    from orderlists._operations.get_order_amendments import GetOrderAmendments, OrderAmendment
    from orderlists._operations.get_order_list import GetOrderList
    from orderlists._operations.get_server_time import GetServerTime, ServerTime
    from orderlists._operations.get_unfilled_order_count import (
        GetUnfilledOrderCount,
        UnfilledOrderCount,
    )
    from orderlists._operations.place_oco import PlaceOco
    from orderlists._operations.place_opo import PlaceOpo
    from orderlists._operations.place_opoco import PlaceOpoco
    from orderlists._operations.place_oto import PlaceOto
    from orderlists._operations.place_otoco import PlaceOtoco
    from orderlists._protocols.websocket_api import WebSocketApi
else:

    def __getattr__(name: str) -> Any:  # noqa: ANN401 - most are classes
        if name not in LAZY:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = load(name)
        return value


def __dir__() -> list[str]:
    return __all__


__all__ = [
    "AlreadyDone",
    "AmendOrder",
    "AmendReport",
    "AmendedOrder",
    "AmendedOrderList",
    "Attempt",
    "BadTimestamp",
    "Banned",
    "Blocked",
    "CancelAllReport",
    "CancelOpenOrders",
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
    "GetAllOrderLists",
    "GetExchangeInfo",
    "GetOpenOrderLists",
    "GetOrder",
    "GetOrderAmendments",
    "GetOrderList",
    "GetServerTime",
    "GetUnfilledOrderCount",
    "HandshakeRefused",
    "HmacKey",
    "InDoubt",
    "IncompletePage",
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
    "NothingOpen",
    "OrderAmendment",
    "OrderFill",
    "OrderList",
    "OrderListsError",
    "OrderReport",
    "OtherEvent",
    "OutcomeUnknown",
    "PlaceOco",
    "PlaceOpo",
    "PlaceOpoco",
    "PlaceOto",
    "PlaceOtoco",
    "PlacedOrderList",
    "Policy",
    "RateLimit",
    "RateLimited",
    "RateLimits",
    "RawReply",
    "Refused",
    "Rejected",
    "RejectedOrderList",
    "Rest",
    "RsaKey",
    "Sbe",
    "SbeSchemaWarning",
    "ServerError",
    "ServerTime",
    "TimeUnit",
    "TransportError",
    "Unauthorized",
    "UndecodableReply",
    "UnfilledOrderCount",
    "UnknownOrderList",
    "Verdict",
    "WebSocketApi",
    "__version__",
]
