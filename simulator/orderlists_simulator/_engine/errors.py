"""Errors of the exchange: its codes, its texts, and the HTTP status of each.

Both protocols send the same status: REST as that of the response, the WebSocket API in the frame.

Invariant: a request that ends in an error has changed nothing but the rate-limit counters.
"""

from __future__ import annotations

_UNAUTHORIZED = frozenset({-2014, -2015})


class ApiError(Exception):
    """A request is refused, with the exchange's own code and text.

    Attributes:
        code: The exchange's error code, a negative number.
        message: The exchange's text.
        status: The HTTP status; 401 for the codes about API keys and 400 for others by default.

    >>> str(ApiError(-2011, "Unknown order list sent."))
    '-2011: Unknown order list sent.'
    """

    def __init__(self, code: int, message: str, *, status: int | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        default = 401 if code in _UNAUTHORIZED else 400
        self.status = default if status is None else status

    @property
    def body(self) -> dict[str, object]:
        """The error as the exchange writes it in JSON."""
        return {"code": self.code, "msg": self.message}

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def not_supported(*, status: int = 400) -> ApiError:
    """Return the error of a path, a method or a key type that is not served."""
    return ApiError(-1020, "This operation is not supported.", status=status)


def not_permitted() -> ApiError:
    """Return the error of a key that is unknown or lacks the permission."""
    return ApiError(-2015, "Invalid API-key, IP, or permissions for action.")


def malformed(name: str) -> ApiError:
    """Return the error of a mandatory parameter that is missing, or of one that is malformed."""
    return ApiError(
        -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    )


def wrong_combination(recommendation: str = "") -> ApiError:
    """Return the error of optional parameters that do not go together.

    Args:
        recommendation: What the text says further.
    """
    text = f"Combination of optional parameters invalid. {recommendation}"
    return ApiError(-1128, text.rstrip())


def sbe_not_enabled(*, status: int = 400) -> ApiError:
    """Return the error of a request for SBE at a venue that does not write it."""
    return ApiError(-1155, "SBE is not enabled.", status=status)


def bad_sbe_header() -> ApiError:
    """Return the error of a request for SBE that names no schema, or not in the form of one."""
    return ApiError(-1152, "Invalid X-MBX-SBE header; expected <SCHEMA_ID>:<VERSION>.")


def unsupported_sbe_schema() -> ApiError:
    """Return the error of a request for a schema of SBE that is unknown or retired."""
    return ApiError(-1153, "Unsupported SBE schema ID or version specified.")


def not_representable(*, status: int = 400) -> ApiError:
    """Return the error of a request whose reply has no form in SBE."""
    return ApiError(-1161, "The response cannot be represented in SBE.", status=status)
