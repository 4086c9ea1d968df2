"""All clauses together."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from unittest import SkipTest

from orderlists_transports.conformance._discretion import DISCRETION
from orderlists_transports.conformance._failures import FAILING
from orderlists_transports.conformance._replies import REPLIES
from orderlists_transports.conformance._requests import REQUESTS
from orderlists_transports.conformance._sharing import SHARING
from orderlists_transports.conformance._timing import TIMING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from orderlists_transports.conformance._clause import Clause
    from orderlists_transports.conformance._setup import Setup, Tls
    from orderlists_transports.interfaces import AsyncHttpTransport, HttpTransport

CLAUSES: tuple[Clause, ...] = (*REQUESTS, *REPLIES, *FAILING, *TIMING, *SHARING, *DISCRETION)
"""Every clause: what is sent, what comes back, what fails, time, sharing, discretion."""


def check_http_transport(
    factory: Callable[[Setup], HttpTransport],
    *,
    tls: Tls | None = None,
    without: Collection[str] = (),
) -> None:
    """Check a synchronous transport against every clause, up to the first that it breaks.

    Args:
        factory: Makes a transport.  Needs nothing but the origin for most clauses.
        tls: Lets the servers speak TLS; run the suite once with and once without.
        without: Names of optional clauses to leave out.

    Raises:
        AssertionError: The transport breaks a clause; its name comes first.
        ValueError: A name in `without` is not that of an optional clause, or it is a text.
    """
    for clause in _left(without):
        with suppress(SkipTest):
            clause.check(factory, tls=tls)


def check_async_http_transport(
    factory: Callable[[Setup], AsyncHttpTransport],
    *,
    tls: Tls | None = None,
    without: Collection[str] = (),
) -> None:
    """Check an asynchronous transport, as `check_http_transport` does.

    Raises:
        AssertionError: The transport breaks a clause; its name comes first.
        ValueError: A name in `without` is not that of an optional clause, or it is a text.
    """
    for clause in _left(without):
        with suppress(SkipTest):
            clause.check_async(factory, tls=tls)


def _left(without: Collection[str]) -> Iterator[Clause]:
    if isinstance(without, str):
        raise ValueError(f"without={without!r}: must be names in a list, not text")  # noqa: TRY004 - documented
    optional = {clause.name for clause in CLAUSES if clause.optional is not None}
    if not optional.issuperset(without):
        raise ValueError(f"{sorted({*without} - optional)}: only optional clauses can be left out")
    return (clause for clause in CLAUSES if clause.name not in without)
