"""The assets of a symbol."""

from __future__ import annotations

_QUOTE_ASSETS = ("FDUSD", "USDT", "USDC", "TUSD", "BTC", "ETH", "BNB", "EUR", "TRY")


def assets_of(symbol: str) -> tuple[str, str]:
    """Return the base asset and the quote asset of a symbol.

    >>> assets_of("LTCBTC"), assets_of("BTCUSDT"), assets_of("XYZABC")
    (('LTC', 'BTC'), ('BTC', 'USDT'), ('XYZ', 'ABC'))
    """
    found = (each for each in _QUOTE_ASSETS if symbol.endswith(each) and symbol != each)
    quote = next(found, symbol[-3:])
    return symbol.removesuffix(quote), quote
