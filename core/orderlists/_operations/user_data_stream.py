"""What is asked of a connection, not of the matching engine: to know who asks, and to tell events.

Only protocols with connections know these; a session asks them of its own accord.
"""

from __future__ import annotations

from typing import Any, ClassVar

from attrs import frozen

from orderlists._models.base import Result
from orderlists._operations.base import Operation, Parameter, Request, Security


@frozen(kw_only=True, slots=False)
class Nothing(Result):
    """An answer that says no more than that it was done."""


@frozen(kw_only=True, slots=False)
class Subscription(Result):
    """Events flow.

    Attributes:
        subscription_id: Their number on this connection; 0 is one.
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
        changes_state=False,
        result=result,
    )


class _Bare(Request[Any]):
    def parameters(self) -> list[Parameter]:
        return []


@frozen(repr=False, slots=False)
class LogOn(_Bare):
    """Prove once who asks, for all that follows on this connection.  Ed25519 keys only."""

    operation: ClassVar[Operation[Nothing]] = _operation(
        "Log in with API key", "session.logon", Security.SIGNED, Nothing
    )


@frozen(repr=False, slots=False)
class Subscribe(_Bare):
    """Let the events of the account that is logged on flow."""

    operation: ClassVar[Operation[Subscription]] = _operation(
        "Subscribe to User Data Stream", "userDataStream.subscribe", Security.NONE, Subscription
    )


@frozen(repr=False, slots=False)
class SubscribeSigned(_Bare):
    """Let the events of the account whose key signs this flow."""

    operation: ClassVar[Operation[Subscription]] = _operation(
        "Subscribe to User Data Stream through signature subscription",
        "userDataStream.subscribe.signature",
        Security.SIGNED,
        Subscription,
    )


@frozen(repr=False, slots=False)
class Unsubscribe(Request[Nothing]):
    """Let events flow no more.

    Attributes:
        subscription_id: Which.
    """

    operation: ClassVar[Operation[Nothing]] = _operation(
        "Unsubscribe from User Data Stream", "userDataStream.unsubscribe", Security.NONE, Nothing
    )

    subscription_id: int

    def parameters(self) -> list[Parameter]:
        """Return the number of the subscription."""
        return [("subscriptionId", self.subscription_id)]


@frozen(repr=False, slots=False)
class Ping(_Bare):
    """Ask for a sign of life."""

    operation: ClassVar[Operation[Nothing]] = Operation(
        name="Test connectivity",
        method="GET",
        path="/api/v3/ping",
        websocket="ping",
        weight=1,
        security=Security.NONE,
        changes_state=False,
        result=Nothing,
    )
