"""What transports need of the network: addresses, proxies, TLS, deadlines, idle connections."""
