"""Where a page lives: its address within a site, and the way from one page to another.

The first language of a site stands at its root, the others in a folder of their own; file names are the same in each
language. Every address is relative to the site, so that a site works under any path.
"""

from __future__ import annotations

HOME = "index"
NOT_FOUND = "404"
#: An organisation's additional pages live here; a folder that is no language code, which static-i18n would swallow.
OWN_FOLDER = "extra"


def page_address(languages: tuple[str, ...], language: str, name: str) -> str:
    """The address of a page from the root of the site, without a leading slash.

    >>> page_address(("nl", "en"), "en", "wie")
    'en/wie/'
    >>> page_address(("nl", "en"), "nl", "index")
    ''
    """
    folder = "" if language == languages[0] else f"{language}/"
    return folder if name == HOME else f"{folder}{name}/"


def file_path(address: str) -> str:
    """The file that answers to an address.

    >>> file_path("en/wie/")
    'en/wie/index.html'
    """
    return f"{address}index.html"


def way_to_root(address: str) -> str:
    """The relative way from a page to the root of the site, without a trailing slash, as MkDocs spells it.

    >>> way_to_root("en/wie/"), way_to_root("")
    ('../..', '.')
    """
    return "/".join([".."] * address.count("/")) or "."


def search_index_path(language: str) -> str:
    """Where the search index of a language lies: one each, so that a reader finds only what they can read."""
    return f"search/{language}.json"
