"""The last stage: finished files go in, a published site comes out, whole or not at all.

``DIR/<id>`` is a link to the release that readers see. A release is written beside it, in
``DIR.terecht/releases/<id>/``, which no server serves: old releases and manifests hold names and numbers of people. The
one step that readers could notice is the renaming of that link, and a rename is atomic (POSIX rename(2)).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from terecht.findings import Unusable
from terecht.publish.manifest import Differences, Manifest, Origin, compare, looks_whole, read_manifest, record_of
from terecht.publish.store import Store

#: The releases of a site that are kept: the one that readers see, and those that a rollback can go back to.
KEPT = 3
#: Beside the files of a release: which changed since the one before, in the order to upload them, and which are gone.
UPLOAD, DELETE = "upload.txt", "delete.txt"
_MANIFEST = "manifest.json"
_NOTHING: Mapping[str, bytes] = MappingProxyType({})
_ABANDONED_SECONDS = 24 * 60 * 60
_DIRECTORY_MODE = 0o755
_FILE_MODE = 0o644


@dataclass(frozen=True)
class Outlet:
    """Where the sites of many organisations are published: ``output`` is served, what is beside it is not."""

    output: Path

    @classmethod
    def at(cls, folder: Path) -> Outlet:
        """The outlet at a folder; a link to a folder is that folder, so that what lies beside it can be found."""
        try:
            resolved = folder.resolve()
        except RuntimeError as error:  # Python before 3.13, of a link in a circle
            raise Unusable(f"{folder} is a link to itself", "name another folder with --output") from error
        if resolved.exists() and not resolved.is_dir():
            raise Unusable(f"{folder} is not a folder", "name another with --output")
        if not resolved.name:
            raise Unusable(f"nothing can lie beside {resolved}", "name another folder with --output")
        return cls(resolved)

    @property
    def state(self) -> Path:
        """The folder for all that is not served."""
        return self.output.with_name(f"{self.output.name}.terecht")

    @property
    def shared(self) -> Path:
        """The folder of the files that sites share."""
        return self.state / "shared"

    def releases(self, organisation: str) -> Path:
        """The folder of one organisation's releases."""
        return self.state / "releases" / organisation

    def link(self, organisation: str) -> Path:
        """What readers see."""
        return self.output / organisation


@dataclass(frozen=True)
class Release:
    """A numbered release of one organisation's site."""

    organisation: str
    folder: Path

    @property
    def site(self) -> Path:
        """The files that are served."""
        return self.folder / "site"

    @property
    def number(self) -> int:
        """Releases count up from 1."""
        return int(self.folder.name)

    def manifest(self) -> Manifest | None:
        """What the release should hold, if that is known."""
        return read_manifest(self.folder / _MANIFEST)


def current(outlet: Outlet, organisation: str) -> Release | None:
    """The release that readers see now."""
    link = outlet.link(organisation)
    if not link.is_symlink():
        return None
    folder = Path(os.path.normpath(link.parent / link.readlink())).parent
    ours = folder.parent == outlet.releases(organisation) and folder.name.isdigit()
    return Release(organisation, folder) if ours and folder.is_dir() and not folder.is_symlink() else None


def origin_of(outlet: Outlet, organisation: str) -> Origin | None:
    """What the release that readers see was made from; nothing when there is none, or when it does not look whole."""
    release = current(outlet, organisation)
    manifest = release.manifest() if release else None
    return manifest.origin if release and manifest and looks_whole(manifest, release.site) else None


