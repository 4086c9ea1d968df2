"""What is done with a client of another library, the same for each; it needs no other module here.

A script beside the tests adapts its library to `ForeignClient` and calls `main`, in an environment
that has the library.  It prints a line of JSON for each action: what became of it.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

Json = Any

OCO: Mapping[str, str] = {
    "symbol": "LTCBTC",
    "side": "SELL",
    "quantity": "1",
    "aboveType": "LIMIT_MAKER",
    "abovePrice": "3",
    "belowType": "STOP_LOSS",
    "belowStopPrice": "1",
}
ORDER: Mapping[str, str] = {
    "symbol": "LTCBTC",
    "side": "BUY",
    "type": "LIMIT",
    "quantity": "1",
    "price": "1.5",
    "timeInForce": "GTC",
}
SYMBOL = "LTCBTC"
EVENTS: Sequence[str] = ("executionReport", "executionReport", "listStatus")
_UNKNOWN_LIST = -2011


class ForeignClient:
    """A client, with its replies as they are in JSON; what it has no method for is not overridden.

    The requests are named by the methods of the WebSocket API.

    Attributes:
        shown: The names of the events of a cancel, as far as the client shows them.
    """

    shown: Sequence[str] = EVENTS

    def __init__(self, origin: str, api_key: str, secret: str) -> None:
        self.origin = origin
        self.stream = f"{origin.replace('http', 'ws', 1)}/ws-api/v3"
        self.api_key = api_key
        self.secret = secret

    def construct(self) -> object:
        """Make a client with its defaults, but for the addresses and the key."""
        raise NotImplementedError

    def request(self, method: str, **parameters: Any) -> Json:
        """Send a request over REST."""
        raise NotImplementedError

    def code_of(self, error: Exception) -> int:
        """Return the exchange's code from the client's own exception; raise any other."""
        raise error

    def websocket(self, place: Mapping[str, str]) -> tuple[Json, Json, Json]:
        """Place, find and cancel a list over the WebSocket API, and return the replies."""
        raise NotImplementedError

    def events(self, cancel: Callable[[], object]) -> list[str]:
        """Subscribe, cancel a list, and return the names of the events."""
        raise NotImplementedError

    def unified_markets(self) -> list[str]:
        """Return the symbols of the client's own model of the markets."""
        raise NotImplementedError

    def unified_order(self) -> list[str]:
        """Place, find and cancel an order in the client's own model; return its statuses."""
        raise NotImplementedError

    def unified_balance(self, asset: str) -> float:
        """Return what is free of an asset in the client's own model."""
        raise NotImplementedError


