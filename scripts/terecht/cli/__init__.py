"""The command ``terecht``: what the user types goes in, findings and exit codes come out. No stage knows of it."""

from __future__ import annotations

from terecht.cli import clients, flow, sites
from terecht.cli.frame import main

#: Their commands are in the group as soon as they are imported.
COMMANDS = clients, flow, sites

__all__ = ["COMMANDS", "main"]
