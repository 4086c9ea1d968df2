"""The methods that are about the connection they came by: who is logged on, and who is told what.

Source: "Session management" and "User Data Stream requests" of the WebSocket API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlists_simulator._desk import not_supported
from orderlists_simulator._endpoints import Endpoint
from orderlists_simulator._keyring import not_permitted
from orderlists_simulator._parameters import LONG

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from orderlists_simulator._endpoints import Act, Caller
    from orderlists_simulator._parameters import Parameters
    from orderlists_simulator._replies import Json, JsonObject
    from orderlists_simulator._session import Session, Subscription
    from orderlists_simulator._venue import Venue

_WEIGHT = 2

Ended = tuple["Subscription", ...]


def session_methods(
    session: Session, *, terminated: Callable[[Ended, int], None]
) -> Mapping[str, Endpoint]:
    """Return what can be asked about a connection, by the names of the methods.

    Args:
        session: The state of the connection.
        terminated: Told which subscriptions were ended, and when.
    """

    def log_on(_venue: Venue, caller: Caller) -> Json:
        # [ASSUME] "Only Ed25519 keys are supported"; the code for others is not documented.
        if caller.key is None or not caller.key.may_log_on:
            raise not_supported()
        session.log_on(caller.key, now=caller.now)
        return _status(session, caller)

    def log_out(_venue: Venue, caller: Caller) -> Json:
        terminated(session.log_out(), caller.now)
        return _status(session, caller)

    def subscribe(_venue: Venue, _caller: Caller) -> Json:
        # [ASSUME] "Requires an authenticated session"; the error without one is not documented.
        if session.key is None:
            raise not_permitted()
        return _numbered(session.subscribe(session.key.account, by_logon=True))

    def subscribe_signed(_venue: Venue, caller: Caller) -> Json:
        return _numbered(session.subscribe(caller.account, by_logon=False))

    def read_unsubscribe(parameters: Parameters) -> Act:
        number = parameters.optional("subscriptionId", LONG)
        parameters.refuse_unread()

        def unsubscribe(_venue: Venue, caller: Caller) -> Json:
            terminated(session.unsubscribe(number), caller.now)
            return {}

        return unsubscribe

    return {
        "session.logon": _signed(log_on),
        "session.status": _open(lambda _venue, caller: _status(session, caller)),
        "session.logout": _open(log_out),
        "session.subscriptions": _open(lambda _venue, _caller: [_numbered(one) for one in session]),
        "userDataStream.subscribe": _open(subscribe),
        "userDataStream.subscribe.signature": _signed(subscribe_signed),
        "userDataStream.unsubscribe": Endpoint(
            security="NONE", weight=_WEIGHT, read=read_unsubscribe
        ),
    }


def _open(act: Act) -> Endpoint:
    return Endpoint(security="NONE", weight=_WEIGHT, read=lambda sent: _nothing_more(sent, act))


def _signed(act: Act) -> Endpoint:
    return Endpoint(
        security="USER_STREAM", weight=_WEIGHT, read=lambda sent: _nothing_more(sent, act)
    )


def _nothing_more(parameters: Parameters, act: Act) -> Act:
    parameters.refuse_unread()
    return act


def _numbered(subscription: Subscription) -> JsonObject:
    return {"subscriptionId": subscription.number}


def _status(session: Session, caller: Caller) -> JsonObject:
    written, authorized = caller.unit.written, session.authorized_since
    return {
        "apiKey": None if session.key is None else session.key.api_key,
        "authorizedSince": None if authorized is None else written(authorized),
        "connectedSince": written(session.since),
        "returnRateLimits": session.returns_rate_limits,
        "serverTime": written(caller.now),
        "userDataStream": any(True for _ in session),
    }
