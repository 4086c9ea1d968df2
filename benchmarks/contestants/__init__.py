"""Who runs: each module makes one contestant, and imports only what that one needs.

A contestant cancels one order list, over HTTP or WebSocket, signed with the same HMAC key and
with the same parameters, and reads the same fields from the reply.
"""
