"""One sentence of the contract for transports that carry frames, and how it is checked.

Invariant: a transport that breaks a clause gets an AssertionError that begins with its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest import SkipTest

from attrs import field, frozen

from orderlists_transports.conformance._framed_bench import FramedBench
from orderlists_transports.conformance._framed_line import AsyncFramedLine, SyncFramedLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_transports._contract import AsyncFramedTransport, FramedTransport
    from orderlists_transports.conformance._framed_line import FramedLine
    from orderlists_transports.conformance._setup import FramedSetup, Tls


@frozen(kw_only=True)
class FramedClause:
    """One sentence of the contract.  No transport may break it.

    Attributes:
        name: As it appears in a test's name.
        promise: The sentence.
    """

    name: str
    promise: str
    test: Callable[[FramedBench], None] = field(repr=False)

    def check(
        self, factory: Callable[[FramedSetup], FramedTransport], *, tls: Tls | None = None
    ) -> None:
        """Check a synchronous transport.

        Args:
            factory: Makes a transport.
            tls: Lets the servers speak TLS.

        Raises:
            AssertionError: The transport breaks the clause.
            unittest.SkipTest: The clause cannot be checked here (pytest understands this, too).
        """
        self._check(lambda setup: SyncFramedLine(factory(setup)), tls)

    def check_async(
        self, factory: Callable[[FramedSetup], AsyncFramedTransport], *, tls: Tls | None = None
    ) -> None:
        """Check an asynchronous transport, as `check` does.  An event loop runs in the factory."""
        self._check(lambda setup: AsyncFramedLine(lambda: factory(setup)), tls)

    def _check(self, make: Callable[[FramedSetup], FramedLine], tls: Tls | None) -> None:
        try:
            with FramedBench(make, tls) as bench:
                self.test(bench)
        except SkipTest:
            raise
        except Exception as error:
            told = str(error) if isinstance(error, AssertionError) else repr(error)
            raise AssertionError(f"{self.name}: {self.promise} But: {told}") from error

    def __str__(self) -> str:
        return self.name


def framed_clause(test: Callable[[FramedBench], None]) -> FramedClause:
    """Make a clause; the docstring is the promise."""
    promise = " ".join((test.__doc__ or "").split())
    return FramedClause(name=test.__name__, promise=promise, test=test)
