"""What the next build would change for one client, as text that a person can sign: two sites in, words out.

``visible`` reads what a reader sees of a page, ``changes`` compares two sites, ``words`` tells what it found.
"""
