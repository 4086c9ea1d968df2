"""The endpoints of a connection's session: its logon, and its subscriptions.

Source: "Session management" and "User Data Stream requests" of the WebSocket API.
"""

from __future__ import annotations

from orderlists_simulator._api.endpoint import Call, Served
from orderlists_simulator._api.parameters import LONG, optional
from orderlists_simulator._api.responses import Json, JsonObject
from orderlists_simulator._engine.errors import not_permitted, not_supported
from orderlists_simulator._engine.session import Subscription

_WEIGHT = 2
_SUBSCRIPTION_ID = optional("subscriptionId", LONG)


@Served(websocket="session.logon", security="USER_STREAM", weight=_WEIGHT)
def _log_on(call: Call) -> Json:
    # [ASSUME] "Only Ed25519 keys are supported"; the code for others is not documented.
    if call.key is None or not call.key.may_log_on:
        raise not_supported()
    call.session.log_on(call.key, now=call.now)
    return _status.handler(call)


@Served(websocket="session.logout", security="NONE", weight=_WEIGHT)
def _log_out(call: Call) -> Json:
    call.session.log_out(now=call.now)
    return _status.handler(call)


@Served(websocket="session.status", security="NONE", weight=_WEIGHT)
def _status(call: Call) -> Json:
    session, convert = call.session, call.unit.convert
    since = session.authorized_since
    return {
        "apiKey": None if session.key is None else session.key.api_key,
        "authorizedSince": None if since is None else convert(since),
        "connectedSince": convert(session.since),
        "returnRateLimits": session.returns_rate_limits,
        "serverTime": convert(call.now),
        "userDataStream": any(True for _ in session),
    }


@Served(websocket="session.subscriptions", security="NONE", weight=_WEIGHT)
def _subscriptions(call: Call) -> Json:
    return [_subscription(each) for each in call.session]


@Served(websocket="userDataStream.subscribe", security="NONE", weight=_WEIGHT)
def _subscribe(call: Call) -> Json:
    # [ASSUME] "Requires an authenticated session"; the error without one is not documented.
    if call.session.key is None:
        raise not_permitted()
    return _subscription(call.session.subscribe(call.session.key.account, by_logon=True))


@Served(websocket="userDataStream.subscribe.signature", security="USER_STREAM", weight=_WEIGHT)
def _subscribe_signed(call: Call) -> Json:
    return _subscription(call.session.subscribe(call.account, by_logon=False))


@Served(
    websocket="userDataStream.unsubscribe",
    security="NONE",
    weight=_WEIGHT,
    parameters=(_SUBSCRIPTION_ID,),
)
def _unsubscribe(call: Call) -> Json:
    call.session.unsubscribe(call[_SUBSCRIPTION_ID], now=call.now)
    return {}


def _subscription(subscription: Subscription) -> JsonObject:
    return {"subscriptionId": subscription.number}
