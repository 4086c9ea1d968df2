"""Benchmarks of `orderlists` against other clients on this machine.

``python -m benchmarks`` runs everything; ``python -m benchmarks --quick`` a small part of it.
"""
