"""`binance-connector`, the exchange's former SDK.  It shares its import name with another."""

from __future__ import annotations

from binance.spot import Spot

from benchmarks.contestants._contract import Contestant, Reading, read_tree
from benchmarks.exchange import API_KEY, SECRET
from benchmarks.operations import cancel_parameters, oco_parameters


def make(origin: str) -> Contestant:
    """Return calls with their dict."""
    client = Spot(api_key=API_KEY, api_secret=SECRET, base_url=origin)

    class Connector:
        def cancel(self, number: int) -> Reading:
            return read_tree(client.cancel_oco_order(**cancel_parameters(number)))

        def place_oco(self, number: int) -> Reading:
            return read_tree(client.new_oco_order(**oco_parameters(number)))

        def close(self) -> None:
            client.session.close()

    return Connector()
