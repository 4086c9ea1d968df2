"""What a client does, as events: requests, replies, waits, retries, recoveries, connections.

``Client(..., observe=function)`` calls the function with each event, where it happens, in order.
The function must return soon and must not use the client: it runs between signing and writing, on
the event loop of an `AsyncClient`, and the events of connections on the I/O thread of a `Client`.
An exception that it raises goes to `threading.excepthook` and changes nothing else.
"""

from orderlists._observing.events import (
    CallEnded,
    CallEvent,
    CallVerdict,
    ClientEvent,
    ClockMeasured,
    ConnectionClosed,
    ConnectionDelayed,
    ConnectionFailed,
    ConnectionOpened,
    RateLimitReached,
    RecoveryStep,
    ReplyLost,
    ReplyReceived,
    RequestSent,
    Retrying,
    Step,
    Waiting,
    WaitReason,
)
from orderlists._observing.text import describe

__all__ = [
    "CallEnded",
    "CallEvent",
    "CallVerdict",
    "ClientEvent",
    "ClockMeasured",
    "ConnectionClosed",
    "ConnectionDelayed",
    "ConnectionFailed",
    "ConnectionOpened",
    "RateLimitReached",
    "RecoveryStep",
    "ReplyLost",
    "ReplyReceived",
    "RequestSent",
    "Retrying",
    "Step",
    "WaitReason",
    "Waiting",
    "describe",
]
