"""What a client does, as events: their classes, where they are made, and their text."""
