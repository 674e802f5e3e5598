"""The brand of an organisation: ``palette`` derives colours that can be read, ``stylesheet`` writes them down."""
