"""Verification that each contestant sent the right request and decoded the reply correctly.

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

from benchmarks.exchange import API_KEY, SECRET, parameter_of

if TYPE_CHECKING:
    from benchmarks.crew import Worker
    from benchmarks.loopback import Loopback
    from benchmarks.operations import Operation

_KEY_HEADER = re.compile(rf"^x-mbx-apikey: *{API_KEY}\r?$", re.IGNORECASE | re.MULTILINE)
_READ = 64
_LEG = ("orderId", "clientOrderId", "price", "origQty", "status")


def faults(worker: Worker, loopback: Loopback) -> list[str]:
    """Return the mistakes of a contestant; empty if there are none."""
    operation = worker.operation
    before = loopback.seen(worker.port)
    readings = worker.readings(_READ)
    seen = loopback.seen(worker.port)
    found = [
        f"{operation.name} {number}: read {reading}, not {expected}"
        for number, reading in enumerate(readings)
        if _plain(reading) != (expected := _plain(_expected(operation, number, reading)))
    ]
    sent, binary = (seen[what] - before[what] for what in ("count", "binary"))
    if sent != _READ:
        found.append(f"sent {sent} requests for {_READ} calls")
    if binary != (sent if worker.is_binary else 0):
        found.append(f"received {binary} replies in SBE")
    found += _flaws(operation, seen["last"], readings[-1])
    return [f"{worker.name}: {fault}" for fault in found]


def _ids(operation: Operation, number: int, reading: Any) -> dict[str, str]:
    """Return the client ids that were read, by the parameters of the request that they repeat."""
    _, _, *legs = reading
    reports = operation.reply(number)["orderReports"]
    return {
        parameter_of(report["clientOrderId"]): str(leg[1])
        for report, leg in zip(reports, legs, strict=False)
    }


def _expected(operation: Operation, number: int, reading: Any) -> list[Any]:
    reply = operation.reply(number)
    ids = _ids(operation, number, reading)
    for report in reply["orderReports"]:
        report["clientOrderId"] = ids.get(parameter_of(report["clientOrderId"]))
    legs = [[report[name] for name in _LEG] for report in reply["orderReports"]]
    return [reply["orderListId"], reply["listOrderStatus"], *legs]


def _plain(reading: Any) -> Any:
    # Decimals and their texts are the same answer.
    if isinstance(reading, list):
        return [_plain(part) for part in reading]
    text = str(reading)
    return Decimal(text) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else text


def _flaws(operation: Operation, request: str, reading: Any) -> list[str]:
    """Return what is wrong with the last request, whose reply was read so."""
    read = _framed if request.startswith("{") else _over_http
    name, given, wanted = read(operation, request)
    wanted |= _wanted(operation, given, reading)
    return [f"no request that {what}: {name}" for what, holds in wanted.items() if not holds]


def _over_http(operation: Operation, request: str) -> tuple[str, dict[str, str], dict[str, bool]]:
    head, _, body = request.partition("\r\n\r\n")
    verb, target, _ = head.split(" ", 2)
    path, _, query = target.partition("?")
    # The exchange signs over query and body, one after the other.
    payload, _, signature = (query + body).rpartition("&signature=")
    given = {name: values[0] for name, values in parse_qs(payload).items()}
    return (
        f"{verb} {path}",
        given,
        {
            f"is a {operation.verb}": verb == operation.verb,
            "goes to the right path": path == operation.path,
            "carries the key": _KEY_HEADER.search(head) is not None,
            "is signed": _is_signed(payload, signature),
        },
    )


def _framed(operation: Operation, request: str) -> tuple[str, dict[str, str], dict[str, bool]]:
    # Numbers as text: they were signed in this form.
    tree = json.loads(request, parse_int=str, parse_float=str)
    given: dict[str, str] = tree["params"]
    signature = given.pop("signature", "")
    # The exchange signs over the parameters in the order of their names.
    payload = "&".join([f"{name}={given[name]}" for name in sorted(given)])
    return (
        tree["method"],
        given,
        {
            "has the right method": tree["method"] == operation.method,
            "carries the key": given.pop("apiKey", "") == API_KEY,
            "is signed": _is_signed(payload, signature),
        },
    )


def _is_signed(payload: str, signature: str) -> bool:
    expected = hmac.new(SECRET.encode(), payload.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(signature, expected)


def _wanted(operation: Operation, given: dict[str, str], reading: Any) -> dict[str, bool]:
    number = _READ - 1
    parameters = operation.parameters(number)
    own = {name: given.get(name, "") for name in operation.client_ids}
    expected = {**parameters, **own, **_ids(operation, number, reading)}
    return {
        "says when": given.get("timestamp", "").isdigit(),
        "names what it makes": all(own.values()),
        "has these parameters alone": given.keys() == {*parameters, "timestamp"},
        **{
            f"says {name}={value}": _plain(given.get(name)) == _plain(value)
            for name, value in expected.items()
        },
    }
