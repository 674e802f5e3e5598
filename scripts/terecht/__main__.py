"""``python -m terecht`` is the same as ``terecht``."""

from terecht.cli import main

main()
