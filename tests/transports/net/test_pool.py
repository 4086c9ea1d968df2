"""The idle connections of a transport, without any connection."""

from __future__ import annotations

import pytest

from orderlists_transports._net.pool import Pool


class Fake:
    """A connection that notes what is done with it."""

    def __init__(self, *, usable: bool = True) -> None:
        self.usable = usable
        self.is_closed = False
        self.is_abandoned = False

    def is_usable(self) -> bool:
        return self.usable

    def close(self) -> None:
        self.is_closed = True

    def abandon(self) -> None:
        self.is_abandoned = True


def pool_of(*connections: Fake, max_idle: int = 2) -> Pool[Fake]:
    pool: Pool[Fake] = Pool(max_idle)
    for connection in connections:
        pool.release(connection, is_reusable=True)
    return pool


def test_an_empty_pool_has_no_connection() -> None:
    assert pool_of().acquire() is None


def test_the_connection_that_was_used_last_is_acquired_first() -> None:
    first, second = Fake(), Fake()
    pool = pool_of(first, second)
    assert [pool.acquire(), pool.acquire(), pool.acquire()] == [second, first, None]


def test_an_idle_connection_that_is_not_usable_is_closed() -> None:
    stale, usable = Fake(usable=False), Fake()
    assert pool_of(usable, stale).acquire() is usable
    assert (stale.is_closed, usable.is_closed) == (True, False)


def test_no_more_idle_connections_are_kept_than_max_connections() -> None:
    first, second = Fake(), Fake()
    pool = pool_of(first, second, max_idle=1)
    assert (pool.acquire(), pool.acquire()) == (first, None)
    assert second.is_closed


def test_a_connection_that_is_not_reusable_is_closed() -> None:
    pool, spent = pool_of(), Fake()
    pool.release(spent, is_reusable=False)
    pool.release(None, is_reusable=False)
    assert (pool.acquire(), spent.is_closed) == (None, True)


def test_closing_closes_idle_connections_and_those_that_are_released_later() -> None:
    idle, in_use = Fake(), Fake()
    pool = pool_of(idle)
    pool.close()
    pool.close()
    pool.release(in_use, is_reusable=True)
    assert (idle.is_closed, in_use.is_closed, pool.is_closed) == (True, True, True)


def test_a_forked_child_abandons_the_connections_of_its_parent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    inherited = Fake()
    pool = pool_of(inherited)
    monkeypatch.setattr("orderlists_transports._net.pool.os.getpid", lambda: -1)
    assert pool.is_inherited()
    assert pool.acquire() is None
    assert (inherited.is_abandoned, inherited.is_closed) == (True, False)
    assert not pool.is_inherited()


def test_the_connections_of_a_dropped_pool_are_abandoned() -> None:
    idle = Fake()
    pool = pool_of(idle)
    assert pool.drop()
    assert (idle.is_abandoned, idle.is_closed) == (True, False)
    assert not pool.drop()


def test_a_pool_that_is_dropped_in_a_forked_child_has_nothing_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pool = pool_of(Fake())
    monkeypatch.setattr("orderlists_transports._net.pool.os.getpid", lambda: -1)
    assert not pool.drop()
