"""The servers, their control, and the in-process transport."""
