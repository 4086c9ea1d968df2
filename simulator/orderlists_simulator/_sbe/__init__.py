"""Simple Binary Encoding: replies and events of the simulator as binary messages."""
