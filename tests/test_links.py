"""LinkChecker follows every link of the three sites, served under a path of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import EXAMPLES, Served
from trust_table import Say

Serve = Callable[[Path, str], Served]
LINKCHECKER = Path(sys.executable).with_name("linkchecker")


def follow(address: str, tmp_path: Path) -> tuple[int, str]:
    """LinkChecker's exit code and report; addresses outside the site are not asked, since no test needs the network."""
    configuration = tmp_path / "linkcheckerrc"
    configuration.write_text("[checking]\nrobotstxt=0\nmaxrequestspersecond=1000\n[AnchorCheck]\n", "utf-8")
    done = subprocess.run(
        [
            LINKCHECKER,
            "--config",
            configuration,
            "--no-status",
            "--ignore-url",
            rf"^(?!{address})",
            "--output",
            "text",
            address,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.trust(18)
@pytest.mark.parametrize("example", EXAMPLES)
def test_nothing_is_broken_under_a_path(
    example: str, sites: Path, serve_folder: Serve, tmp_path: Path, measured: Say
) -> None:
    served = serve_folder(sites / example, "/intranet/hr/hulp/")
    code, report = follow(served.address, tmp_path)
    assert code == 0, report
    asked = {path.partition("?")[0].removeprefix("/intranet/hr/hulp/") for path, _ in served.requests}
    pages = {
        path.relative_to(sites / example).as_posix().removesuffix("index.html")
        for path in (sites / example).rglob("index.html")
    }
    assert pages <= asked
    measured(18, f"{example}: 0 broken, {len(pages)} pages followed")


@pytest.mark.trust(18, fault="a page that is gone")
def test_a_broken_link_would_be_seen(sites: Path, serve_folder: Serve, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(sites / "snijders", tmp_path / "site")
    shutil.rmtree(tmp_path / "site/wie")
    (tmp_path / "site/404.html").unlink()
    code, report = follow(serve_folder(tmp_path / "site", "/x/").address, tmp_path)
    assert code == 1
    assert "404" in report
