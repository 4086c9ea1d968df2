"""A pytest plugin: tests of a program that trades, against a simulated exchange.

`orderlists_pytest.plugin` is the plugin, `orderlists_pytest.faults` the faults that it knows by
name.  What only tests with its fixtures need is imported when the first of them runs.
"""
