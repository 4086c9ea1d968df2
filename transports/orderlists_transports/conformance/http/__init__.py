"""The clauses for HTTP transports."""

from orderlists_transports.conformance.http.concurrency import CONCURRENCY
from orderlists_transports.conformance.http.failures import FAILURES
from orderlists_transports.conformance.http.replies import REPLIES
from orderlists_transports.conformance.http.requests import REQUESTS
from orderlists_transports.conformance.http.secrets import SECRETS
from orderlists_transports.conformance.http.timing import TIMING

HTTP_CLAUSES = (*REQUESTS, *REPLIES, *FAILURES, *TIMING, *CONCURRENCY, *SECRETS)
"""Every clause for HTTP transports."""

__all__ = ["HTTP_CLAUSES"]
