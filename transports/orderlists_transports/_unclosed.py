"""A warning for a client that is dropped, or left open until the interpreter ends, without a close.

It is for clients that made their transport themselves: its maker may close one that was
given.  Where connections have a thread, its own warning covers a client that is collected.
"""

from __future__ import annotations

import warnings
from typing import Any
from weakref import ReferenceType, finalize, ref


def warn_if_left_open(client: object, transport: object) -> finalize[Any, Any]:
    """Warn when a client ends and its transport still has connections; those over HTTP are closed.

    Args:
        client: The client; its repr is in the warning.
        transport: The one that the client made; None for one that was given.

    Returns:
        What to detach when the client is closed.
    """
    # The repr of a transport that was given is none of our business here.
    name = "" if transport is None else repr(client)
    return finalize(client, _ended, ref(client), name, transport)


def _ended(client: ReferenceType[object], name: str, transport: Any) -> None:  # noqa: ANN401 - of several kinds
    pool, thread = getattr(transport, "pool", None), getattr(transport, "io_thread", None)
    is_open: bool = pool is not None and pool.drop()
    # A client that still exists here is one that the end of the interpreter leaves open.
    is_open |= thread is not None and client() is not None and thread.is_used
    if is_open:
        warnings.warn(f"unclosed {name}", ResourceWarning, stacklevel=2)
