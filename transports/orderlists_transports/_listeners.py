"""The listeners of a client: the function that its user gave, and the log.

The logger ``orderlists`` has a child for each source of events.  A record has the text of the
event, and as attributes the event itself (``client_event``) and, of a call, its number (``call``),
the number of the request (``attempt``) and the ids (``order_ids``).  `logging` is not loaded here:
as long as the program has not loaded it, no record can be wanted.

An exception of a listener goes to `threading.excepthook`, as that of the I/O thread does: it prints
the traceback also where no log is configured, and a program can replace it.  What the hook itself
raises, such as where standard error is closed, is discarded.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Final, TypeAlias

from orderlists._observing.observer import CONNECTIONS, ENGINE, RATE_LIMITS
from orderlists_transports._validators import check_callable

if TYPE_CHECKING:
    from logging import Logger

    from orderlists.observing import ClientEvent

Observe: TypeAlias = "Callable[[ClientEvent], object]"
"""Takes each event of a client."""

_CALLS: Final = count(1)


class Listeners:
    """Passes the events of one client to the log and to a function."""

    def __init__(self, observe: Observe | None) -> None:
        self._observe = observe
        self._loggers: dict[str, Logger] | None = None

    @classmethod
    def of(cls, observe: Observe | None) -> Listeners:
        """Return the listeners of a client.

        Raises:
            InvalidSetting: `observe` is not callable.
        """
        if observe is not None:
            check_callable("observe", observe, rule="must be a function that is given events")
        return cls(observe)

    def listens(self, source: str, level: int, /) -> bool:
        """Return whether an event of this source and level has a listener."""
        if self._observe is not None:
            return True
        loggers = self._loggers
        if loggers is None and "logging" in sys.modules:
            loggers = self._load()
        return loggers is not None and loggers[source].isEnabledFor(level)

    def emit(self, source: str, level: int, make: Callable[[], ClientEvent], /) -> None:
        """Make an event, and pass it to the log and to the function."""
        if not self.listens(source, level):
            return
        try:
            event = make()
        except Exception:  # noqa: BLE001 - such as one of `Request.parameters` of a user
            _report()
            return
        loggers = self._load() if self._loggers is None else self._loggers
        if loggers is not None and loggers[source].isEnabledFor(level):
            self._pass(lambda: _log(loggers[source], level, event))
        if self._observe is not None:
            observe = self._observe
            self._pass(lambda: observe(event))

    def new_call(self) -> int:
        """Return a number that no other call of this process has."""
        return next(_CALLS)

    def _load(self) -> dict[str, Logger] | None:
        if "logging" in sys.modules:
            self._loggers = _all_loggers()
        return self._loggers

    @staticmethod
    def _pass(act: Callable[[], object]) -> None:
        try:
            act()
        except Exception:  # noqa: BLE001 - whatever a listener raises
            _report()


@cache
def _all_loggers() -> dict[str, Logger]:
    import logging  # noqa: PLC0415 - it is loaded already, or none is needed

    # A library configures no handler; without this one, a warning would go to standard error.
    logging.getLogger("orderlists").addHandler(logging.NullHandler())
    sources = (ENGINE, CONNECTIONS, RATE_LIMITS)
    return {source: logging.getLogger(f"orderlists.{source}") for source in sources}


def _log(logger: Logger, level: int, event: ClientEvent) -> None:
    # Loaded with the first record.
    from orderlists.observing import CallEvent, describe  # noqa: PLC0415 - see above

    extra: dict[str, object] = {"client_event": event}
    if isinstance(event, CallEvent):
        extra["call"] = event.call
        extra["order_ids"] = dict(event.ids)
        extra["attempt"] = getattr(event, "attempt", None)
    logger.log(level, "%s", describe(event), extra=extra)


def _report() -> None:
    # An event must not change an outcome, also where nothing can be reported.
    with suppress(Exception):
        thread = threading.current_thread()
        threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), thread)))
