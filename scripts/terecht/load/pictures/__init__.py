"""The pictures of an organisation: files that somebody else made go in, files that are safe to publish come out.

In: the organisation, which names its logo and photos, and the folder in which they lie. Out: :class:`Pictures`,
each made anew from only what can be seen of it (a drawing by ``svg``, pixels by ``raster``), and the findings
about those that are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from terecht.load.files import read_beside
from terecht.load.pictures import raster, svg

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from terecht.findings import Finding
    from terecht.load.checks import Location, Report
    from terecht.load.organisation import Organisation
    from terecht.load.pictures.raster import Picture

#: The longest side in pixels: twice the size at which a page shows it, for sharp screens.
LOGO_PIXELS: Final = 640
PHOTO_PIXELS: Final = 480


@dataclass(frozen=True)
class Pictures:
    """The pictures of an organisation, ready to publish: its logo, and photos by the id of their contact."""

    logo: Picture | None = None
    photos: Mapping[str, Picture] = field(default_factory=lambda: MappingProxyType({}))


def pictures(
    organisation: Organisation, folder: Path, shown_folder: str, report: Report
) -> tuple[Pictures, list[Finding]]:
    """The logo and the photos that the organisation names, cleaned, and what is wrong with them.

    What is wrong with the name is found at its place in the YAML (by ``report``); what is wrong inside the
    file, in that file, which is shown as lying in ``shown_folder``. A picture with a finding is left out.
    """
    findings: list[Finding] = []

    def picture(location: Location, name: str | None, longest: int) -> Picture | None:
        if name is None:
            return None
        data, problem = read_beside(folder, name, raster.MAX_BYTES)
        if problem is not None:
            findings.append(report(location, *problem))
        if data is None:
            return None
        cleaned, wrong = _cleaned(data, str(PurePosixPath(shown_folder, name)), longest)
        # Two contacts may share a photo; what is wrong with it is told once.
        findings.extend(finding for finding in wrong if finding not in findings)
        return cleaned

    logo = picture(("brand", "logo"), organisation.brand.logo, LOGO_PIXELS)
    photos = {
        contact.id: cleaned
        for position, contact in enumerate(organisation.contacts)
        if (cleaned := picture(("contacts", position, "photo"), contact.photo, PHOTO_PIXELS)) is not None
    }
    return Pictures(logo, MappingProxyType(photos)), findings


def _cleaned(data: bytes, path: str, longest: int) -> tuple[Picture | None, list[Finding]]:
    """By content, because a name is only a promise."""
    if not svg.is_svg(data):
        return raster.clean(data, path, longest)
    drawing, findings = svg.clean(data, path)
    return (None if drawing is None else raster.Picture(drawing, ".svg", *svg.size(drawing))), findings
