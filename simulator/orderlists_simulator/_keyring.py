"""The API keys that a venue knows.

Which key may do what is judged here; what it did is the venue's affair.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlists_simulator._keys import is_well_formed
from orderlists_simulator._refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from orderlists_simulator._keys import ApiKey


class KeyRing:
    """The keys of every account."""

    def __init__(self, keys: Iterable[ApiKey]) -> None:
        self._keys = {key.api_key: key for key in keys}

    def __iter__(self) -> Iterator[ApiKey]:
        return iter(self._keys.values())

    def authenticate(self, api_key: str | None) -> ApiKey:
        """Return the key that a request names.

        Raises:
            Refused: -2014, it cannot be a key, or there is none; -2015, it is not known.
        """
        if api_key is None or not is_well_formed(api_key):
            raise Refused(-2014, "API-key format invalid.")
        if api_key not in self._keys:
            raise not_permitted()
        return self._keys[api_key]


def not_permitted() -> Refused:
    """Return the refusal of a key that is not known, or may not do what it asks for."""
    return Refused(-2015, "Invalid API-key, IP, or permissions for action.")
