"""Where requests with named parameters are judged and done, whichever protocol brought them.

A front reads a request and says who signed what; what it costs, whether it is in time, signed and
permitted, and what becomes of a refusal, is here.

Invariant: nothing is done before everything about the request was found to be right.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import frozen

from orderlists.extending import HttpResponse
from orderlists_simulator._attempt import Attempt
from orderlists_simulator._endpoints import Endpoint
from orderlists_simulator._keyring import not_permitted
from orderlists_simulator._parameters import DECIMAL, LONG
from orderlists_simulator._refused import Refused
from orderlists_simulator._timing import DEFAULT_WINDOW, Window
from orderlists_simulator._weight import TooMany

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_simulator._endpoints import Act
    from orderlists_simulator._keys import ApiKey
    from orderlists_simulator._parameters import Parameters
    from orderlists_simulator._replies import Json, JsonObject
    from orderlists_simulator._venue import Venue

USED_WEIGHT = "X-MBX-USED-WEIGHT-1M"

_NOT_SUPPORTED = -1020, "This operation is not supported."
_ABOUT_THE_KEY = frozenset({-2014, -2015})
_BAD_REQUEST, _UNAUTHORIZED, _NOT_FOUND, _BANNED, _TOO_MANY = 400, 401, 404, 418, 429


class NotServed(Refused):
    """Nothing is served at this path."""

    def __init__(self) -> None:
        super().__init__(*_NOT_SUPPORTED)


@frozen
class Proof:
    """Who asks, and how that is known.

    Attributes:
        key: The key that the request names.
        payload: The bytes that were signed.
        signature: Reads the signature; returns None where none is needed any more.
    """

    key: ApiKey
    payload: bytes
    signature: Callable[[Parameters], str | None]


class Desk:
    """A venue's desk."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    def attempt(
        self,
        endpoint: Endpoint,
        reply: Callable[[Venue], Json],
        *,
        told: Callable[[Refused], JsonObject],
        now: int,
    ) -> Attempt:
        """Let a request in, have it done, and return what was done and what there is to answer.

        Args:
            endpoint: What is asked for.
            reply: Does it, or raises Refused.
            told: Returns what is said of a refusal.
            now: In nanoseconds.
        """
        self._venue.run_until(now)
        try:
            self._venue.weight.admit(endpoint.weight, now=now)
            done = reply(self._venue)
        except Refused as refused:
            return self.refusal(refused, told(refused), now=now)
        back = endpoint.weight if endpoint.free_if_done else 0
        found = done.get("orderListId") if isinstance(done, dict) else None
        return Attempt(
            at=now,
            code=None,
            order_list_id=found if isinstance(found, int) else None,
            response=self._response(200, done, back=back, now=now),
        )

    def act(self, endpoint: Endpoint, parameters: Parameters, proof: Proof, now: int) -> Act:
        """Read a request that has to be signed, and return what it asks for, found to be right.

        Raises:
            Refused: It is malformed, late, not signed, or not permitted.
        """
        window = _window(parameters)
        signature = proof.signature(parameters)
        act = endpoint.read(parameters)
        window.check(now=now)
        if signature is not None and not proof.key.verify(proof.payload, signature):
            raise Refused(-1022, "Signature for this request is not valid.")
        if endpoint.security == "TRADE" and not proof.key.may_trade:
            raise not_permitted()
        return act

    def refusal(self, refused: Refused, body: JsonObject, *, now: int) -> Attempt:
        """Return what is answered where nothing was done."""
        extra: tuple[tuple[str, str], ...] = ()
        if isinstance(refused, TooMany):
            extra = (("Retry-After", str(refused.retry_after)),)
        response = self._response(_status(refused), body, extra=extra, now=now)
        return Attempt(at=now, code=refused.code, order_list_id=None, response=response)

    def _response(
        self,
        status: int,
        body: Json,
        *,
        back: int = 0,
        extra: tuple[tuple[str, str], ...] = (),
        now: int,
    ) -> HttpResponse:
        used = self._venue.weight.refund(back, now=now)
        headers = (
            ("Content-Type", "application/json;charset=UTF-8"),
            (USED_WEIGHT, str(used)),
            *extra,
        )
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return HttpResponse(status, headers, text.encode())


def error(refused: Refused) -> JsonObject:
    """Return the exchange's own form of an error."""
    return {"code": refused.code, "msg": refused.message}


def not_supported() -> Refused:
    """Return the refusal of what is served, but not like this."""
    return Refused(*_NOT_SUPPORTED)


def _status(refused: Refused) -> int:
    if isinstance(refused, TooMany):
        return _BANNED if refused.banned else _TOO_MANY
    if isinstance(refused, NotServed):
        return _NOT_FOUND
    return _UNAUTHORIZED if refused.code in _ABOUT_THE_KEY else _BAD_REQUEST


def _window(parameters: Parameters) -> Window:
    timestamp = parameters.mandatory("timestamp", LONG)
    lasting = parameters.optional("recvWindow", DECIMAL)
    return Window(timestamp=timestamp, recv_window=DEFAULT_WINDOW if lasting is None else lasting)
