"""All clauses for transports that carry frames."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from unittest import SkipTest

from orderlists_transports.conformance._framed_discretion import DISCREET
from orderlists_transports.conformance._framed_endings import ENDINGS
from orderlists_transports.conformance._framed_opening import OPENING
from orderlists_transports.conformance._framed_traffic import TRAFFIC
from orderlists_transports.conformance._framed_waiting import WAITING

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_transports.conformance._framed_clause import FramedClause
    from orderlists_transports.conformance._setup import FramedSetup, Tls
    from orderlists_transports.interfaces import AsyncFramedTransport, FramedTransport

FRAMED_CLAUSES: tuple[FramedClause, ...] = (*OPENING, *TRAFFIC, *WAITING, *ENDINGS, *DISCREET)
"""Every clause: connecting, frames, time, endings, discretion.  None is optional."""


def check_framed_transport(
    factory: Callable[[FramedSetup], FramedTransport], *, tls: Tls | None = None
) -> None:
    """Check a synchronous transport against every clause, up to the first that it breaks.

    Args:
        factory: Makes a transport.  Needs nothing but the origin for most clauses.
        tls: Lets the servers speak TLS; run the suite once with and once without.

    Raises:
        AssertionError: The transport breaks a clause; its name comes first.
    """
    for clause in FRAMED_CLAUSES:
        with suppress(SkipTest):
            clause.check(factory, tls=tls)


def check_async_framed_transport(
    factory: Callable[[FramedSetup], AsyncFramedTransport], *, tls: Tls | None = None
) -> None:
    """Check an asynchronous transport, as `check_framed_transport` does.

    Raises:
        AssertionError: The transport breaks a clause; its name comes first.
    """
    for clause in FRAMED_CLAUSES:
        with suppress(SkipTest):
            clause.check_async(factory, tls=tls)
