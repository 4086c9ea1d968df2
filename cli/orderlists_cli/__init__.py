"""The command line `orderlists`: places, finds, watches and cancels order lists.

It decides nothing about outcomes: it builds a request, has a client send it, and shows what the
library returned.  It needs the extra ``cli``.

- ``_command``: the options that every command has, and how a command runs and ends;
- ``_environment``, ``_keys``: where the exchange is, and with which key;
- ``_output``, ``_tables``, ``_texts``: what is printed, for people or as JSON;
- ``_exit_codes``, ``_errors``, ``_rules``: what an error means to a shell, and what is said about
  it;
- ``_commands``: one module per command, or per family of them.

Invariant: no argument, output or traceback holds a secret.
"""
