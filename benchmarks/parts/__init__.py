"""The parts of a call, each beside its floor, in one process."""
