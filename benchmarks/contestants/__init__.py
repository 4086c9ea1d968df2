"""The contestants: each module defines one, and imports only its own library.

A contestant cancels one order list, over HTTP or WebSocket, signed with the same HMAC key and
with the same parameters, and reads the same fields from the reply.
"""
