"""The operations that contestants execute: what they send, and what the exchange replies.

Every request has a number.  It decides the prices, quantities, times and ids of the reply, so
caches do not distort the results.  Which reply belongs to which number is decided here, for the
server that sends it and for the check that reads it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from benchmarks.exchange import RECV_WINDOW, REPLIES, SYMBOL, body_of, echo_of

Parameters: TypeAlias = dict[str, str | int]


class Operation(NamedTuple):
    """An operation.

    Attributes:
        name: The method of a contestant that executes it.
        title: What the tables call it.
        verb: Its HTTP method.
        path: Its path over HTTP.
        method: Its method over WebSocket.
        numbered_by: The parameter whose integer part tells the number, modulo `REPLIES`.
        parameters: Returns the parameters of the request of a number, without the time.
        reply: Returns the reply to it; an echoed id is what `echo_of` returns for its parameter.
    """

    name: str
    title: str
    verb: str
    path: str
    method: str
    numbered_by: str
    parameters: Callable[[int], Parameters]
    reply: Callable[[int], dict[str, Any]]

    @property
    def client_ids(self) -> list[str]:
        """The parameters that name something anew; a contestant chooses the names."""
        return [name for name in self.parameters(0) if name.endswith("ClientOrderId")]


class Amounts(NamedTuple):
    """The amounts of an OCO."""

    quantity: str
    above_price: str
    below_stop_price: str
    below_price: str


AMOUNTS = [
    Amounts(
        quantity=f"{5 + number / 10_000:.4f}",
        above_price=f"{2 * REPLIES + number}.30",
        below_stop_price=f"{REPLIES + number}.20",
        below_price=f"{REPLIES + number}.10",
    )
    for number in range(REPLIES)
]

_DATA = Path(__file__).parent.parent / "tests/data"
SEED_REPLY = json.loads((_DATA / "cancel_order_list_reply.json").read_text())
"""The documented reply to a cancel."""
(_PLACED,) = json.loads((_DATA / "vectors.json").read_text())["rest"]["POST /api/v3/orderList/oco"][
    "success"
]
_EVERY_CONDITIONAL_FIELD = {
    "origQuoteOrderQty": "0.000000",
    "icebergQty": "0.50000000",
    "trailingDelta": 100,
    "trailingTime": 1688005070000,
    "strategyId": 37463720,
    "strategyType": 1000000,
    "preventedMatchId": 7,
    "preventedQuantity": "1.20000000",
    "usedSor": True,
    "workingFloor": "SOR",
    "pegPriceType": "PRIMARY_PEG",
    "pegOffsetType": "PRICE_LEVEL",
    "pegOffsetValue": 5,
    "peggedPrice": "87523.83710000",
    "expiryReason": "OCO_TRIGGER",
}


def bodies_of(reply: Callable[[int], dict[str, Any]]) -> list[bytes]:
    """Return the body of the reply for every number, as compact as the exchange writes it."""
    return [body_of(reply(number)) for number in range(REPLIES)]


def cancel_parameters(number: int) -> Parameters:
    """Return the parameters of a cancel of the list of this number."""
    return {
        "symbol": SYMBOL,
        "orderListId": number,
        "newClientOrderId": f"bench-{number}",
        "recvWindow": RECV_WINDOW,
    }


def cancel_reply(order_list_id: int, *, legs: int = 2) -> dict[str, Any]:
    """Return the documented reply, with values of this id; a third leg has every field there is."""
    reply: dict[str, Any] = copy.deepcopy(SEED_REPLY)
    number = order_list_id % REPLIES
    reply["orderListId"] = order_list_id
    reply["listClientOrderId"] = f"list-{number:017d}"
    reply["transactionTime"] += number
    if legs == 3:
        reply["contingencyType"] = "OTO"
        reply["orders"].append(dict(reply["orders"][1]))
        reply["orderReports"].append({**reply["orderReports"][0], **_EVERY_CONDITIONAL_FIELD})
    for leg, order in enumerate(reply["orders"]):
        order["orderId"] = 3 * order_list_id + leg
        order["clientOrderId"] = f"leg-{leg}-{number:016d}"
    for leg, report in enumerate(reply["orderReports"]):
        report.update(
            orderListId=order_list_id,
            orderId=3 * order_list_id + leg,
            origClientOrderId=f"leg-{leg}-{number:016d}",
            clientOrderId=CANCEL_ID,
            transactTime=report["transactTime"] + number,
            price=f"{1 + leg + number / 10_000:.8f}",
            origQty=f"{10 + (leg * REPLIES + number) / 10_000:.8f}",
        )
    return reply


def as_sent_today(reply: dict[str, Any]) -> dict[str, Any]:
    """Return a cancel's reply with what the documented one lacks, and every message in SBE has."""
    reports = [{**report, "origQuoteOrderQty": "0.000000"} for report in reply["orderReports"]]
    return {**reply, "orderReports": reports}


def oco_parameters(number: int) -> Parameters:
    """Return the parameters of an OCO: a profit above, and a stop with a limit below."""
    quantity, above_price, below_stop_price, below_price = AMOUNTS[number]
    return {
        "symbol": SYMBOL,
        "listClientOrderId": f"list-{number}",
        "side": "SELL",
        "quantity": quantity,
        "aboveType": "LIMIT_MAKER",
        "aboveClientOrderId": f"above-{number}",
        "abovePrice": above_price,
        "belowType": "STOP_LOSS_LIMIT",
        "belowClientOrderId": f"below-{number}",
        "belowPrice": below_price,
        "belowStopPrice": below_stop_price,
        "belowTimeInForce": "GTC",
        "newOrderRespType": "FULL",
        "recvWindow": RECV_WINDOW,
    }


def oco_reply(number: int) -> dict[str, Any]:
    """Return the documented reply, of type ``FULL``, with the values of this number."""
    reply: dict[str, Any] = copy.deepcopy(_PLACED)
    amounts = AMOUNTS[number]
    reply["orderListId"] = number
    reply["listClientOrderId"] = echo_of("listClientOrderId")
    reply["transactionTime"] += number
    below, above = reply["orderReports"]
    # Ours is no iceberg.
    del below["icebergQty"]
    below.update(price=_padded(amounts.below_price), stopPrice=_padded(amounts.below_stop_price))
    above.update(price=_padded(amounts.above_price), workingTime=reply["transactionTime"])
    for leg, (slot, report) in enumerate((("below", below), ("above", above))):
        ids = {"orderId": 3 * number + leg, "clientOrderId": echo_of(f"{slot}ClientOrderId")}
        reply["orders"][leg].update(ids)
        report.update(
            **ids,
            orderListId=number,
            transactTime=reply["transactionTime"],
            origQty=_padded(amounts.quantity),
            fills=[],
        )
    return reply


def _padded(amount: str) -> str:
    return f"{float(amount):.8f}"


CANCEL_ID = echo_of("newClientOrderId")
CANCEL = Operation(
    name="cancel",
    title="one cancel",
    verb="DELETE",
    path="/api/v3/orderList",
    method="orderList.cancel",
    numbered_by="orderListId",
    parameters=cancel_parameters,
    reply=cancel_reply,
)
PLACE_OCO = Operation(
    name="place_oco",
    title="placing an OCO",
    verb="POST",
    path="/api/v3/orderList/oco",
    method="orderList.place.oco",
    numbered_by="abovePrice",
    parameters=oco_parameters,
    reply=oco_reply,
)
OPERATIONS = (CANCEL, PLACE_OCO)
