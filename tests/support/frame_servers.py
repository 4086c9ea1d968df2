"""Scripts of WebSocket servers that answer cancels and subscriptions."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from orderlists_transports.conformance._servers.http import Peer
from orderlists_transports.conformance._servers.websocket import (
    CLOSE,
    WebSocketPeer,
    close_frame,
    frame,
    serving,
)

Reply = Callable[[WebSocketPeer, dict[str, Any]], None]
"""Answers a request of a client."""


def cancel_result(cancel_id: str) -> dict[str, Any]:
    """Return the result of a cancel of list 0."""
    orders = [{"symbol": "LTCBTC", "orderId": each, "clientOrderId": f"o{each}"} for each in (2, 3)]
    return {
        "orderListId": 0,
        "contingencyType": "OCO",
        "listStatusType": "ALL_DONE",
        "listOrderStatus": "ALL_DONE",
        "listClientOrderId": "list",
        "transactionTime": 1574040868128,
        "symbol": "LTCBTC",
        "orders": orders,
        "orderReports": [
            {**order, "orderListId": 0, "clientOrderId": cancel_id, "status": "CANCELED"}
            for order in orders
        ],
    }


def write(talk: WebSocketPeer, message: dict[str, Any]) -> None:
    talk.write(frame(json.dumps(message)))


def answer(talk: WebSocketPeer, request: dict[str, Any]) -> None:
    """Cancel, subscribe, or answer with an empty result."""
    params = request.get("params", {})
    result: dict[str, Any] = {}
    if "newClientOrderId" in params:
        result = cancel_result(params["newClientOrderId"])
    elif "subscribe" in request["method"]:
        result = {"subscriptionId": 1}
    write(talk, {"id": request["id"], "status": 200, "result": result})


def answering_requests(
    reply: Reply = answer, received: Counter[str] | None = None
) -> Callable[[Peer], None]:
    """Return the script of a server that answers requests, and counts their cancel ids."""

    def serve(talk: WebSocketPeer) -> None:
        while (piece := talk.read()).opcode != CLOSE:
            request = json.loads(piece.payload)
            if received is not None:
                received[request["params"]["newClientOrderId"]] += 1
            reply(talk, request)
        talk.write(close_frame(1000))

    return serving(serve)
