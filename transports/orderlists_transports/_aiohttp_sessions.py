"""aiohttp's sessions, and what both transports over aiohttp have in common.

Invariant: a session is used only in the event loop and process in which it was made: a child
process has a copy of its parent's, but must not use it.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, NamedTuple

import aiohttp

from orderlists import InvalidSetting
from orderlists_transports._http1.decoders import decode_content, too_long
from orderlists_transports._http1.errors import TunnelRefused
from orderlists_transports._validators import check_callable

if TYPE_CHECKING:
    from collections.abc import Callable

    from multidict import CIMultiDictProxy


class _Home(NamedTuple):
    session: aiohttp.ClientSession
    process: int
    loop: asyncio.AbstractEventLoop


class Sessions:
    """One session for each event loop and process, made when it is first asked for.

    Args:
        make: Makes a session, inside the running loop.
    """

    def __init__(self, make: Callable[[], aiohttp.ClientSession]) -> None:
        self._make = make
        self._home: _Home | None = None
        self._left_behind: list[aiohttp.ClientSession] = []

    async def here(self) -> aiohttp.ClientSession:
        """Return the session of this loop and process."""
        session = self.made_here()
        if session is not None:
            return session
        home, session = self._home, self._made()
        self._home = _Home(session, os.getpid(), asyncio.get_running_loop())
        if home is not None:
            await self._leave(home)
        return session

    def _made(self) -> aiohttp.ClientSession:
        made: object = self._make()
        if not isinstance(made, aiohttp.ClientSession):
            rule = "must return an aiohttp.ClientSession"
            raise InvalidSetting(field="session", value=made, rule=rule)
        return made

    def made_here(self) -> aiohttp.ClientSession | None:
        """Return the session of this loop and process, or None before one was asked for."""
        home = self._home
        if home is None or home.loop is not asyncio.get_running_loop():
            return None
        return home.session if home.process == os.getpid() else None

    async def close(self) -> None:
        """Close the session, with every connection."""
        home, self._home = self._home, None
        if home is not None:
            await self._leave(home)

    async def _leave(self, home: _Home) -> None:
        reachable = home.loop is asyncio.get_running_loop() or home.loop.is_closed()
        if reachable and home.process == os.getpid():
            await home.session.close()
        else:
            # Kept, for closing it would reach into an event loop of another thread or process.
            self._left_behind.append(home.session)


def check_factory(session: object) -> None:
    """Refuse what makes no session.

    Raises:
        InvalidSetting: It cannot be called; perhaps it is a session itself.
    """
    rule = "must be a function that makes an aiohttp.ClientSession, for it belongs to an event loop"
    check_callable("session", session, rule=rule)


async def content_of(
    stream: aiohttp.StreamReader, headers: CIMultiDictProxy[str], longest: int
) -> bytes:
    """Return the whole body of a response, decompressed.

    Raises:
        Unusable: It is longer than `longest` bytes, or its encoding is unknown or broken.
    """
    parts: list[bytes] = []
    room = longest
    while part := await stream.readany():
        room -= len(part)
        if room < 0:
            raise too_long(longest)
        parts.append(part)
    body = b"".join(parts)
    encodings = headers.getall("Content-Encoding", None)
    return decode_content(body, ", ".join(encodings), longest) if encodings else body


def root_of(error: BaseException) -> BaseException:
    """Return an error of aiohttp, or ours that says the same of a proxy."""
    return TunnelRefused(error.status) if isinstance(error, aiohttp.ClientHttpProxyError) else error


def was_interrupted() -> bool:
    """Tell whether a CancelledError was meant for this task.

    aiohttp cancels whoever waits for a connection when its session is closed.
    """
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0
