"""The files of the theme that every site gets: Material's stylesheet and search worker, and our own; no source maps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import material

from terecht.assets import own_assets

_MATERIAL = Path(next(iter(material.__path__))) / "templates" / "assets"
_SOURCE_MAP = re.compile(r"\s*(/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=\S*)\s*$")
#: Languages whose stemmer is part of lunr itself.
_BUILT_IN = {"en"}


def assets(root: Path, languages: tuple[str, ...]) -> Mapping[str, bytes]:
    """The shared files of a site in these languages, by plain path within the site (see :mod:`terecht.assets`)."""
    files = {"assets/stylesheets/material.css": _plain(_one("stylesheets/main.*.min.css"))}
    for language in languages:
        files[f"assets/javascripts/workers/search.{language}.js"] = _search_worker(language)
    return MappingProxyType({**files, **own_assets(root / "overrides")})


def _search_worker(language: str) -> bytes:
    """Material's search worker with the stemmer of one language in the same file.

    The worker would import its stemmers, and what a worker imports is asked for with a Referer, whatever the page says.
    """
    worker = _plain(_one("javascripts/workers/search.*.min.js"))
    if language in _BUILT_IN:
        return worker
    stemmers = [
        _plain(_MATERIAL / f"javascripts/lunr/min/lunr.{name}.min.js") for name in ("stemmer.support", language)
    ]
    return b"\n".join([b"self.importScripts = () => {};", worker, *stemmers])


def _one(pattern: str) -> Path:
    """The one file of Material with this name; its hash changes with each release."""
    (path,) = _MATERIAL.glob(pattern)
    return path


def _plain(path: Path) -> bytes:
    return _SOURCE_MAP.sub("\n", path.read_text("utf-8")).encode()