def stage(
    outlet: Outlet,
    organisation: str,
    origin: Origin,
    files: Mapping[str, bytes],
    shared: Mapping[str, bytes] = _NOTHING,
    store: Store | None = None,
) -> Release:
    """Writes a release that nobody sees yet; ``shared`` are the files that other sites have too.

    Raises :class:`Unusable` when the place is taken by something that is not ours, :class:`OSError` when the disk
    says no; then nothing is left behind but the releases that were there.
    """
    releases = outlet.releases(organisation)
    _make_folder(releases)
    with _alone(releases):
        _refuse_strangers(outlet, organisation)
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=releases))
    site = draft / "site"
    store = store or Store(outlet.shared)
    try:
        folders = sorted({site / parent for path in (*files, *shared) for parent in PurePosixPath(path).parents})
        for folder in folders:
            folder.mkdir()
        records = {path: record_of(data) for path, data in files.items()}
        for path, data in files.items():
            _write(site / path, data)
        for path, data in shared.items():
            records[path] = store.put(data, site / path)
        _write(draft / _MANIFEST, Manifest(organisation, origin, records).to_json())
        for folder in (draft, *folders):
            folder.chmod(_DIRECTORY_MODE)
        with _alone(releases):
            _sweep(releases, draft)
            numbered = releases / f"{_last_number(releases) + 1:06d}"
            draft.rename(numbered)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Release(organisation, numbered)


def settle() -> None:
    """Has the operating system write everything down: once a batch, before any switch, instead of once a file."""
    os.sync()


def switch(outlet: Outlet, release: Release) -> None:
    """Shows a release to readers, in one step, and lets go of the oldest ones.

    Of builders at the same time the last release stays: an older one never replaces a newer. After an
    :class:`OSError` :func:`give_up` knows what readers see.
    """
    with _alone(outlet.releases(release.organisation)):
        before = current(outlet, release.organisation)
        if before is None or before.number < release.number:
            _note_changes(release, before)
            _point(outlet, release)
            _let_go(outlet, release, before)


def _note_changes(release: Release, before: Release | None) -> None:
    """Lists what has to be uploaded and deleted where the release ``before`` was uploaded: pages come last.

    Whoever uploads in this order never shows a page of which something is still on its way.
    """
    new = release.manifest()
    old = before.manifest() if before else None
    files = new.files if new else {}
    there = old.files if old else {}
    changed = [path for path, record in files.items() if there.get(path) != record]
    changed.sort(key=lambda path: (path.endswith(".html"), path))
    gone = sorted(set(there) - set(files))
    for name, paths in ((UPLOAD, changed), (DELETE, gone)):
        _write(release.folder / name, "".join(f"{path}\n" for path in paths).encode())


def withdraw(outlet: Outlet, organisation: str) -> None:
    """Takes a site away for good, with all its releases. Raises :class:`Unusable` when something else lies there."""
    releases = outlet.releases(organisation)
    with _alone(releases):
        _refuse_strangers(outlet, organisation)
        outlet.link(organisation).unlink(missing_ok=True)
        for release in _releases(outlet, organisation):
            _discard(release)
    shutil.rmtree(releases)


def give_up(outlet: Outlet, release: Release) -> bool:
    """After an error in :func:`switch`: whether readers see the release after all; if not, it is deleted."""
    with contextlib.suppress(OSError), _alone(outlet.releases(release.organisation)):
        if current(outlet, release.organisation) == release:
            return True
        _discard(release)
    return False


def rollback(outlet: Outlet, organisation: str) -> Release:
    """Shows the release before the one that readers see now, which is withdrawn for good.

    Raises :class:`Unusable` when there is none.
    """
    if current(outlet, organisation) is None:
        raise Unusable(f"'{organisation}' is not published in {outlet.output}", "build it first")
    with _alone(outlet.releases(organisation)):
        now = current(outlet, organisation)
        earlier = [release for release in _releases(outlet, organisation) if now and release.number < now.number]
        if now is None or not earlier:
            raise Unusable(f"'{organisation}' has no earlier release", f"the last {KEPT} are kept")
        _point(outlet, earlier[-1])
        _discard(now)
    return earlier[-1]


