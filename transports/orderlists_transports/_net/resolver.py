"""Host names to addresses, within a deadline.

The operating system's look-up cannot be interrupted, and may take longer than any timeout.  So it
runs in a daemon thread, which is abandoned when time is up.  (A thread pool would do for tasks as
well, but one look-up that hangs would keep the whole process from ending.)
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import ip_address
from threading import TIMEOUT_MAX, Lock, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderlists_transports._net.deadline import Deadline

Found = list[str] | OSError
"""The addresses of a host, or why there are none."""


def look_up(host: str, found: Callable[[Found], object]) -> None:
    """Start looking up a host; `found` is called with the outcome, in another thread.

    An address is its own outcome, at once and in this thread.
    """
    if is_address(host):
        found([host])
    else:
        thread = Thread(target=_look_up, args=(host, found), daemon=True, name="orderlists-dns")
        thread.start()


def resolve(host: str, deadline: Deadline) -> list[str]:
    """Return the addresses of a host.

    Raises:
        OSError: It has none.
        TimeoutError: They were not found in time.
    """
    outcomes: list[Found] = []
    done = Lock()
    done.acquire()

    def found(outcome: Found) -> None:
        outcomes.append(outcome)
        done.release()

    look_up(host, found)
    if not done.acquire(timeout=min(deadline.left(), TIMEOUT_MAX)):
        raise TimeoutError
    return addresses_of(outcomes[0])


def addresses_of(outcome: Found) -> list[str]:
    """Return the addresses that were found.

    Raises:
        OSError: None were.
    """
    if isinstance(outcome, OSError):
        raise outcome
    return outcome


def is_address(host: str) -> bool:
    """Return whether a host is an IP address, which needs no look-up."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _look_up(host: str, found: Callable[[Found], object]) -> None:
    outcome: Found
    try:
        infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        outcome = [str(address[0]) for _, _, _, _, address in infos]
    except UnicodeError:  # A label is empty or too long.
        outcome = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    except OSError as error:
        outcome = error
    found(outcome)
