"""A build of many: planned first, told why, done by several processes, accounted for, and ready to upload."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conftest import MINIMAL, asset_in
from terecht.cli import main
from terecht.findings import Refused
from terecht.fleet import crew
from terecht.fleet.crew import MOST_AT_ONCE, batches_of
from terecht.project import Project
from terecht.publish import DELETE, UPLOAD, Outlet, current
from terecht.publish.manifest import Origin
from terecht.publish.store import Store
from terecht.workshop import Order, Workshop

Make = Callable[..., Project]


def build(project: Project, output: Path, *words: str, progress: str = "none") -> tuple[int, list[str], list[str]]:
    """The command: its exit code, and its lines on stdout and stderr."""
    arguments = ["build", "--root", str(project.root), "--output", str(output), "--progress", progress, *words]
    result = CliRunner().invoke(main, arguments)
    return result.exit_code, result.stdout.splitlines(), result.stderr.splitlines()


def reported(project: Project, output: Path, *words: str) -> dict[str, Any]:
    file = output.with_name("report.json")
    code, _, _ = build(project, output, *words, "--report", str(file))
    assert code in {0, 1}
    report: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return report


def states(report: dict[str, Any]) -> dict[str, tuple[str, tuple[str, ...], str]]:
    return {one["id"]: (one["state"], tuple(one["why"]), one["result"]) for one in report["organisations"]}


def test_the_plan_says_what_and_why(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL, twee=MINIMAL, drie=MINIMAL)
    output = tmp_path / "site"
    assert set(states(reported(project, output)).values()) == {("new", (), "built")}
    assert set(states(reported(project, output)).values()) == {("unchanged", (), "unchanged")}

    (project.organisations / "een/organisation.yml").write_text(MINIMAL.replace("Jip", "Kim"), "utf-8")
    (project.organisations / "twee/docs/nl").mkdir(parents=True)
    (project.organisations / "twee/docs/nl/extra.md").write_text("# Extra\n", "utf-8")
    (output / "drie/index.html").resolve().unlink()
    found = states(reported(project, output))
    assert found["een"] == ("changed", ("organisation.yml",), "built")
    assert found["twee"] == ("changed", ("docs/nl/extra.md",), "built")
    assert found["drie"] == ("changed", ("what is published is not whole",), "built")
    (project.organisations / "twee/docs/nl/extra.md").unlink()
    assert states(reported(project, output))["twee"] == ("changed", ("a file that is gone",), "built")

    page = project.root / "docs/nl/wie.md"
    page.write_text(page.read_text("utf-8") + "\nNog een zin.\n", "utf-8")
    assert set(states(reported(project, output)).values()) >= {("changed", ("docs/nl/wie.md",), "built")}
    found = states(reported(project, output, "een", "--force"))
    assert found == {"een": ("changed", ("--force",), "built")}


def test_the_plan_in_words_comes_before_the_work(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL, twee=MINIMAL, drie=MINIMAL.replace("phone", "phne"))
    code, out, err = build(project, tmp_path / "site", progress="plain")
    assert (code, out[-1]) == (1, "2 built, 0 unchanged, 1 failed")
    assert err[:2] == ["planning 0 of 3", "3 new"]
    (project.organisations / "twee/organisation.yml").write_text(MINIMAL.replace("Jip", "Kim"), "utf-8")
    _, _, err = build(project, tmp_path / "site", progress="plain")
    assert err[1:4] == ["1 new (drie)", "1 changed (twee): organisation.yml", "1 unchanged (een)"]


def test_who_was_removed_is_told_and_stays_until_prune(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL, twee=MINIMAL)
    output = tmp_path / "site"
    build(project, output)
    shutil.rmtree(project.organisations / "twee")
    _, _, err = build(project, output, progress="plain")
    assert "removed: 'twee' is still published, and has no folder any more; take it away with --prune" in err
    assert (output / "twee/index.html").is_file()
    # Who names organisations speaks of these alone.
    assert reported(project, output, "een")["removed"] == []
    assert build(project, output, "een", "--prune")[0] == 2
    report = reported(project, output, "--prune")
    assert (report["removed"], report["pruned"]) == (["twee"], ["twee"])
    assert not (output / "twee").exists()
    assert not Outlet(output).releases("twee").exists()
    assert (output / "een/index.html").is_file()
    assert reported(project, output)["removed"] == []


def test_prune_leaves_what_is_not_ours(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL)
    output = tmp_path / "site"
    build(project, output)
    (output / "vreemd").mkdir()
    (output / "vreemd/brief.txt").write_text("x")
    assert reported(project, output, "--prune")["pruned"] == []
    assert (output / "vreemd/brief.txt").is_file()


def test_what_to_upload_is_listed_and_pages_come_last(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL)
    output = tmp_path / "site"
    (first,) = reported(project, output)["organisations"]
    upload = Path(first["upload"]).read_text("utf-8").splitlines()
    files = {path.relative_to(output / "een").as_posix() for path in (output / "een").rglob("*") if path.is_file()}
    assert set(upload) == files
    pages = [path.endswith(".html") for path in upload]
    assert pages == sorted(pages)
    assert Path(first["delete"]).read_text("utf-8") == ""

    # Another colour is another stylesheet, and no page has to be uploaded for it.
    text = MINIMAL + 'brand: {colour: "#7a0019"}\n'
    (project.organisations / "een/organisation.yml").write_text(text, "utf-8")
    (second,) = reported(project, output)["organisations"]
    assert Path(second["upload"]).read_text("utf-8").splitlines() == ["assets/brand.css"]

    # Another script has another name; pages that name it follow, and the old one can go.
    old = asset_in(output / "een", "assets/javascripts/leave.js").relative_to(output / "een").as_posix()
    script = project.root / "overrides/assets/javascripts/leave.js"
    script.write_text(script.read_text("utf-8") + "\n", "utf-8")
    (third,) = reported(project, output)["organisations"]
    new = asset_in(output / "een", "assets/javascripts/leave.js").relative_to(output / "een").as_posix()
    upload = Path(third["upload"]).read_text("utf-8").splitlines()
    assert new != old
    assert upload.index(new) < upload.index("index.html")
    assert Path(third["delete"]).read_text("utf-8").splitlines() == [old]


def test_what_sites_share_is_there_once_and_can_not_be_written(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL, twee=MINIMAL.replace("Voorbeeld", "Anders"))
    output = tmp_path / "site"
    build(project, output)
    name = "assets/stylesheets/material.css"
    one, other = (asset_in(output / folder, name) for folder in ("een", "twee"))
    assert one.stat().st_ino == other.stat().st_ino
    assert one.stat().st_mode & 0o777 == 0o444
    assert (output / "een/index.html").stat().st_nlink == 1
    # The store may go at any time: what is there stays, and what comes next is whole.
    shutil.rmtree(Outlet(output).shared)
    build(project, output, "een", "--force")
    assert asset_in(output / "een", name).read_bytes() == other.read_bytes()
    # What nobody links to is swept away.
    (Outlet(output).shared / ("0" * 64)).write_bytes(b"of long ago")
    build(project, output)
    assert not (Outlet(output).shared / ("0" * 64)).exists()


def test_a_damaged_store_damages_no_site(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL)
    output = tmp_path / "site"
    build(project, output)
    for path in Outlet(output).shared.iterdir():
        path.unlink()
        path.write_bytes(b"damaged")
    build(project, output, "--force")
    result = CliRunner().invoke(main, ["verify", "--output", str(output)])
    assert (result.exit_code, result.output) == (0, "")


def test_where_there_are_no_links_there_are_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", no_links)
    record = Store(tmp_path / "store").put(b"x", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"x"
    assert record.size == 1


def orders(count: int) -> list[Order]:
    return [Order(str(number), Path(str(number)), Origin("", "")) for number in range(count)]


@pytest.mark.parametrize(
    ("count", "workers", "sizes"), [(1, 2, [1]), (8, 2, [1] * 8), (9, 2, [2, 2, 2, 2, 1]), (0, 2, [])]
)
def test_batches_share_the_work(count: int, workers: int, sizes: list[int]) -> None:
    assert [len(batch) for batch in batches_of(orders(count), workers)] == sizes


def test_a_batch_is_never_too_large_for_memory() -> None:
    assert max(len(batch) for batch in batches_of(orders(5_000), 2)) == MOST_AT_ONCE


@pytest.fixture
def six(small: Make) -> Project:
    return small(**{f"nr-{number}": MINIMAL.replace("Voorbeeld", f"Nummer {number}") for number in range(6)})


def test_several_processes_give_the_same_bytes_as_one(six: Project, tmp_path: Path) -> None:
    for jobs in ("1", "2"):
        code, out, _ = build(six, tmp_path / jobs / "site", "--jobs", jobs)
        assert (code, out[-1]) == (0, "6 built, 0 unchanged, 0 failed")
    one, two = (
        {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}
        for top in (tmp_path / "1", tmp_path / "2")
    )
    assert {path: data for path, data in one.items() if two.get(path) != data} == {}


def test_a_process_that_dies_takes_nobody_with_it(
    six: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the system has no memory left: who was at work is tried again alone, and only the one is named."""
    builds = Workshop.build

    def dying(self: Workshop, outlet: Outlet, batch: list[Order]) -> Any:
        if any(order.id == "nr-3" for order in batch):
            os.kill(os.getpid(), signal.SIGKILL)
        return builds(self, outlet, batch)

    monkeypatch.setattr(Workshop, "build", dying)
    code, out, _ = build(six, tmp_path / "site", "--jobs", "2")
    assert code == 1
    assert out[-1] == "5 built, 0 unchanged, 1 failed"
    assert "nr-3:1:1: T090 the process that builds it died; is there enough memory?" in out[0]


