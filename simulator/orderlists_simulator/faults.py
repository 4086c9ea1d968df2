"""The vocabulary of plans: faults of requests, answers, and events of the market and connections.

>>> from orderlists_simulator import faults
>>> plan = faults.Plan(
...     [
...         faults.executed(answer=faults.DROPPED),
...         faults.executed_late(3, answer=faults.bare(504)),
...     ],
...     events=[(10**9, faults.Fill(0, 3))],
... )
>>> [fault.executed_after for fault in plan.faults]
[(0.0,), (3,)]
"""

from orderlists_simulator._engine.log import ConnectionEnd, ReceivedRequest
from orderlists_simulator._engine.queries import QueryLag
from orderlists_simulator._faults.connection_events import (
    Disconnect,
    Revoke,
    ShutDown,
    UnsolicitedFrame,
)
from orderlists_simulator._faults.fault import (
    CONNECTION_REFUSED,
    NORMAL,
    Fault,
    banned,
    delayed,
    duplicated,
    executed,
    executed_late,
    executed_slowly,
    firewall,
    held,
    not_executed,
    rate_limited,
    replayed,
)
from orderlists_simulator._faults.market_events import Cancel, Expire, Fill, PlaceAgain
from orderlists_simulator._faults.plan import Plan, Rule, ScheduledEvent
from orderlists_simulator._faults.responses import (
    DROPPED,
    PASS_THROUGH,
    RESET,
    SILENT,
    Answer,
    BrokenConnection,
    CannedResponse,
    bare,
    html,
    json_error,
    null_id_error,
    truncated,
)
from orderlists_simulator._faults.sbe_replies import (
    non_representable,
    unknown_enum,
    unknown_template,
)

__all__ = [
    "CONNECTION_REFUSED",
    "DROPPED",
    "NORMAL",
    "PASS_THROUGH",
    "RESET",
    "SILENT",
    "Answer",
    "BrokenConnection",
    "Cancel",
    "CannedResponse",
    "ConnectionEnd",
    "Disconnect",
    "Expire",
    "Fault",
    "Fill",
    "PlaceAgain",
    "Plan",
    "QueryLag",
    "ReceivedRequest",
    "Revoke",
    "Rule",
    "ScheduledEvent",
    "ShutDown",
    "UnsolicitedFrame",
    "banned",
    "bare",
    "delayed",
    "duplicated",
    "executed",
    "executed_late",
    "executed_slowly",
    "firewall",
    "held",
    "html",
    "json_error",
    "non_representable",
    "not_executed",
    "null_id_error",
    "rate_limited",
    "replayed",
    "truncated",
    "unknown_enum",
    "unknown_template",
]
