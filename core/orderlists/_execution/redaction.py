"""Redaction of exceptions raised by a user's transport.

A transport may raise only `TransportError`.  An exception of its HTTP library that escapes is a
bug, and bugs are passed on unchanged; but such exceptions may contain whole URLs and header values,
which a traceback would print.
"""

from __future__ import annotations

import re

from orderlists.errors import TransportError, describe_bug

_SIGNED = re.compile(r"signature|apikey", re.IGNORECASE)
_MAX_CHAIN = 20


def without_secrets(bug: Exception, api_key: str) -> Exception:
    """Return a bug unchanged, or an error that describes it if its texts hold signed text.

    >>> without_secrets(KeyError("status"), "k" * 64)
    KeyError('status')
    >>> without_secrets(OSError("GET /?signature=c8db56"), "k" * 64)
    TransportError('a bug: OSError; its text is not shown, because it holds signed text')
    """
    link: BaseException | None = bug
    for _ in range(_MAX_CHAIN):
        if link is None:
            return bug
        text = f"{link!s} {link!r} {getattr(link, '__notes__', '')}"
        if _SIGNED.search(text) is not None or api_key in text:
            break
        link = link.__cause__ or link.__context__
    reason = f"{describe_bug(bug)}; its text is not shown, because it holds signed text"
    return TransportError(reason, sent=None, is_retryable=False)
