"""`binance-connector`, the exchange's former SDK.  It shares its import name with another."""

from __future__ import annotations

from binance.spot import Spot

from benchmarks.contestants._contract import Contestant, Reading, cancel_id, read_tree
from benchmarks.exchange import API_KEY, RECV_WINDOW, SECRET, SYMBOL


def make(origin: str) -> Contestant:
    """Return a cancel with its dict."""
    client = Spot(api_key=API_KEY, api_secret=SECRET, base_url=origin)

    class Connector:
        def cancel(self, order_list_id: int) -> Reading:
            reply = client.cancel_oco_order(
                SYMBOL,
                orderListId=order_list_id,
                newClientOrderId=cancel_id(order_list_id),
                recvWindow=RECV_WINDOW,
            )
            return read_tree(reply)

        def close(self) -> None:
            client.session.close()

    return Connector()
