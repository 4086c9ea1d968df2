"""One sentence of the contract for transports that carry frames, and how it is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from orderlists_transports.conformance._framed_bench import FramedBench
from orderlists_transports.conformance._framed_line import AsyncFramedLine, SyncFramedLine
from orderlists_transports.conformance._promise import Promise, sentence_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_transports.conformance._setup import FramedSetup, Tls
    from orderlists_transports.interfaces import AsyncFramedTransport, FramedTransport


@frozen(kw_only=True)
class FramedClause(Promise[FramedBench]):
    """One sentence of the contract for transports that carry frames.  No transport may break it."""

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
        self.keep(FramedBench(lambda setup: SyncFramedLine(factory(setup)), tls))

    def check_async(
        self, factory: Callable[[FramedSetup], AsyncFramedTransport], *, tls: Tls | None = None
    ) -> None:
        """Check an asynchronous transport, as `check` does.  An event loop runs in the factory."""
        self.keep(FramedBench(lambda setup: AsyncFramedLine(lambda: factory(setup)), tls))


def framed_clause(test: Callable[[FramedBench], None]) -> FramedClause:
    """Make a clause; the docstring is the promise."""
    return FramedClause(name=test.__name__, promise=sentence_of(test), test=test)
