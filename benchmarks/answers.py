"""Verification that each contestant canceled the list and decoded the reply correctly.

A benchmark of wrong results measures nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from benchmarks.exchange import (
    API_KEY,
    METHOD,
    PATH,
    RECV_WINDOW,
    SECRET,
    SYMBOL,
    cancel_reply,
)

if TYPE_CHECKING:
    from benchmarks.crew import Worker
    from benchmarks.loopback import Loopback

_KEY_HEADER = re.compile(rf"^x-mbx-apikey: *{API_KEY}\r?$", re.IGNORECASE | re.MULTILINE)
_READ = 64
_LEG = ("orderId", "clientOrderId", "price", "origQty", "status")


def faults(worker: Worker, loopback: Loopback) -> list[str]:
    """Return the mistakes of a contestant; empty if there are none."""
    before = loopback.seen(worker.port)["count"]
    readings = worker.readings(_READ)
    seen = loopback.seen(worker.port)
    found = [
        f"list {number}: read {reading}, not {expected}"
        for number, reading in enumerate(readings)
        if _plain(reading) != (expected := _plain(_expected(number, _cancel_id(reading))))
    ]
    if _cancel_id(readings[-1]) not in seen["last"]:
        found.append(f"read {readings[-1]}, which is not what the cancel was named")
    if seen["count"] - before != _READ:
        found.append(f"sent {seen['count'] - before} requests for {_READ} cancels")
    found += _flaws(seen["last"])
    return [f"{worker.name}: {fault}" for fault in found]


def _cancel_id(reading: Any) -> str:
    """Return the client id of the first leg, which must be that of the cancel."""
    *_, leg = reading
    return str(leg[1])


def _expected(number: int, cancel_id: str) -> list[Any]:
    reply = cancel_reply(number)
    for report in reply["orderReports"]:
        report["clientOrderId"] = cancel_id
    legs = [[report[name] for name in _LEG] for report in reply["orderReports"]]
    return [reply["orderListId"], reply["listOrderStatus"], *legs]


def _plain(reading: Any) -> Any:
    # Decimals and their texts are the same answer.
    if isinstance(reading, list):
        return [_plain(part) for part in reading]
    text = str(reading)
    return Decimal(text) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else text


def _flaws(request: str) -> list[str]:
    name, wanted = _framed(request) if request.startswith("{") else _over_http(request)
    return [f"no request that {what}: {name}" for what, holds in wanted.items() if not holds]


def _over_http(request: str) -> tuple[str, dict[str, bool]]:
    head, _, body = request.partition("\r\n\r\n")
    method, target, _ = head.split(" ", 2)
    path, _, query = target.partition("?")
    # The exchange signs over query and body, one after the other.
    payload, _, signature = (query + body).rpartition("&signature=")
    given = {name: values[0] for name, values in parse_qs(payload).items()}
    return f"{method} {path}", {
        "is a DELETE": method == "DELETE",
        "goes to the right path": path == PATH,
        "carries the key": _KEY_HEADER.search(head) is not None,
        "is signed": _is_signed(payload, signature),
        **_wanted(given),
    }


def _framed(request: str) -> tuple[str, dict[str, bool]]:
    # Numbers as text: they were signed in this form.
    tree = json.loads(request, parse_int=str, parse_float=str)
    given: dict[str, str] = tree["params"]
    signature = given.pop("signature", "")
    # The exchange signs over the parameters in the order of their names.
    payload = "&".join([f"{name}={given[name]}" for name in sorted(given)])
    return tree["method"], {
        "is a cancel": tree["method"] == METHOD,
        "carries the key": given.get("apiKey") == API_KEY,
        "is signed": _is_signed(payload, signature),
        **_wanted(given),
    }


def _is_signed(payload: str, signature: str) -> bool:
    expected = hmac.new(SECRET.encode(), payload.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(signature, expected)


def _wanted(given: dict[str, str]) -> dict[str, bool]:
    return {
        "names the symbol": given.get("symbol") == SYMBOL,
        "names the list": given.get("orderListId") == str(_READ - 1),
        "names the cancel": bool(given.get("newClientOrderId")),
        "says how long it is valid": Decimal(given.get("recvWindow", 0)) == RECV_WINDOW,
        "says when": given.get("timestamp", "").isdigit(),
    }
