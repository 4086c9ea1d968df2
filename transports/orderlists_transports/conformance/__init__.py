"""What every transport must do, as a suite that you can run on yours.

Standard library only, on loopback only; any test runner will do::

    from orderlists_transports.conformance import check_http_transport

    def test_my_transport_keeps_its_promises():
        check_http_transport(lambda setup: MyTransport(setup.origin))

With pytest, one test for each clause::

    @pytest.mark.parametrize("clause", CLAUSES, ids=str)
    def test_my_transport(clause):
        clause.check(lambda setup: MyTransport(setup.origin))

An asynchronous transport is checked by `check_async_http_transport` and `Clause.check_async`; one
that carries frames, such as WebSocket, by `check_framed_transport`, `check_async_framed_transport`
and the clauses in `FRAMED_CLAUSES`.
"""

from orderlists_transports.conformance._clause import Clause
from orderlists_transports.conformance._framed_clause import FramedClause
from orderlists_transports.conformance._framed_suite import (
    FRAMED_CLAUSES,
    check_async_framed_transport,
    check_framed_transport,
)
from orderlists_transports.conformance._setup import FramedSetup, Setup, Tls
from orderlists_transports.conformance._suite import (
    CLAUSES,
    check_async_http_transport,
    check_http_transport,
)

__all__ = [
    "CLAUSES",
    "FRAMED_CLAUSES",
    "Clause",
    "FramedClause",
    "FramedSetup",
    "Setup",
    "Tls",
    "check_async_framed_transport",
    "check_async_http_transport",
    "check_framed_transport",
    "check_http_transport",
]
