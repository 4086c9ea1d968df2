"""The endpoints: what can be requested, and how it is dispatched."""
