"""How fast `orderlists` is, measured against its peers on this machine.

``python -m benchmarks`` runs everything; ``python -m benchmarks --quick`` a small part of it.
"""
