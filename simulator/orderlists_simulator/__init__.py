"""A simulated Binance Spot exchange for order lists, in process or over HTTP and WebSocket.

Faults between it and its clients are planned with `orderlists_simulator.faults`.

The folders, from the top; a module imports from its own folder and from those below:

- ``_serving``: servers on sockets, their control over HTTP, and the in-process transport;
- ``_virtual_time``: clocks, and an event loop in virtual time;
- ``_protocols``: how requests, replies and events are written, in REST and the WebSocket API;
- ``_faults``: what goes wrong between a client and the venue, by plan;
- ``_api``: the endpoints, one declaration each, and their dispatcher;
- ``_engine``: the exchange without a protocol;
- ``_sbe``: the binary form of replies and events, and its settings.
"""

from orderlists_simulator._engine.behaviour import Behaviour
from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.keys import (
    EXAMPLE_KEY,
    ApiKey,
    AsymmetricApiKey,
    HmacApiKey,
)
from orderlists_simulator._engine.log import Execution, Log, LogEntry, ReceivedRequest
from orderlists_simulator._engine.orders import (
    Cancellation,
    Leg,
    NewOrderList,
    Order,
    VenueOrderList,
)
from orderlists_simulator._engine.queries import OrderView, Queries, QueryLag
from orderlists_simulator._engine.selection import Selection
from orderlists_simulator._engine.symbols import Symbol
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._faults.fault import Fault
from orderlists_simulator._faults.plan import Plan
from orderlists_simulator._protocols.rest import RestServerProtocol
from orderlists_simulator._protocols.websocket import WebSocketServerProtocol
from orderlists_simulator._sbe.settings import SbeSettings
from orderlists_simulator._serving.in_process import VenueTransport
from orderlists_simulator._serving.in_process_connection import VenueConnection
from orderlists_simulator._serving.server import Simulator
from orderlists_simulator._virtual_time.clock import Clock, RealClock, VirtualClock
from orderlists_simulator._virtual_time.event_loop import VirtualEventLoop
from orderlists_simulator.example import (
    EXAMPLE_ED25519_PRIVATE_KEY,
    example_ed25519_key,
    example_venue,
)

__all__ = [
    "EXAMPLE_ED25519_PRIVATE_KEY",
    "EXAMPLE_KEY",
    "ApiError",
    "ApiKey",
    "AsymmetricApiKey",
    "Behaviour",
    "Cancellation",
    "Clock",
    "Execution",
    "Fault",
    "HmacApiKey",
    "Leg",
    "Log",
    "LogEntry",
    "NewOrderList",
    "Order",
    "OrderView",
    "Plan",
    "Queries",
    "QueryLag",
    "RealClock",
    "ReceivedRequest",
    "RestServerProtocol",
    "SbeSettings",
    "Selection",
    "Simulator",
    "Symbol",
    "Venue",
    "VenueConnection",
    "VenueOrderList",
    "VenueTransport",
    "VirtualClock",
    "VirtualEventLoop",
    "WebSocketServerProtocol",
    "example_ed25519_key",
    "example_venue",
]