def verify(outlet: Outlet, organisation: str) -> Differences:
    """How a published site differs from its manifest. Raises :class:`Unusable` with nothing to compare."""
    release = current(outlet, organisation)
    if release is None:
        _refuse_strangers(outlet, organisation)
        raise Unusable(f"'{organisation}' is not published in {outlet.output}", "build it first")
    manifest = release.manifest()
    if manifest is None:
        raise Unusable(f"the manifest of '{organisation}' is missing or damaged", "build it again with --force")
    if manifest.organisation != organisation:
        what = f"'{organisation}' shows a site that was made for '{manifest.organisation}'"
        raise Unusable(what, "build it again with --force")
    return compare(manifest, release.site)


def published(outlet: Outlet) -> list[str]:
    """The organisations that have a site here, by name, also when something else lies in its place."""
    if not outlet.output.is_dir():
        return []
    return sorted(
        path.name for path in outlet.output.iterdir() if path.is_symlink() or outlet.releases(path.name).is_dir()
    )


def _point(outlet: Outlet, release: Release) -> None:
    """The one step: the link is replaced by one to this release."""
    _refuse_strangers(outlet, release.organisation)
    _make_folder(outlet.output)
    link = outlet.link(release.organisation)
    fresh = outlet.releases(release.organisation) / "link"
    fresh.unlink(missing_ok=True)  # of a killed build
    fresh.symlink_to(os.path.relpath(release.site, link.parent))
    try:
        fresh.replace(link)
    except OSError:
        fresh.unlink()
        raise


def _make_folder(folder: Path) -> None:
    """A folder and those around it that are not there yet, with modes that let a server through under any umask."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        path.chmod(_DIRECTORY_MODE)


def _sweep(releases: Path, own: Path) -> None:
    """Deletes what a killed build left behind, not its ``own`` draft; one that is younger may still be written."""
    for gone in releases.glob("gone-*"):
        shutil.rmtree(gone, ignore_errors=True)
    for draft in set(releases.glob("draft-*")) - {own}:
        with contextlib.suppress(OSError):
            if time.time() - draft.stat().st_mtime > _ABANDONED_SECONDS:
                shutil.rmtree(draft, ignore_errors=True)


def _releases(outlet: Outlet, organisation: str) -> list[Release]:
    folder = outlet.releases(organisation)
    numbered = [path for path in folder.iterdir() if path.name.isdigit() and path.is_dir()] if folder.is_dir() else []
    return [Release(organisation, path) for path in sorted(numbered, key=lambda path: int(path.name))]


def _last_number(releases: Path) -> int:
    return max((int(path.name) for path in releases.iterdir() if path.name.isdigit()), default=0)


def _let_go(outlet: Outlet, shown: Release, before: Release | None) -> None:
    """Deletes what readers saw long ago, and what was overtaken before they saw it; newer ones may still be shown."""
    earlier = [release for release in _releases(outlet, shown.organisation) if release.number < shown.number]
    seen = [release for release in earlier if before is None or release.number <= before.number]
    kept = seen[-(KEPT - 1) :]
    for release in earlier:
        if release not in kept:
            _discard(release)


def _discard(release: Release) -> None:
    """Deletes a release. It loses its number first, so that nothing goes back to half of one."""
    gone = release.folder.with_name(f"gone-{time.time_ns()}")
    release.folder.rename(gone)
    shutil.rmtree(gone)


def _refuse_strangers(outlet: Outlet, organisation: str) -> None:
    """Asked under the lock, or of what is not ours: between two looks another builder may let a release go."""
    link = outlet.link(organisation)
    if link.exists() and not link.is_symlink():
        raise Unusable(f"{link} is there already, and terecht has not made it", "move it away")
    if link.is_symlink() and current(outlet, organisation) is None and link.exists():
        raise Unusable(f"{link} is a link to somewhere else", "move it away")


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
    path.chmod(_FILE_MODE)


@contextmanager
def _alone(releases: Path) -> Iterator[None]:
    """One builder at a time for what concerns one organisation's releases; the lock goes with the process."""
    with (releases / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
