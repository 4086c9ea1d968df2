"""Keeping what was signed out of the errors that a transport of the user's raises.

A transport may raise `TransportError` alone.  One that lets the error of its library through is a
bug, and a bug is shown as it is; but the texts of such errors hold whole URLs and header values,
and a traceback prints them.
"""

from __future__ import annotations

import re

from orderlists.errors import TransportError, describe_bug

_SIGNED = re.compile(r"signature|apikey", re.IGNORECASE)
_MOST_LINKS = 20


def without_secrets(bug: Exception, api_key: str) -> Exception:
    """Return a bug itself, or an error that describes it if its texts hold signed text.

    >>> without_secrets(KeyError("status"), "k" * 64)
    KeyError('status')
    >>> without_secrets(OSError("GET /?signature=c8db56"), "k" * 64)
    TransportError('a bug: OSError; its text is not shown, because it holds signed text')
    """
    link: BaseException | None = bug
    for _ in range(_MOST_LINKS):
        if link is None:
            return bug
        text = f"{link!s} {link!r} {getattr(link, '__notes__', '')}"
        if _SIGNED.search(text) is not None or api_key in text:
            break
        link = link.__cause__ or link.__context__
    reason = f"{describe_bug(bug)}; its text is not shown, because it holds signed text"
    return TransportError(reason, sent=None, is_retryable=False)
