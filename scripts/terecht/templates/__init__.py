"""The language of our templates: the facts that a page or a sentence can show, and what may be written with them."""
