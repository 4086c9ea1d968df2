"""What happens between a request and its result: all judgement is here."""
