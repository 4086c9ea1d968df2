"""Redaction of exceptions raised by a user's transport.

A transport may raise only `TransportError`.  An exception of its HTTP library that escapes is a
bug, and bugs are passed on unchanged; but such exceptions may contain whole URLs and header values,
which a traceback would print.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from orderlists._bug_text import describe_bug
from orderlists.errors import RedactedBug

_SIGNED = re.compile(r"signature|apikey", re.IGNORECASE)
_MAX_LINKED = 20


def without_secrets(bug: Exception, api_key: str) -> Exception:
    """Return a bug unchanged, or one that describes it if its texts hold signed text.

    >>> without_secrets(KeyError("status"), "k" * 64)
    KeyError('status')
    >>> without_secrets(OSError("GET /?signature=c8db56"), "k" * 64)
    RedactedBug('a bug: OSError; its text is not shown, because it holds signed text')
    """
    texts = list(_texts(bug))
    if len(texts) < _MAX_LINKED and not any(_is_secret(text, api_key) for text in texts):
        return bug
    return RedactedBug(f"{describe_bug(bug)}; its text is not shown, because it holds signed text")


def _texts(bug: BaseException) -> Iterator[str]:
    """Return all that a traceback would print, of the first linked exceptions."""
    linked: list[BaseException] = [bug]
    for error in linked:
        yield f"{error!s} {error!r} {getattr(error, '__notes__', '')}"
        if len(linked) < _MAX_LINKED:
            linked += [one for one in (error.__cause__, error.__context__) if one is not None]
            linked += getattr(error, "exceptions", ())  # Those of a group.


def _is_secret(text: str, api_key: str) -> bool:
    return _SIGNED.search(text) is not None or api_key in text
