"""How many bytes the documented reply to a cancel takes, in JSON and in SBE."""

from __future__ import annotations

from benchmarks import binary, frames
from benchmarks.exchange import (
    JSON,
    body_of,
    message,
    websocket_message,
    websocket_parts,
)
from benchmarks.operations import CANCEL, SEED_REPLY, as_sent_today

BODY, RESPONSE, FRAME = "body", "HTTP response with its headers", "WebSocket frame"

_ID = b"1"


def measure() -> dict[str, dict[str, int]]:
    """Return the sizes by what is measured, and by format."""
    reply = as_sent_today(SEED_REPLY)
    in_json, in_sbe = body_of(reply), binary.body_of(CANCEL.method, reply)
    (rest,) = websocket_parts([in_json])
    text = websocket_message(_ID, b"".join(rest))
    envelope = binary.envelope(_ID, binary.envelope_head(0), in_sbe)
    return {
        BODY: _sizes(in_json, in_sbe),
        RESPONSE: _sizes(message(in_json, JSON), message(in_sbe, binary.MEDIA_TYPE)),
        FRAME: _sizes(frames.frame_of(frames.TEXT, text), frames.frame_of(frames.BINARY, envelope)),
    }


def _sizes(in_json: bytes, in_sbe: bytes) -> dict[str, int]:
    return {"JSON": len(in_json), "SBE": len(in_sbe)}
