"""One sentence of a transport's contract, and how a transport is checked against it.

Invariant: a transport that breaks a clause gets an AssertionError that begins with its name, also
where it hangs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar
from unittest import SkipTest

from attrs import field, frozen

from orderlists_transports.conformance.fixture import Fixture, FramedFixture, HttpFixture
from orderlists_transports.conformance.setup import FramedSetup, Setup
from orderlists_transports.interfaces import (
    AsyncFramedTransport,
    AsyncHttpTransport,
    FramedTransport,
    HttpTransport,
)

TIME_LIMIT = 20.0
"""Seconds after which a clause is broken, because the transport hangs."""

F = TypeVar("F", bound=Fixture[Any, Any])
M = TypeVar("M")


@frozen(kw_only=True)
class Clause(Generic[F, M]):
    """One sentence of the contract.

    Attributes:
        name: The name of the clause.
        sentence: What it demands.
        optional: Why a good transport may break it; None where none may.
        needs_tls: Whether it can be checked over TLS only.
    """

    name: str
    sentence: str
    optional: str | None = None
    needs_tls: bool = False
    fixture: Callable[..., F] = field(repr=False)
    test: Callable[[F], None] = field(repr=False)

    def check(self, factory: M, *, is_async: bool = False, tls: bool = False) -> None:
        """Check a transport.

        Args:
            factory: Makes a transport with the settings it is given; in an event loop, if
                `is_async`.
            is_async: Whether the transport is asynchronous.
            tls: Whether the servers use TLS.

        Raises:
            AssertionError: The transport breaks the clause.
            unittest.SkipTest: The clause cannot be checked here (pytest understands this, too).
        """
        if self.needs_tls and not tls:
            raise SkipTest("it concerns TLS alone")
        fixture = self.fixture(factory, is_async=is_async, tls=tls)
        try:
            fixture.supervisor.run(lambda: self._run(fixture), seconds=TIME_LIMIT)
        except TimeoutError:
            fixture.abort()
            raise self._broken(f"it has not ended after {TIME_LIMIT} s") from None
        except SkipTest:
            raise
        except Exception as error:
            why = str(error) if isinstance(error, AssertionError) else repr(error)
            raise self._broken(why) from error

    def _run(self, fixture: F) -> None:
        try:
            self.test(fixture)
        finally:
            fixture.close()

    def _broken(self, why: str) -> AssertionError:
        return AssertionError(f"{self.name}: {self.sentence} But: {why}")

    def __str__(self) -> str:
        return self.name


HttpFactory = Callable[[Setup], HttpTransport | AsyncHttpTransport]
FramedFactory = Callable[[FramedSetup], FramedTransport | AsyncFramedTransport]
HttpClause = Clause[HttpFixture, HttpFactory]
"""A clause of the contract for HTTP transports."""

FramedClause = Clause[FramedFixture, FramedFactory]
"""A clause of the contract for framed transports."""


class Clauses(list[Clause[F, M]], Generic[F, M]):
    """The clauses about one subject, in the order of their definition."""

    def __init__(self, fixture: Callable[..., F]) -> None:
        super().__init__()
        self._fixture = fixture

    def clause(
        self, *, optional: str | None = None, needs_tls: bool = False
    ) -> Callable[[Callable[[F], None]], Clause[F, M]]:
        """Add a test as a clause; its docstring is the sentence."""
        return lambda test: self.add(
            test.__name__, _sentence(test), test, optional=optional, needs_tls=needs_tls
        )

    def add(
        self,
        name: str,
        sentence: str,
        test: Callable[[F], None],
        *,
        optional: str | None = None,
        needs_tls: bool = False,
    ) -> Clause[F, M]:
        """Add a clause."""
        made: Clause[F, M] = Clause(
            name=name,
            sentence=sentence,
            optional=optional,
            needs_tls=needs_tls,
            fixture=self._fixture,
            test=test,
        )
        self.append(made)
        return made


def http_clauses() -> Clauses[HttpFixture, HttpFactory]:
    """Return a list for clauses about HTTP."""
    return Clauses(HttpFixture)


def framed_clauses() -> Clauses[FramedFixture, FramedFactory]:
    """Return a list for clauses about frames."""
    return Clauses(FramedFixture)


def _sentence(test: Callable[[F], None]) -> str:
    return " ".join((test.__doc__ or "").split())
