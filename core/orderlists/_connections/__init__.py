"""Connections of a framed protocol: lifecycle, requests in flight, back-off and events.

Sans I/O.  A driver passes in frames and times, and executes the commands of the generators here.

The modules, from the bottom: `connection` (one connection), `backoff`, `event_queue`,
`event_evidence` and `event_dispatcher` (events), `manager` (all connections of a client),
`commands` (what a driver executes), `establish` (opens a connection) and `event_stream` (waits for
events).
"""
