"""`binance-sdk-spot`, the exchange's own.  It has no asynchronous HTTP."""

from __future__ import annotations

from binance_common.configuration import ConfigurationRestAPI
from binance_sdk_spot.spot import Spot

from benchmarks.contestants._contract import Contestant, Reading, cancel_id
from benchmarks.exchange import API_KEY, RECV_WINDOW, SECRET, SYMBOL


def make(origin: str) -> Contestant:
    """Return a cancel with its typed result."""
    settings = ConfigurationRestAPI(api_key=API_KEY, api_secret=SECRET, base_path=origin)
    api = Spot(config_rest_api=settings).rest_api

    class Official:
        def cancel(self, order_list_id: int) -> Reading:
            reply = api.delete_order_list(
                symbol=SYMBOL,
                order_list_id=order_list_id,
                new_client_order_id=cancel_id(order_list_id),
                recv_window=RECV_WINDOW,
            ).data()
            return (
                reply.order_list_id,
                reply.list_order_status,
                *[
                    (leg.order_id, leg.client_order_id, leg.price, leg.orig_qty, leg.status)
                    for leg in reply.order_reports
                ],
            )

        def close(self) -> None:
            """Nothing to close: it shows no session."""

    return Official()
