"""Terecht: an organisation's facts become a private, branded, multilingual site.

The package reads like the flow of data: ``load`` → ``merge`` → ``render`` → ``stamp`` → ``audit`` → ``publish``.
"""

from importlib.metadata import version

__version__ = version("terecht")
