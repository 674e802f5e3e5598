"""The live preview: saves go in, the page in the browser follows, and a mistake shows there instead of ending the work.

The site is made in memory by the same stages as a build. Nothing is written; rendered pages are kept from one save to
the next, so that a changed value costs a stamp and only a changed template costs the engine.
"""

from __future__ import annotations

import html
import http.server
import mimetypes
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import watchfiles
from jinja2 import TemplateError

from terecht.findings import Finding, Refused, Unusable, stopping
from terecht.inputs import shared_inputs
from terecht.load import load
from terecht.project import Project, read_content
from terecht.workshop import Workshop

_EVENTS = "/terecht-preview/events"
_SCRIPT_PATH = "/terecht-preview/reload.js"
#: Reloads the page when the preview has another version than the page. It is part of the preview, never of a site.
_SCRIPT = b"""\
"use strict";
const events = new EventSource("/terecht-preview/events?seen=" + document.currentScript.dataset.version);
events.addEventListener("saved", () => location.reload());
"""
_STYLE_PATH = "/terecht-preview/findings.css"
#: Findings lie over the foot of the page, in the colours of the number to call.
_STYLE = b"""\
.terecht-preview { position: fixed; inset: auto 0 0; z-index: 20; max-height: 50vh; overflow-y: auto; padding: 1rem;
  background: var(--t-alarm); color: var(--t-on-alarm); }
"""
_WATCH_STEP_MS = 40
_WATCH_QUIET_MS = 20
_WATCH_PULSE_MS = 200
_HEARTBEAT_SECONDS = 15


@dataclass
class Stage:
    """What the preview shows now: the files of the site, or findings. ``version`` counts up with every change."""

    files: dict[str, bytes] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    version: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def show(self, files: dict[str, bytes] | None, findings: tuple[Finding, ...]) -> None:
        """New files, or none: then the last good ones stay, with the findings on top of every page."""
        with self.changed:
            self.files = files if files is not None else self.files
            self.findings = findings
            self.version += 1
            self.changed.notify_all()

    def now(self) -> tuple[dict[str, bytes], tuple[Finding, ...], int]:
        """Files, findings and version that belong together."""
        with self.changed:
            return self.files, self.findings, self.version

    def wait_for(self, seen: int, seconds: float) -> int:
        """The version, as soon as it is another one than was seen, or after so many seconds."""
        with self.changed:
            self.changed.wait_for(lambda: self.version != seen, seconds)
            return self.version


@dataclass
class Kept:
    """What a preview keeps between saves. The workshop is ``behind`` when a file was saved that it was made from."""

    workshop: Workshop | None = None
    findings: tuple[Finding, ...] = ()
    behind: bool = True


def serve(project: Project, folder: Path, port: int, say: Callable[[str], None]) -> None:
    """Serves one organisation's preview on this machine until it is interrupted."""
    stage, kept = Stage(), Kept()
    shared = [project.root / name for name in ("docs", "overrides", "mkdocs.yml")]
    with _open(port, stage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        refresh(project, folder, stage, kept, say)
        saves = watchfiles.watch(
            folder,
            *shared,
            debounce=_WATCH_QUIET_MS,
            step=_WATCH_STEP_MS,
            rust_timeout=_WATCH_PULSE_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
        )
        announced = False
        try:
            for changes in saves:
                if not announced:
                    # Only now is it sure that a save will be seen.
                    say(f"http://127.0.0.1:{server.server_port}/  (stop with Ctrl+C)")
                    announced = True
                if not changes:
                    continue
                if any(not Path(path).is_relative_to(folder) for _, path in changes):
                    kept.behind = True
                refresh(project, folder, stage, kept, say)
        finally:
            if kept.workshop:
                kept.workshop.press.close()
            server.shutdown()


def refresh(project: Project, folder: Path, stage: Stage, kept: Kept, say: Callable[[str], None]) -> None:
    """Makes the site again and shows it, or shows why it can not be made. Never raises for a user's mistake."""
    started = time.monotonic()
    findings: list[Finding] = []
    files = None
    try:
        if kept.behind:
            content, own = read_content(project)
            kept.findings = tuple(own)
            if content is not None:
                shared = shared_inputs(project.root)
                made = kept.workshop.renewed(content, shared) if kept.workshop else Workshop(project, content, shared)
                kept.workshop, kept.behind = made, False
        findings += kept.findings
        if kept.workshop is not None and not kept.behind:
            client, own = load(folder, kept.workshop.content, project.today)
            findings += own
            if client is not None:
                files = kept.workshop.preview(client)
    except Refused as refused:
        findings += refused.findings
    except (TemplateError, OSError) as error:
        findings.append(Finding(folder.name, 1, 1, "T090", str(error), "look at what was saved last"))
    wrong = stopping(findings)
    stage.show(files, wrong)
    for finding in wrong:
        say(str(finding))
    took = round((time.monotonic() - started) * 1000)
    warnings = len(findings) - len(wrong)
    say(f"{'shown' if files is not None else 'not shown'} after {took} ms, {len(wrong)} to mend, {warnings} warnings")


def _open(port: int, stage: Stage) -> _Server:
    try:
        return _Server(("127.0.0.1", port), stage)
    except OSError as error:
        raise Unusable(f"port {port} can not be used: {error.strerror}", "choose another with --port") from error


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], stage: Stage) -> None:
        self.stage = stage
        super().__init__(address, _Handler)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """A file of the site, the preview's own script, or the stream that tells of saves."""
        path, _, query = unquote(self.path).partition("?")
        if path == _EVENTS:
            self._stream(int(re.sub(r"\D", "", query)[:9] or 0))
        elif path == _SCRIPT_PATH:
            self._answer(200, "text/javascript", _SCRIPT)
        elif path == _STYLE_PATH:
            self._answer(200, "text/css", _STYLE)
        else:
            self._page(path.lstrip("/"))

    def _page(self, path: str) -> None:
        files, findings, version = self.server.stage.now()
        name = f"{path}index.html" if not path or path.endswith("/") else path
        data = files.get(name)
        status = 200 if data is not None else 404
        if data is None:
            if f"{path}/index.html" in files:
                self.send_response(301)
                self.send_header("Location", f"/{path}/")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            name, data = (
                "404.html",
                files.get("404.html", b"<!doctype html><title>-</title><body></body>"),
            )
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        if kind == "text/html":
            data = data.replace(b"</body>", _banner(findings, version) + b"</body>", 1)
        self._answer(status, kind, data)

    def _answer(self, status: int, kind: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, seen: int) -> None:
        """Server-sent events (HTML standard 9.2): one at each change since the version that the page has seen."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            while True:
                version = self.server.stage.wait_for(seen, _HEARTBEAT_SECONDS)
                self.wfile.write(b"event: saved\ndata: 1\n\n" if version != seen else b": still here\n\n")
                self.wfile.flush()
                seen = version
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        """Says nothing: the terminal is for findings."""


def _banner(findings: tuple[Finding, ...], version: int) -> bytes:
    lines = "".join(f"<li>{html.escape(str(finding))}</li>" for finding in findings)
    style = f'<link rel="stylesheet" href="{_STYLE_PATH}">'
    banner = f'{style}<div class="terecht-preview" role="alert"><ul>{lines}</ul></div>' if lines else ""
    return f'{banner}<script src="{_SCRIPT_PATH}" data-version="{version}"></script>'.encode()
