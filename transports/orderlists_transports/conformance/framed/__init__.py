"""The clauses for framed transports."""

from orderlists_transports.conformance.framed.closing import CLOSING
from orderlists_transports.conformance.framed.frames import FRAMES
from orderlists_transports.conformance.framed.handshake import HANDSHAKE
from orderlists_transports.conformance.framed.secrets import SECRETS
from orderlists_transports.conformance.framed.timing import TIMING

FRAMED_CLAUSES = (*HANDSHAKE, *FRAMES, *TIMING, *CLOSING, *SECRETS)
"""Every clause for framed transports."""

__all__ = ["FRAMED_CLAUSES"]
