"""The text of a bug: an exception that is no error of this library."""

from __future__ import annotations

from traceback import walk_tb

REPLY_NOTE = "while reading a reply"
"""The prefix of the note about the reply on which a bug occurred."""

_OURS = ("orderlists", "orderlists_transports")


def describe_bug(error: BaseException) -> str:
    """Describe a bug by class and location, without its text, which may hold signed data.

    >>> try:
    ...     {}["status"]
    ... except KeyError as error:
    ...     print(describe_bug(error))  # doctest: +ELLIPSIS
    a bug, ...: KeyError raised in ...
    """
    kind, frames = type(error).__name__, list(walk_tb(error.__traceback__))
    if not frames:
        return f"a bug: {kind}"
    frame, line = frames[-1]
    module = str(frame.f_globals.get("__name__", "?"))
    owner = "please report it" if module.partition(".")[0] in _OURS else "not of this library"
    file = frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
    place = f"{module}.{frame.f_code.co_name} ({file}:{line})"
    return f"a bug, {owner}: {kind} raised in {place}{_on_a_reply(error)}"


def _on_a_reply(error: BaseException) -> str:
    """Return the engine's note about the reply, without the text of the bug."""
    notes = [note for note in getattr(error, "__notes__", ()) if note.startswith(REPLY_NOTE)]
    return f", {notes[0]}" if notes else ""
