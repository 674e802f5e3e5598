"""Whether the sites that are compared say the same: with stock MkDocs to the letter, with others word for word, nearly.

Only what a reader can see counts. Speed means nothing where this finds a difference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from terecht.stamp import visible_text

#: The part of the words of a page that a peer may have more, less, or otherwise: marks that one reads as text.
ALLOWED = 0.03
_WORD = re.compile(r"\w+")
_ARTICLE, _MAIN = (re.compile(rf"<{tag}\b.*</{tag}>", re.DOTALL) for tag in ("article", "main"))


def stock_differences(ours: Path, theirs: Path) -> Iterator[str]:
    """What stock MkDocs shows otherwise than we do, page by page; nothing when the texts are the same."""
    here, there = pages(ours), pages(theirs)
    for address in sorted(here.keys() ^ there.keys()):
        yield f"/{address}: {'not made by mkdocs' if address in here else 'not made by us'}"
    for address in sorted(here.keys() & there.keys()):
        ours_says, theirs_says = (visible_text(made[address].read_text("utf-8")) for made in (here, there))
        if ours_says != theirs_says:
            yield f"/{address}: the visible text is not that of mkdocs"


def peer_differences(ours: Path, theirs: Path | list[Path]) -> Iterator[str]:
    """Where a peer has other pages than we have, or in all more other words than are allowed."""
    folders = theirs if isinstance(theirs, list) else [theirs]
    here, there = pages(ours), [page for folder in folders for page in pages(folder).values()]
    if len(here) != len(there):
        yield f"{len(there)} pages, and we have {len(here)}"
    our_words, their_words = words(here.values()), words(there)
    off = ((our_words - their_words).total() + (their_words - our_words).total()) / our_words.total()
    if off > ALLOWED:
        yield f"{off:.1%} of the words differ: {their_words.total():,}, and we have {our_words.total():,}"


def pages(site: Path) -> dict[str, Path]:
    """The pages of a built site by their address; those that only send a reader on are none."""
    found = {path.relative_to(site).as_posix().removesuffix("index.html"): path for path in site.rglob("index.html")}
    return {address: path for address, path in found.items() if b'http-equiv="refresh"' not in path.read_bytes()}


def words(files: Iterable[Path]) -> Counter[str]:
    """The visible words of pages, how often each, without what stands around every page."""
    found: Counter[str] = Counter()
    for file in files:
        whole = file.read_text("utf-8")
        middle = _ARTICLE.search(whole) or _MAIN.search(whole)
        if middle is None:
            raise ValueError(f"{file} has no article and no main part")
        found.update(_WORD.findall(visible_text(middle.group())))
    return found
