"""The exchange you can run on your desk: a simulated Binance Spot, for order lists.

What goes wrong between it and its clients is said in the words of `orderlists_simulator.faults`.
"""

from orderlists_simulator._attempt import Attempt
from orderlists_simulator._clock import VirtualClock
from orderlists_simulator._example import example_venue
from orderlists_simulator._fate import Fate
from orderlists_simulator._keys import EXAMPLE_KEY, ApiKey, AsymmetricApiKey, HmacApiKey
from orderlists_simulator._lag import Lag
from orderlists_simulator._log import Log, LogEntry
from orderlists_simulator._orders import Cancellation, Leg, Order, OrderList
from orderlists_simulator._plan import Plan
from orderlists_simulator._queries import OrderView
from orderlists_simulator._refused import Refused
from orderlists_simulator._rest import RestFront
from orderlists_simulator._rules import Rules
from orderlists_simulator._server import Simulator
from orderlists_simulator._transport import VenueTransport
from orderlists_simulator._venue import Venue
from orderlists_simulator._venue_connection import VenueConnection
from orderlists_simulator._virtual_loop import VirtualEventLoop
from orderlists_simulator._websocket import WebSocketFront
from orderlists_simulator._ws_request import WebSocketRequest

__all__ = [
    "EXAMPLE_KEY",
    "ApiKey",
    "AsymmetricApiKey",
    "Attempt",
    "Cancellation",
    "Fate",
    "HmacApiKey",
    "Lag",
    "Leg",
    "Log",
    "LogEntry",
    "Order",
    "OrderList",
    "OrderView",
    "Plan",
    "Refused",
    "RestFront",
    "Rules",
    "Simulator",
    "Venue",
    "VenueConnection",
    "VenueTransport",
    "VirtualClock",
    "VirtualEventLoop",
    "WebSocketFront",
    "WebSocketRequest",
    "example_venue",
]
