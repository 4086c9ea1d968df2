"""The exchange you can run on your desk: a simulated Binance Spot, for order lists."""

from orderlists_simulator._example import example_venue
from orderlists_simulator._keys import EXAMPLE_KEY, ApiKey, AsymmetricApiKey, HmacApiKey
from orderlists_simulator._orders import Cancellation, Leg, Order, OrderList
from orderlists_simulator._refused import Refused
from orderlists_simulator._rest import RestFront
from orderlists_simulator._rules import Rules
from orderlists_simulator._server import Simulator
from orderlists_simulator._transport import VenueTransport
from orderlists_simulator._venue import Venue

__all__ = [
    "EXAMPLE_KEY",
    "ApiKey",
    "AsymmetricApiKey",
    "Cancellation",
    "HmacApiKey",
    "Leg",
    "Order",
    "OrderList",
    "Refused",
    "RestFront",
    "Rules",
    "Simulator",
    "Venue",
    "VenueTransport",
    "example_venue",
]
