"""One sentence of the contract, and how it is checked.

Invariant: a transport that breaks a clause gets an AssertionError that begins with its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import SkipTest

from attrs import field, frozen

from orderlists_transports.conformance._bench import Bench
from orderlists_transports.conformance._line import AsyncLine, SyncLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_transports._contract import AsyncHttpTransport, HttpTransport
    from orderlists_transports.conformance._line import Line
    from orderlists_transports.conformance._setup import Setup, Tls


@frozen(kw_only=True)
class Clause:
    """One sentence of the contract.

    Attributes:
        name: As it appears in a test's name.
        promise: The sentence.
        optional: Why a good transport may break it; None where none may.
    """

    name: str
    promise: str
    optional: str | None
    test: Callable[[Bench], None] = field(repr=False)

    def check(self, factory: Callable[[Setup], HttpTransport], *, tls: Tls | None = None) -> None:
        """Check a synchronous transport.

        Args:
            factory: Makes a transport.
            tls: Lets the servers speak TLS.

        Raises:
            AssertionError: The transport breaks the clause.
            unittest.SkipTest: The clause cannot be checked here (pytest understands this, too).
        """
        self._check(lambda setup: SyncLine(factory(setup)), tls)

    def check_async(
        self, factory: Callable[[Setup], AsyncHttpTransport], *, tls: Tls | None = None
    ) -> None:
        """Check an asynchronous transport, as `check` does.  An event loop runs in the factory."""
        self._check(lambda setup: AsyncLine(lambda: factory(setup)), tls)

    def _check(self, make: Callable[[Setup], Line], tls: Tls | None) -> None:
        try:
            with Bench(make, tls) as bench:
                self.test(bench)
        except SkipTest:
            raise
        except Exception as error:
            told = str(error) if isinstance(error, AssertionError) else repr(error)
            raise AssertionError(f"{self.name}: {self.promise} But: {told}") from error

    def __str__(self) -> str:
        return self.name


def clause(test: Callable[[Bench], None]) -> Clause:
    """Make a clause that every transport must keep; the docstring is the promise."""
    return _made(test, None)


def optional_clause(reason: str) -> Callable[[Callable[[Bench], None]], Clause]:
    """Make a clause that a transport may break, for a reason."""
    return lambda test: _made(test, reason)


def _made(test: Callable[[Bench], None], optional: str | None) -> Clause:
    promise = " ".join((test.__doc__ or "").split())
    return Clause(name=test.__name__, promise=promise, optional=optional, test=test)
