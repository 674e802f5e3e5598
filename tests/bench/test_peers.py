"""The benchmark is fair: all peers make the same pages with the same words, of clients that differ in structure.

The speed counts only with these tests green.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import fleet
import peers
from conftest import EXAMPLES, ROOT
from ours import Ours
from same import pages, peer_differences, stock_differences, words

#: Clients of the fleet: each has another structure; 3 has a page of its own, 7 has replaced one.
CLIENTS = (3, 4, 7, 11)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Ours:
    """Clients of the fleet and an example, built and exported."""
    folder = tmp_path_factory.mktemp("bench")
    written = fleet.write(max(CLIENTS) + 1, folder / "all")
    for number in CLIENTS:
        shutil.copytree(written[number], folder / "organisations" / written[number].name)
    shutil.copytree(ROOT / "organisations" / EXAMPLES[0], folder / "organisations" / EXAMPLES[0])
    made = Ours.make(folder / "ours", folder / "organisations", jobs=2)
    made.build(built=len(CLIENTS) + 1)
    return made


@pytest.fixture(scope="module")
def exports(ours: Ours, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    top = tmp_path_factory.mktemp("exports")
    return {name: ours.export(name, top / name) for name in ours.names}


def test_stock_mkdocs_shows_the_same_text(ours: Ours, exports: dict[str, Path]) -> None:
    for name, export in exports.items():
        peers.build_stock(export)
        assert list(stock_differences(ours.site(name), export / "site")) == []
        assert len(pages(ours.site(name))) >= 25


def test_the_pool_makes_what_one_build_makes(exports: dict[str, Path], tmp_path: Path) -> None:
    export = next(iter(exports.values()))
    peers.build_stock(export)
    before = {address: page.read_bytes() for address, page in pages(export / "site").items()}
    peers.build_pool([export], 2, tmp_path / "bytecode")
    for made in ("pool-1", "pool-2"):
        assert {address: page.read_bytes() for address, page in pages(export / made).items()} == before


def test_hugo_has_the_same_pages_and_words(ours: Ours, exports: dict[str, Path], tmp_path: Path) -> None:
    for name, export in exports.items():
        peers.hugo(export, tmp_path / name)
        peers.build_hugo(tmp_path / name)
        made = tmp_path / name / "public"
        assert list(peer_differences(ours.site(name), made)) == []
        home = (made / "index.html").read_text("utf-8")
        assert "<nav>" in home
        assert 'role="search"' in home
        assert (made / "index.json").stat().st_size > 10_000


def test_zensical_has_the_same_pages_and_words(ours: Ours, exports: dict[str, Path], tmp_path: Path) -> None:
    for name, export in exports.items():
        peers.zensical(export, tmp_path / name)
        peers.build_zensical(tmp_path / name)
        assert list(peer_differences(ours.site(name), sorted((tmp_path / name).glob("*/site")))) == []
        for project in (tmp_path / name).iterdir():
            assert (project / "site/search.json").stat().st_size > 10_000
            assert "md-nav" in (project / "site/index.html").read_text("utf-8")


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Two sites that say the same."""
    for site in (tmp_path / "a", tmp_path / "b"):
        (site / "wie").mkdir(parents=True)
        for page in (site / "index.html", site / "wie/index.html"):
            page.write_text(f"<main><p>{'Wie kun je bellen? ' * 100}</p></main>", "utf-8")
    return tmp_path / "a", tmp_path / "b"


def test_another_word_is_seen(pair: tuple[Path, Path]) -> None:
    assert list(stock_differences(*pair)) == []
    assert list(peer_differences(*pair)) == []
    (pair[1] / "wie/index.html").write_text(f"<main>{'Wie kun je bellen? ' * 99} Wie mag je bellen?</main>", "utf-8")
    assert list(stock_differences(*pair)) == ["/wie/: the visible text is not that of mkdocs"]
    assert list(peer_differences(*pair)) == []
    (pair[1] / "wie/index.html").write_text(f"<main>{'Wie kun je bellen? ' * 80}</main>", "utf-8")
    assert list(peer_differences(*pair)) == ["10.0% of the words differ: 720, and we have 800"]
    assert words([pair[1] / "wie/index.html"])["bellen"] == 80


def test_a_page_that_is_missing_is_seen(pair: tuple[Path, Path]) -> None:
    (pair[1] / "wie/index.html").unlink()
    assert list(stock_differences(*pair)) == ["/wie/: not made by mkdocs"]
    assert "1 pages, and we have 2" in list(peer_differences(*pair))
