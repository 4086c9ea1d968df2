"""Host names to addresses, within a deadline."""

from __future__ import annotations

import socket
import threading

import pytest

from orderlists_transports._net.deadline import Deadline
from orderlists_transports._net.resolver import resolve


def test_an_address_is_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "getaddrinfo")
    assert resolve("127.0.0.1", Deadline(5)) == ["127.0.0.1"]
    assert resolve("::1", Deadline(5)) == ["::1"]


def test_a_name_is_looked_up() -> None:
    assert set(resolve("localhost", Deadline(5))) <= {"127.0.0.1", "::1"}


def test_a_lookup_that_hangs_ends_at_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    over, ended = threading.Event(), threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        over.wait(5)
        ended.set()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with pytest.raises(TimeoutError):
        resolve("slow.example", Deadline(0.05))
    assert not ended.is_set()
    over.set()


def test_an_unknown_host_is_an_oserror(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(socket.gaierror):
        resolve("orderlists.invalid", Deadline(5))


def test_a_label_that_is_too_long_is_an_unknown_host() -> None:
    with pytest.raises(socket.gaierror, match="not known"):
        resolve("a" * 64 + ".example", Deadline(5))
