"""The policy of a call: deadline, retries, reconciliation."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from math import inf
from typing import Any, TypeGuard, TypeVar

from attrs import Attribute, field, frozen

from orderlists._operations.validators import check_flag, to_recv_window
from orderlists.errors import InvalidRequest, InvalidSetting

R = TypeVar("R")


def _is_seconds(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < inf


def _check_seconds(_: object, attribute: Attribute[Any], value: object) -> None:
    if not _is_seconds(value):
        rule = "must be seconds, a finite number, 0 or more"
        raise InvalidSetting(field=attribute.name, value=value, rule=rule)


def _check_deadline(_: object, attribute: Attribute[Any], value: object) -> None:
    if not _is_seconds(value) or value == 0:
        rule = "must be seconds, a finite number, more than 0"
        raise InvalidSetting(field=attribute.name, value=value, rule=rule)


def _check_count(_: object, attribute: Attribute[Any], value: object) -> None:
    if not (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        raise InvalidSetting(field=attribute.name, value=value, rule="must be an int, 0 or more")


def _as_setting(check: Callable[..., R]) -> Callable[..., R]:
    """Adapt a validator of requests to settings."""

    def check_setting(*given: object) -> R:
        try:
            return check(*given)
        except InvalidRequest as error:
            raise InvalidSetting(field=error.field, value=error.value, rule=error.rule) from None

    return check_setting


_check_flag = _as_setting(check_flag)
_checked_window = _as_setting(to_recv_window)


def _to_window(value: int | str | Decimal) -> Decimal:
    window = _checked_window(value)
    if window is None:
        raise InvalidSetting(field="recv_window", value=value, rule="must be given")
    return window


@frozen(kw_only=True)
class Policy:
    """Deadline, retries and reconciliation of a call.

    Args:
        reconcile: Reconcile a state-changing request whose reply was lost, or that the exchange
            refused because there is no such list: it may have executed another copy of the request.
            If False, such a call ends at once in `OutcomeUnknown`, with that error as its cause.
        deadline: Seconds for the whole call, waits included.
        max_resends: How often a request is resent, where that is safe.
        wait_for_rate_limits: Wait until a block (429, 418) ends, if the deadline allows.
        max_query_lag: Seconds by which the exchange's queries may lag behind its matching engine.
            Until then a query does not prove that an order or list does not exist.
        engine_delay: Seconds that the exchange may take to execute a request after its last check
            of the timestamp.  The exchange's own timeout is 10 seconds.
        measure_clock: Sample the exchange's clock before the first request, not only after -1021.
        recv_window: The default `recv_window`, in milliseconds.  It is always sent, because it
            bounds how late a lost attempt can still execute.

    Raises:
        InvalidSetting: A value breaks a rule.

    >>> Policy(reconcile=False).deadline
    60.0
    """

    reconcile: bool = field(default=True, validator=_check_flag)
    deadline: float = field(default=60.0, validator=_check_deadline)
    max_resends: int = field(default=5, validator=_check_count)
    wait_for_rate_limits: bool = field(default=True, validator=_check_flag)
    max_query_lag: float = field(default=10.0, validator=_check_seconds)
    engine_delay: float = field(default=10.0, validator=_check_seconds)
    measure_clock: bool = field(default=False, validator=_check_flag)
    recv_window: Decimal = field(default=Decimal(5000), converter=_to_window)
