"""Both clients behind one face, so that every test is written once."""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from orderlists import HmacKey, Request
from orderlists_simulator import ApiKey, HmacApiKey
from orderlists_transports import AsyncClient, Client

R = TypeVar("R")


class Sender(Protocol):
    """A client of either colour."""

    def send(self, request: Request[R]) -> R: ...


class _BlockingAsyncClient:
    def __init__(self, client: AsyncClient, runner: asyncio.Runner) -> None:
        self._client = client
        self._runner = runner

    def send(self, request: Request[R]) -> R:
        return self._runner.run(self._client.send(request))


@contextmanager
def sync_client(key: HmacKey, **settings: Any) -> Generator[Sender]:
    with Client(key, **settings) as client:
        yield client


@contextmanager
def async_client(key: HmacKey, **settings: Any) -> Generator[Sender]:
    with asyncio.Runner() as runner:
        client = AsyncClient(key, **settings)
        try:
            yield _BlockingAsyncClient(client, runner)
        finally:
            runner.run(client.aclose())


CLIENTS: dict[str, Callable[..., Any]] = {"sync": sync_client, "async": async_client}


def key_of(known: ApiKey) -> HmacKey:
    """Return the client's half of a key that a venue knows."""
    assert isinstance(known, HmacApiKey)
    return HmacKey(api_key=known.api_key, secret=known.secret)
