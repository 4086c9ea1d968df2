"""The exchange without a protocol: order lists, accounts, keys, limits and time."""
