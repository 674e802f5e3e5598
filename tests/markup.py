"""What is wrong with the markup of pages, of any site: what html-validate says, and what runs or styles inline."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from conftest import ROOT
from terecht.audit import wrong_in
from terecht.stamp import Parts

_HTML_VALIDATE = ROOT / ".terecht/node/node_modules/html-validate/bin/html-validate.mjs"
#: How the audit starts what it says of a script, a handler, a style or an address that runs.
_INLINE = ("an inline ", "a <style>", "an address that runs ")


def complaints(pages: Iterable[Path]) -> list[str]:
    """What html-validate says of pages: its preset ``standard``, nothing switched off."""
    # `make tools` puts a Node into the environment where that of the machine is missing or too old.
    node = shutil.which("node", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if node is None or not _HTML_VALIDATE.exists():
        pytest.fail("html-validate is missing; 'make test' installs it")
    with tempfile.TemporaryDirectory() as folder:
        # Into a file: it stops before all of a long report is through a pipe.
        report = Path(folder) / "report.json"
        command = [node, str(_HTML_VALIDATE), "--preset", "standard", "--formatter", f"json={report}", *map(str, pages)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert report.exists(), done.stderr
        found = json.loads(report.read_text("utf-8"))
    return [
        f"{page['filePath']}:{message['line']}: {message['ruleId']}: {message['message']}"
        for page in found
        for message in page["messages"]
    ]


def inline(html: str) -> list[str]:
    """The scripts, handlers, styles and running addresses that stand in a page itself."""
    return [fault for fault in wrong_in(Parts((html,), {})) if fault.startswith(_INLINE)]
