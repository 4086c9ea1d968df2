"""The control of a simulator over HTTP, for tests in any language: prices, time, plans, the log.

It knows no socket: a request and the address of its sender in, a response out.

Invariant: a request that is invalid has changed nothing, and its answer has field, value and rule.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, Literal, TypeAlias, get_args
from urllib.parse import urlsplit

from attrs import frozen

from orderlists import InvalidSetting
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator._engine.symbols import check_known
from orderlists_simulator._engine.time import TimeUnit
from orderlists_simulator._faults.plan_json import read_plan
from orderlists_simulator._faults.responses import JSON
from orderlists_simulator._json_input import (
    list_of,
    parse_json,
    read_amount,
    read_number,
    read_object,
    read_text,
)
from orderlists_simulator._protocols.sbe import header
from orderlists_simulator._serving.exchange import Exchange
from orderlists_simulator._serving.request_log import entry_json

ControlAccess: TypeAlias = Literal["loopback", "any", "none"]
"""The addresses from which a simulator can be controlled."""

CONTROL_PATH = "/control/"

_OK, _BAD_REQUEST, _FORBIDDEN, _NOT_FOUND, _NOT_ALLOWED, _CONFLICT = 200, 400, 403, 404, 405, 409

_Handler: TypeAlias = Callable[[object], object]


@frozen
class _Refused(Exception):
    status: int
    field: str
    value: object
    rule: str


class Control:
    """The control of an exchange.

    Args:
        exchange: The exchange.
        access: The addresses from which it can be controlled.

    Raises:
        InvalidSetting: `access` is not one of these.
    """

    def __init__(self, exchange: Exchange, *, access: ControlAccess) -> None:
        words = get_args(ControlAccess)
        if access not in words:
            rule = f"must be one of {', '.join(words)}"
            raise InvalidSetting(field="control", value=access, rule=rule)
        self._exchange = exchange
        self._access = access
        self._handlers: Mapping[str, tuple[str, _Handler]] = {
            "/control/price": ("POST", self._set_price),
            "/control/walk": ("POST", self._walk),
            "/control/time": ("POST", self._advance),
            "/control/reset": ("POST", self._reset),
            "/control/plan": ("POST", self._load_plan),
            "/control/log": ("GET", self._log),
        }

    def is_for(self, target: str) -> bool:
        """Return whether a request with this target is one of control."""
        return self._access != "none" and target.startswith(CONTROL_PATH)

    def respond(self, request: HttpRequest, *, address: str | None) -> HttpResponse:
        """Return the response to a request.

        Args:
            request: The request.
            address: The IP address of its sender; None if it is not known.
        """
        try:
            status, answer = _OK, self._answer(request, address)
        except _Refused as error:
            status, answer = error.status, _error(error.field, error.value, error.rule)
        except InvalidSetting as error:
            status, answer = _BAD_REQUEST, _error(error.field, error.value, error.rule)
        except AssertionError as error:
            # An event of the plan that was due: it stays in the log as `plan_error`.
            status, answer = _CONFLICT, _error("plan", None, str(error))
        self._exchange.log_control(request.method, request.target, status)
        return HttpResponse(status, (JSON,), json.dumps(answer, default=str).encode())

    def _answer(self, request: HttpRequest, address: str | None) -> object:
        if self._access == "loopback" and not _is_loopback(address):
            raise _Refused(_FORBIDDEN, "address", address, "must be a loopback address")
        # A web page that is open on this machine can send a request to loopback, whatever site it
        # is from, and its browser names that site here.  Programs send no such header.  The name
        # in `Host` proves nothing: a site can have its own name resolve to loopback.
        origin = header(request, "Origin")
        if origin is not None and not _is_local(origin):
            raise _Refused(_FORBIDDEN, "Origin", origin, "must be a page of this machine, or none")
        if request.target not in self._handlers:
            rule = f"must be one of {', '.join(self._handlers)}"
            raise _Refused(_NOT_FOUND, "path", request.target, rule)
        method, handle = self._handlers[request.target]
        if request.method != method:
            raise _Refused(_NOT_ALLOWED, "method", request.method, f"must be {method}")
        return handle(parse_json(request.body or b"{}", "body"))

    def _set_price(self, body: object) -> object:
        required = {"symbol": self._read_symbol, "price": read_amount}
        given = read_object(body, "", required=required, optional={"quantity": read_amount})
        self._exchange.venue.set_price(
            given["symbol"],
            given["price"],
            available=given.get("quantity"),
            now=self._exchange.clock.now(),
        )
        return self._state()

    def _walk(self, body: object) -> object:
        required: dict[str, Any] = {"symbol": self._read_symbol, "prices": list_of(read_amount)}
        given = read_object(body, "", required=required, optional={"every": read_number})
        self._exchange.venue.walk(
            given["symbol"],
            given["prices"],
            every=given.get("every", 1.0),
            now=self._exchange.clock.now(),
        )
        return self._state()

    def _read_symbol(self, value: object, place: str) -> str:
        symbol = read_text(value, place)
        check_known(symbol, self._exchange.venue.symbols, field=place)
        return symbol

    def _advance(self, body: object) -> object:
        seconds: float = read_object(body, "", required={"advance": read_number})["advance"]
        clock = self._exchange.clock
        if not clock.is_virtual:
            rule = "must be manual for the time to be advanced: start it with --clock manual"
            raise _Refused(_CONFLICT, "clock", "real", rule)
        clock.sleep(seconds)
        return self._state()

    def _reset(self, body: object) -> object:
        read_object(body, "")
        try:
            self._exchange.reset()
        except InvalidSetting as error:
            raise _Refused(_CONFLICT, error.field, error.value, error.rule) from error
        return self._state()

    def _load_plan(self, body: object) -> object:
        self._exchange.injector.load(read_plan(body, now=self._exchange.clock.now()))
        return self._state()

    def _state(self) -> object:
        venue, now = self._exchange.venue, self._exchange.clock.now()
        venue.run_until(now)
        return {
            "time": TimeUnit.MILLISECOND.convert(now),
            "prices": {name: f"{price:f}" for name, price in venue.market.last_prices().items()},
            "open_lists": [
                each.order_list_id for each in venue.lists if each.list_order_status == "EXECUTING"
            ],
        }

    def _log(self, body: object) -> object:
        read_object(body, "")
        venue = self._exchange.venue
        # An error in the plan is a part of the answer.
        with suppress(AssertionError):
            venue.run_until(self._exchange.clock.now())
        failure = self._exchange.injector.failure
        return {
            "entries": [entry_json(each) for each in venue.log.entries],
            "plan_error": None if failure is None else str(failure),
        }


def _error(field: str, value: object, rule: str) -> object:
    return {"field": field, "value": value, "rule": rule}


def _is_local(origin: str) -> bool:
    try:
        host = urlsplit(origin).hostname
    except ValueError:
        return False
    with suppress(ValueError):
        return _is_loopback(host)
    return host == "localhost"


def _is_loopback(address: str | None) -> bool:
    return address is not None and ip_address(address).is_loopback
