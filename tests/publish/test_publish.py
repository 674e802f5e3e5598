"""A published site is whole: made beside, switched in one step, checked against its manifest, and undone."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from conftest import origin
from terecht import publish
from terecht.findings import Unusable
from terecht.publish import KEPT, Outlet

FILES = {"index.html": b"<p>een</p>", "assets/a.css": b"p{}"}


def put(outlet: Outlet, text: str, made_from: str = "x") -> publish.Release:
    release = publish.stage(outlet, "acme", origin(made_from), {**FILES, "index.html": text.encode()})
    publish.switch(outlet, release)
    return release


@pytest.fixture
def outlet(tmp_path: Path) -> Outlet:
    return Outlet(tmp_path / "site")


def test_what_readers_see_is_whole_and_nothing_else(outlet: Outlet) -> None:
    put(outlet, "een")
    served = {
        path.relative_to(outlet.output).as_posix() for path in (outlet.output / "acme").rglob("*") if path.is_file()
    }
    assert served == {"acme/index.html", "acme/assets/a.css"}
    assert sorted(path.name for path in outlet.output.iterdir()) == ["acme"]


def test_a_staged_release_is_not_seen_before_the_switch(outlet: Outlet) -> None:
    put(outlet, "een")
    publish.stage(outlet, "acme", origin("y"), {"index.html": b"twee"})
    assert (outlet.output / "acme/index.html").read_bytes() == b"een"


def test_the_manifest_says_what_and_from_what(outlet: Outlet) -> None:
    release = put(outlet, "een")
    manifest = json.loads((release.folder / "manifest.json").read_bytes())
    assert (manifest["product"], manifest["version"], manifest["organisation"]) == (
        "terecht",
        "0.1.0",
        "acme",
    )
    assert manifest["made_from"] == "x"
    assert manifest["files"]["index.html"]["size"] == 3
    assert not list((outlet.output / "acme").rglob("manifest.json"))


def test_unchanged_is_seen_by_inputs_and_by_what_lies_there(outlet: Outlet) -> None:
    assert publish.origin_of(outlet, "acme") is None
    release = put(outlet, "een")
    assert publish.origin_of(outlet, "acme") == origin("x")
    (release.site / "index.html").write_bytes(b"")  # as after a power cut
    assert publish.origin_of(outlet, "acme") is None
    (release.folder / "manifest.json").write_bytes(b"{")
    assert publish.origin_of(outlet, "acme") is None


def test_verify_names_every_difference(outlet: Outlet) -> None:
    release = put(outlet, "een")
    assert not publish.verify(outlet, "acme")
    (release.site / "index.html").write_bytes(b"eem")
    (release.site / "assets/a.css").unlink()
    (release.site / "nieuw.html").write_bytes(b"")
    found = publish.verify(outlet, "acme")
    assert (found.changed, found.missing, found.added) == (
        ("index.html",),
        ("assets/a.css",),
        ("nieuw.html",),
    )


def test_a_file_that_became_a_link_is_changed(outlet: Outlet, tmp_path: Path) -> None:
    release = put(outlet, "een")
    (tmp_path / "elders").write_bytes(b"een")
    (release.site / "index.html").unlink()
    (release.site / "index.html").symlink_to(tmp_path / "elders")
    assert publish.verify(outlet, "acme").changed == ("index.html",)


def test_rollback_goes_back_and_says_when_it_can_not(outlet: Outlet) -> None:
    with pytest.raises(Unusable, match="not published"):
        publish.rollback(outlet, "acme")
    put(outlet, "een")
    with pytest.raises(Unusable, match="no earlier release"):
        publish.rollback(outlet, "acme")
    put(outlet, "twee")
    publish.rollback(outlet, "acme")
    assert (outlet.output / "acme/index.html").read_bytes() == b"een"
    put(outlet, "drie")
    publish.rollback(outlet, "acme")
    # What readers saw before it; the second one was withdrawn.
    assert (outlet.output / "acme/index.html").read_bytes() == b"een"


def test_a_link_to_the_output_is_the_output(tmp_path: Path) -> None:
    (tmp_path / "data/www").mkdir(parents=True)
    (tmp_path / "srv").symlink_to(tmp_path / "data/www")
    outlet = Outlet.at(tmp_path / "srv")
    put(outlet, "een")
    assert (tmp_path / "srv/acme/index.html").read_bytes() == b"een"
    assert publish.published(outlet) == ["acme"]


def test_an_older_release_never_replaces_a_newer(outlet: Outlet) -> None:
    old = publish.stage(outlet, "acme", origin("x"), {"index.html": b"oud"})
    put(outlet, "nieuw")
    publish.switch(outlet, old)
    assert (outlet.output / "acme/index.html").read_bytes() == b"nieuw"


def test_what_a_killed_build_left_is_swept_away_later(outlet: Outlet) -> None:
    import os

    put(outlet, "een")
    draft = outlet.releases("acme") / "draft-oud"
    draft.mkdir()
    put(outlet, "twee")
    assert draft.exists()  # it may still be written
    os.utime(draft, (0, 0))
    put(outlet, "drie")
    assert not draft.exists()


def test_only_the_last_releases_are_kept(outlet: Outlet) -> None:
    for number in range(6):
        put(outlet, str(number))
    kept = [path.name for path in outlet.releases("acme").iterdir() if path.name.isdigit()]
    assert len(kept) == KEPT
    assert (outlet.output / "acme/index.html").read_bytes() == b"5"


def test_what_is_not_ours_is_never_touched(outlet: Outlet) -> None:
    (outlet.output / "acme").mkdir(parents=True)
    (outlet.output / "acme/dierbaar.txt").write_text("x")
    with pytest.raises(Unusable, match="has not made it"):
        put(outlet, "een")
    assert (outlet.output / "acme/dierbaar.txt").read_text() == "x"


def test_a_link_to_elsewhere_is_never_touched(outlet: Outlet, tmp_path: Path) -> None:
    (tmp_path / "elders").mkdir()
    outlet.output.mkdir()
    (outlet.output / "acme").symlink_to(tmp_path / "elders")
    with pytest.raises(Unusable, match="link to somewhere else"):
        put(outlet, "een")
    assert list((tmp_path / "elders").iterdir()) == []


def test_a_release_that_can_not_be_written_leaves_the_old_site(outlet: Outlet) -> None:
    put(outlet, "een")
    with pytest.raises(OSError, match=r"directory|exists"):
        publish.stage(outlet, "acme", origin("y"), {"a": b"", "a/b": b""})
    assert (outlet.output / "acme/index.html").read_bytes() == b"een"
    assert not [path for path in outlet.releases("acme").iterdir() if path.name.startswith("draft-")]


def test_files_have_the_same_modes_under_any_umask(outlet: Outlet) -> None:
    import os

    before = os.umask(0o077)
    try:
        release = put(outlet, "een")
    finally:
        os.umask(before)
    modes = {oct(path.stat().st_mode & 0o777) for path in release.site.rglob("*")}
    assert modes == {"0o644", "0o755"}


def test_many_builders_at_once_leave_one_whole_site(outlet: Outlet) -> None:
    threads = [threading.Thread(target=put, args=(outlet, f"<p>{number}</p>")) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not publish.verify(outlet, "acme")
    assert publish.published(outlet) == ["acme"]


def test_readers_never_see_half_a_site(outlet: Outlet) -> None:
    """Two files of a release always belong together, however often it is switched while they are read."""

    def files(number: int) -> dict[str, bytes]:
        return {"index.html": str(number).encode(), "b.html": str(number).encode()}

    publish.switch(outlet, publish.stage(outlet, "acme", origin("0"), files(0)))
    stop = threading.Event()
    torn: list[str] = []

    def read() -> None:
        while not stop.is_set():
            folder = (outlet.output / "acme").resolve()
            try:
                one, two = (folder / "index.html").read_bytes(), (folder / "b.html").read_bytes()
            except FileNotFoundError:
                torn.append("missing") if folder.exists() else None
                continue
            if one != two:
                torn.append(f"{one!r} {two!r}")

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 60):
        publish.switch(outlet, publish.stage(outlet, "acme", origin(str(number)), files(number)))
    stop.set()
    reader.join()
    assert torn == []
