"""Saying that a page which replaces a shared one can stay: what changed in the shared one, and a record of that.

The record holds the whole text that was compared, so that the next change can be shown, and not only that there is one.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import difflib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from terecht.findings import Unusable, did_you_mean
from terecht.load import Client, shown_path
from terecht.load.content import Content
from terecht.load.files import read_inside
from terecht.load.page_templates import PageTemplate
from terecht.load.replaced_pages import MAX_REASON, RECORDS, Record, Replaced, read_record
from terecht.load.yaml_tree import MAX_BYTES, forbidden_character

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_DIRECTORY_MODE = 0o755
_FILE_MODE = 0o644


def replaced(client: Client, name: str, language: str | None) -> tuple[Replaced, ...]:
    """The pages of this name with which a client replaces a shared one, in one language or in all.

    Raises :class:`Unusable` when there is none.
    """
    known = [page for page in client.replaced if page.state != "orphan"]
    found = tuple(page for page in known if page.name == name and language in {None, page.language})
    if found:
        return found
    names = sorted({page.name for page in known})
    where = f"docs/{language}/{name}.md" if language else f"docs/<language>/{name}.md"
    help_ = did_you_mean(name, names) if name not in names else "it does in another language"
    raise Unusable(f"'{client.id}' replaces no shared page by {where}", help_ or "it replaces no shared page at all")


def comparison(page: Replaced, folder: Path, content: Content) -> Iterator[str]:
    """What somebody who compares has to read, as lines: how the shared page has changed since it was accepted.

    ``folder`` is that of the organisation.
    """
    template = content.template(page.language, page.name)
    own = shown_path(folder / "docs" / page.language / f"{page.name}.md")
    match page:
        case Replaced(state="fresh", record=Record(accepted=accepted, reason=reason)):
            yield f"{own}: {template.path} has not changed since {accepted}, when it was accepted: {reason}"
        case Replaced(record=Record() as record):
            yield f"{own}: {template.path} has changed since {record.accepted}, when it was accepted: {record.reason}"
            yield from _changes(record, template)
        case _:
            yield f"{own}: nobody has compared it with {template.path}, which it replaces; read both"


def _changes(record: Record, template: PageTemplate) -> Iterator[str]:
    before, after = (
        [f"title: {title}", *text.splitlines()]
        for title, text in ((record.title, record.text), (template.title, template.text))
    )
    yield from difflib.unified_diff(before, after, f"accepted {record.accepted}", template.path, lineterm="")


def accept(folder: Path, page: Replaced, content: Content, reason: str, today: dt.date) -> Path:
    """Records that this page of the client in ``folder`` was compared with the shared page as it is now.

    Returns the file of the record. A record that was there is replaced in one step; nothing else ever is. Raises
    :class:`Unusable` for a reason that says nothing and for a place that is taken, :class:`OSError` when the disk says
    no; then what was there is there still.
    """
    said = " ".join(reason.split())
    if not said:
        raise Unusable("the reason says nothing", "say why the page can stay, or what you changed in it")
    if found := forbidden_character(said):
        raise Unusable(f"the reason holds {found[2]}", "write it without")
    if len(said) > MAX_REASON:
        raise Unusable(f"the reason has {len(said)} characters; {MAX_REASON} is the most", "say it shorter")
    template = content.template(page.language, page.name)
    record = Record(today.isoformat(), said, template.title, template.text)
    path = folder / RECORDS / page.language / f"{page.name}.md"
    with _opened(folder, page.language) as inside:
        _refuse_strangers(inside, path)
        _replace(inside, path.name, record.to_markdown().encode())
    return path


@contextlib.contextmanager
def _opened(folder: Path, language: str) -> Iterator[int]:
    """The folder of the records in one language, open, made where it is missing. No link is followed on the way."""
    with contextlib.ExitStack() as opened:
        inside: int | None = None
        at = folder
        for name in (str(folder), RECORDS, language):
            if inside is not None:
                at /= name
                with contextlib.suppress(FileExistsError):
                    os.mkdir(name, _DIRECTORY_MODE, dir_fd=inside)
            try:
                inside = os.open(name, _FOLDER, dir_fd=inside)
            except OSError as error:
                if error.errno not in {errno.ENOTDIR, errno.ELOOP}:
                    raise
                message = f"{shown_path(at)} is not a folder, or a link to one"
                raise Unusable(message, "move it away, and put the folder itself there") from error
            opened.callback(os.close, inside)
        assert inside is not None  # noqa: S101  the loop has opened three
        yield inside


def _refuse_strangers(inside: int, path: Path) -> None:
    """Whatever lies where the record goes, and is none, is somebody's work."""
    try:
        kind = os.stat(path.name, dir_fd=inside, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return
    data, _ = read_inside(inside, path.name, MAX_BYTES) if stat.S_ISREG(kind) else (None, None)
    if data is None or read_record(data, "")[0] is None:
        raise Unusable(f"{shown_path(path)} is there already, and is not a record", "move it away, and accept again")


def _replace(inside: int, name: str, data: bytes) -> None:
    """The file of this name gets these bytes in one step; the draft is hidden, and nothing takes it for a record."""
    draft = f".{name}.{secrets.token_hex(8)}"
    try:
        with os.fdopen(os.open(draft, _NEW, _FILE_MODE, dir_fd=inside), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, name, src_dir_fd=inside, dst_dir_fd=inside)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft, dir_fd=inside)
        raise