def test_our_own_mistake_stops_all_with_its_place(six: Project, tmp_path: Path) -> None:
    page = six.root / "docs/nl/wie.md"
    page.write_text(page.read_text("utf-8") + "\n[weg](weg.md)\n", "utf-8")
    code, out, _ = build(six, tmp_path / "site", "--jobs", "2")
    assert code == 2
    assert "weg.md" in out[0]
    assert not (tmp_path / "site").exists()


def test_a_worker_with_other_files_is_refused(six: Project, tmp_path: Path) -> None:
    """A machine elsewhere that has another version would make other bytes."""
    with pytest.raises(crew.OtherInputsError):
        crew.build_batch(six, "another digest", Outlet(tmp_path / "site"), orders(1))


def test_what_a_release_was_made_from_is_known(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL)
    build(project, tmp_path / "site")
    release = current(Outlet(tmp_path / "site"), "een")
    assert release is not None
    manifest = release.manifest()
    assert manifest is not None
    assert len(manifest.origin.own) == 1
    assert "organisation.yml" not in (release.folder / "manifest.json").read_text("utf-8")
    assert {UPLOAD, DELETE} < {path.name for path in release.folder.iterdir()}


def test_a_refusal_comes_back_whole_from_another_process() -> None:
    import pickle

    from terecht.findings import Finding, Unusable

    refused = Refused([Finding("a.yml", 1, 2, "T012", "x", "y")])
    assert pickle.loads(pickle.dumps(refused)).findings == refused.findings  # noqa: S301
    assert pickle.loads(pickle.dumps(Unusable("x", "y"))).help == "y"  # noqa: S301
