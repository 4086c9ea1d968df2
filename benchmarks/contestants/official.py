"""`binance-sdk-spot`, the exchange's own.  It has no asynchronous HTTP."""

from __future__ import annotations

from binance_common.configuration import ConfigurationRestAPI
from binance_sdk_spot.spot import Spot

from benchmarks.contestants._contract import Contestant, Reading, read_typed
from benchmarks.contestants._official import cancel_arguments, oco_arguments
from benchmarks.exchange import API_KEY, SECRET


def make(origin: str) -> Contestant:
    """Return calls with their typed result."""
    settings = ConfigurationRestAPI(api_key=API_KEY, api_secret=SECRET, base_path=origin)
    api = Spot(config_rest_api=settings).rest_api

    class Official:
        def cancel(self, number: int) -> Reading:
            return read_typed(api.delete_order_list(**cancel_arguments(number)).data())

        def place_oco(self, number: int) -> Reading:
            return read_typed(api.order_list_oco(**oco_arguments(number)).data())

        def close(self) -> None:
            """Nothing to close: it shows no session."""

    return Official()
