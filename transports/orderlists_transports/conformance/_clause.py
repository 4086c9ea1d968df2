"""One sentence of the contract for HTTP transports, and how it is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from orderlists_transports.conformance._bench import Bench
from orderlists_transports.conformance._line import AsyncLine, SyncLine
from orderlists_transports.conformance._promise import Promise, sentence_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_transports.conformance._setup import Setup, Tls
    from orderlists_transports.interfaces import AsyncHttpTransport, HttpTransport


@frozen(kw_only=True)
class Clause(Promise[Bench]):
    """One sentence of the contract for HTTP transports.

    Attributes:
        optional: Why a good transport may break it; None where none may.
    """

    optional: str | None

    def check(self, factory: Callable[[Setup], HttpTransport], *, tls: Tls | None = None) -> None:
        """Check a synchronous transport.

        Args:
            factory: Makes a transport.
            tls: Lets the servers speak TLS.

        Raises:
            AssertionError: The transport breaks the clause.
            unittest.SkipTest: The clause cannot be checked here (pytest understands this, too).
        """
        self.keep(Bench(lambda setup: SyncLine(factory(setup)), tls))

    def check_async(
        self, factory: Callable[[Setup], AsyncHttpTransport], *, tls: Tls | None = None
    ) -> None:
        """Check an asynchronous transport, as `check` does.  An event loop runs in the factory."""
        self.keep(Bench(lambda setup: AsyncLine(lambda: factory(setup)), tls))


def clause(test: Callable[[Bench], None]) -> Clause:
    """Make a clause that every transport must keep; the docstring is the promise."""
    return _made(test, None)


def optional_clause(reason: str) -> Callable[[Callable[[Bench], None]], Clause]:
    """Make a clause that a transport may break, for a reason."""
    return lambda test: _made(test, reason)


def _made(test: Callable[[Bench], None], optional: str | None) -> Clause:
    return Clause(name=test.__name__, promise=sentence_of(test), optional=optional, test=test)
