"""The contestants: each module defines one, and imports only its own library.

A contestant executes the operations of `benchmarks.operations`, over HTTP or WebSocket, signed with
the same HMAC key and with the same parameters, and reads the same fields from the reply.
"""
