"""`with` on what is asynchronous, and `async with` on what is synchronous."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from clients import key_of
from orderlists import WebSocketApi
from orderlists_simulator import EXAMPLE_KEY
from orderlists_transports import AsyncClient, Client

SETTINGS: dict[str, Any] = {"exchange": "http://127.0.0.1:1", "protocol": WebSocketApi()}
CLIENT = Client(key_of(EXAMPLE_KEY), **SETTINGS)
ASYNC_CLIENT = AsyncClient(key_of(EXAMPLE_KEY), **SETTINGS)


@pytest.mark.parametrize(
    ("asynchronous", "right"),
    [(ASYNC_CLIENT, "Client"), (ASYNC_CLIENT.events(), "EventStream")],
)
def test_with_on_something_asynchronous_is_refused_with_advice(
    asynchronous: Any, right: str
) -> None:
    text = f"^Async{right} is asynchronous: use `async with`, or {right} with `with`$"
    with pytest.raises(TypeError, match=text), asynchronous:
        pass


@pytest.mark.parametrize(
    ("synchronous", "name"), [(CLIENT, "Client"), (CLIENT.events(), "EventStream")]
)
def test_async_with_on_something_synchronous_is_refused_with_advice(
    synchronous: Any, name: str
) -> None:
    async def use() -> None:
        async with synchronous:
            pass

    text = f"^{name} is synchronous: use `with`, or Async{name} with `async with`$"
    with pytest.raises(TypeError, match=text):
        asyncio.run(use())
