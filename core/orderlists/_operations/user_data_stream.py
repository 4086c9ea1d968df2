"""Operations of a connection: log-on, keepalive and subscriptions.

Only the session layers of framed protocols send them.

Source: *WebSocket API*: *Session authentication*, *User Data Stream requests*, *Test connectivity*.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from attrs import frozen

from orderlists._models.base import Result
from orderlists._operations.base import Operation, Parameter, Request, Security


@frozen(kw_only=True, slots=False)
class Nothing(Result):
    """A result without fields: the request succeeded."""


@frozen(kw_only=True, slots=False)
class Subscription(Result):
    """A subscription to the events of an account.

    Attributes:
        subscription_id: Its id on this connection; may be 0.
    """

    subscription_id: int


def _operation(name: str, method: str, security: Security, result: type[Any]) -> Operation[Any]:
    return Operation(
        name=name,
        method=None,
        path=None,
        websocket=method,
        weight=2,
        security=security,
        result=result,
    )


HANDSHAKE: Final[Operation[Nothing]] = _operation("Open a connection", "", Security.NONE, Nothing)
"""The opening handshake: not a method of the API, but it has a weight and may be refused."""


@frozen(repr=False, slots=False)
class LogOn(Request[Any]):
    """Authenticate the connection for all requests that follow on it.  Ed25519 keys only."""

    operation: ClassVar[Operation[Nothing]] = _operation(
        "Log in with API key", "session.logon", Security.SIGNED, Nothing
    )


@frozen(repr=False, slots=False)
class Subscribe(Request[Any]):
    """Subscribe to the events of the account that is logged on."""

    operation: ClassVar[Operation[Subscription]] = _operation(
        "Subscribe to User Data Stream", "userDataStream.subscribe", Security.NONE, Subscription
    )


@frozen(repr=False, slots=False)
class SubscribeSigned(Request[Any]):
    """Subscribe to the events of the account whose key signs this request."""

    operation: ClassVar[Operation[Subscription]] = _operation(
        "Subscribe to User Data Stream through signature subscription",
        "userDataStream.subscribe.signature",
        Security.SIGNED,
        Subscription,
    )


@frozen(repr=False, slots=False)
class Unsubscribe(Request[Nothing]):
    """End a subscription.

    Attributes:
        subscription_id: The id of the subscription.
    """

    operation: ClassVar[Operation[Nothing]] = _operation(
        "Unsubscribe from User Data Stream", "userDataStream.unsubscribe", Security.NONE, Nothing
    )

    subscription_id: int

    def parameters(self) -> list[Parameter]:
        """Return the id of the subscription."""
        return [("subscriptionId", self.subscription_id)]


@frozen(repr=False, slots=False)
class Ping(Request[Any]):
    """Test connectivity; keeps a quiet connection alive."""

    operation: ClassVar[Operation[Nothing]] = Operation(
        name="Test connectivity",
        method="GET",
        path="/api/v3/ping",
        websocket="ping",
        weight=1,
        security=Security.NONE,
        result=Nothing,
    )
