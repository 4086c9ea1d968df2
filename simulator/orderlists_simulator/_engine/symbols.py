"""The symbols that are traded: their rules and their assets."""

from __future__ import annotations

from decimal import Decimal

from attrs import field, frozen

from orderlists import InvalidSetting
from orderlists_simulator._engine.rounding import SMALLEST
from orderlists_simulator._validators import Amount, amount

_QUOTE_ASSETS = ("FDUSD", "USDT", "USDC", "TUSD", "BTC", "ETH", "BNB", "EUR", "TRY")


def _step(value: Amount) -> Decimal:
    step = amount(value, "lot_step")
    if step == 0:
        raise InvalidSetting(field="lot_step", value=value, rule="must be more than 0")
    return step


@frozen
class Symbol:
    """A symbol that is traded, and its rules.

    Attributes:
        name: Its name, such as ``LTCBTC``.
        opo_allowed: Whether OPO and OPOCO lists may be placed.
        lot_step: The step of ``LOT_SIZE`` and ``MARKET_LOT_SIZE``, to which the quantity that an
            OPO releases is rounded down, and the smallest one.  Quantities that are sent are not
            checked against it.

    Raises:
        InvalidSetting: The step is 0, a float, negative or not a number.

    >>> Symbol("LTCBTC", lot_step="0.001").lot_step
    Decimal('0.001')
    """

    name: str
    opo_allowed: bool = field(default=True, kw_only=True)
    lot_step: Decimal = field(default=SMALLEST, converter=_step, kw_only=True)


def assets_of(symbol: str) -> tuple[str, str]:
    """Return the base asset and the quote asset of a symbol.

    >>> assets_of("LTCBTC"), assets_of("BTCUSDT"), assets_of("XYZABC")
    (('LTC', 'BTC'), ('BTC', 'USDT'), ('XYZ', 'ABC'))
    """
    found = (each for each in _QUOTE_ASSETS if symbol.endswith(each) and symbol != each)
    quote = next(found, symbol[-3:])
    return symbol.removesuffix(quote), quote
