"""What a framed transport carries: one message in each frame, whole."""

from __future__ import annotations

from typing import TypeAlias

Frame: TypeAlias = str | bytes
"""A text frame or a binary one."""