class Actions:
    """The actions; a method with a docstring is one, and the docstring is its name."""

    def __init__(self, client: ForeignClient) -> None:
        self._client = client
        self._ask = client.request

    def construct(self) -> None:
        """construct with defaults"""
        self._client.construct()

    def ping(self) -> None:
        """ping, server time"""
        assert self._ask("ping") in ({}, None)
        assert self._ask("time")["serverTime"] > 0

    def account(self) -> None:
        """account"""
        found = self._ask("account.status")
        assert found["canTrade"] is True
        assert any(float(each["free"]) > 0 for each in found["balances"])

    def price(self) -> None:
        """last price"""
        assert float(self._ask("ticker.price", symbol=SYMBOL)["price"]) == 2

    def test(self) -> None:
        """test an order"""
        assert self._ask("order.test", **ORDER) in ({}, None)

    def place(self) -> None:
        """place an OCO"""
        placed = self._place()
        assert placed["listOrderStatus"] == "EXECUTING"
        assert len(placed["orderReports"]) == 2
        assert self._cancel(placed["orderListId"])["listOrderStatus"] == "ALL_DONE"

    def find(self) -> None:
        """find a list, its order"""
        placed = self._place()
        number, name = placed["orderListId"], placed["listClientOrderId"]
        assert self._ask("orderList.status", orderListId=number)["listClientOrderId"] == name
        assert self._ask("orderList.status", origClientOrderId=name)["orderListId"] == number
        leg = placed["orders"][0]["orderId"]
        assert self._ask("order.status", symbol=SYMBOL, orderId=leg)["orderListId"] == number
        self._cancel(number)

    def open_lists(self) -> None:
        """open lists, all lists"""
        number = self._place()["orderListId"]
        for method in ("openOrderLists.status", "allOrderLists"):
            assert number in [each["orderListId"] for each in self._ask(method)]
        self._cancel(number)

    def open_orders(self) -> None:
        """open orders, all orders"""
        number = self._place()["orderListId"]
        for method in ("openOrders.status", "allOrders"):
            found = [each["orderListId"] for each in self._ask(method, symbol=SYMBOL)]
            assert found.count(number) == 2
        self._cancel(number)

    def cancel(self) -> int:
        """cancel a list"""
        number: int = self._place()["orderListId"]
        canceled = self._cancel(number)
        assert canceled["orderListId"] == number
        assert {each["status"] for each in canceled["orderReports"]} == {"CANCELED"}
        return number

    def cancel_again(self) -> None:
        """cancel again: -2011"""
        number = self._place()["orderListId"]
        self._cancel(number)
        refused: int | None = None
        try:
            self._cancel(number)
        except Exception as error:  # noqa: BLE001 - the client's own, which `code_of` knows
            refused = self._client.code_of(error)
        assert refused == _UNKNOWN_LIST

    def cancel_leg(self) -> int:
        """cancel one leg"""
        placed = self._place()
        leg = placed["orders"][0]["orderId"]
        canceled = self._ask("order.cancel", symbol=SYMBOL, orderId=leg)
        # A client with types of its own may know no list as a reply to this, so only the id.
        number: int = placed["orderListId"]
        assert canceled["orderListId"] == number
        return number

    def exchange_info(self) -> None:
        """exchange info"""
        found = self._ask("exchangeInfo")
        assert SYMBOL in [each["symbol"] for each in found["symbols"]]

    def websocket(self) -> int:
        """WebSocket: place, find, cancel"""
        placed, found, canceled = self._client.websocket(_named())
        number: int = placed["orderListId"]
        assert number == found["orderListId"] == canceled["orderListId"]
        assert canceled["listOrderStatus"] == "ALL_DONE"
        return number

    def events(self) -> None:
        """events of a cancel"""
        number = self._place()["orderListId"]
        assert sorted(self._client.events(lambda: self._cancel(number))) == list(self._client.shown)

    def unified_markets(self) -> None:
        """unified: markets"""
        assert "LTC/BTC" in self._client.unified_markets()

    def unified_order(self) -> None:
        """unified: order, open orders, cancel"""
        assert self._client.unified_order() == ["open", "open", "open", "canceled"]

    def unified_balance(self) -> None:
        """unified: balance"""
        assert self._client.unified_balance("LTC") > 0

    def _place(self) -> Json:
        return self._ask("orderList.place.oco", **_named())

    def _cancel(self, number: int) -> Json:
        return self._ask("orderList.cancel", symbol=SYMBOL, orderListId=number)


def _named() -> dict[str, str]:
    return {**OCO, "listClientOrderId": uuid4().hex}


ACTIONS: Mapping[str, str] = {
    each.__doc__: name
    for name, each in vars(Actions).items()
    if not name.startswith("_") and each.__doc__ is not None
}
"""The methods of `Actions`, by the names of the actions."""


def main(make: Callable[[str, str, str], ForeignClient]) -> None:
    """Do everything with the client that is made of the arguments of the command line."""
    origin, api_key, secret = sys.argv[1:]
    actions = Actions(make(origin, api_key, secret))
    for title, name in ACTIONS.items():
        line: dict[str, object] = {"action": title}
        try:
            line["canceled"] = getattr(actions, name)()
        except NotImplementedError:
            line["missing"] = True
        except Exception as error:  # noqa: BLE001 - it is the result
            line["failed"] = f"{type(error).__name__}: {error}"
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
