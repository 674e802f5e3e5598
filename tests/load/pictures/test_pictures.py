from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from terecht.findings import Finding
from terecht.load import pictures
from terecht.load.organisation import Organisation

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><path d="M0 0h9v9z"/></svg>'


def png(width: int = 60, height: int = 40) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), (0, 83, 159)).save(target, "PNG")
    return target.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An organisation's folder, with something beside it that nobody may see."""
    (tmp_path / "secret.png").write_bytes(b"of another client")
    inside = tmp_path / "client"
    inside.mkdir()
    return inside


def organisation(logo: str | None, *photos: str | None) -> Organisation:
    contacts = [
        {"id": f"contact-{number}", "roles": ["hr"], "name": "A", **({"photo": photo} if photo else {})}
        for number, photo in enumerate(photos or [None])
    ]
    brand = {"logo": logo} if logo else {}
    facts = {"schema": "1", "name": "Voorbeeld", "languages": ["nl"], "contacts": contacts, "brand": brand}
    return Organisation.model_validate(facts)


def report(location: tuple[str | int, ...], code: str, message: str, help_: str) -> Finding:
    return Finding("organisation.yml:" + ".".join(map(str, location)), 7, 3, code, message, help_)


def found_in(folder: Path, facts: Organisation) -> tuple[pictures.Pictures, list[tuple[str, int, int, str]]]:
    found, findings = pictures.pictures(facts, folder, "shown/client", report)
    return found, [(finding.path, finding.line, finding.column, finding.code) for finding in findings]


def test_without_pictures_there_are_none(folder: Path) -> None:
    assert found_in(folder, organisation(None)) == (pictures.Pictures(), [])


def test_logo_and_photos_are_cleaned_by_content_and_scaled(folder: Path) -> None:
    (folder / "logo.png").write_bytes(SVG)
    (folder / "anna.svg").write_bytes(png(1000, 500))
    (folder / "drawn.svg").write_bytes(SVG)
    found, findings = found_in(folder, organisation("logo.png", None, "anna.svg", "drawn.svg"))
    assert findings == []
    assert found.logo is not None
    assert (found.logo.suffix, found.logo.width, found.logo.height) == (".svg", 40, 20)
    assert b'viewBox="0 0 40 20"' in found.logo.data
    assert list(found.photos) == ["contact-1", "contact-2"]
    photo = found.photos["contact-1"]
    assert (photo.suffix, photo.width, photo.height) == (".png", 480, 240)
    assert found.photos["contact-2"].suffix == ".svg"
    (folder / "logo.png").write_bytes(png(1000, 500))
    found, _ = found_in(folder, organisation("logo.png"))
    assert found.logo is not None
    assert (found.logo.suffix, found.logo.width, found.logo.height) == (".png", 640, 320)


def test_what_is_found_can_not_change(folder: Path) -> None:
    (folder / "anna.png").write_bytes(png())
    found, _ = found_in(folder, organisation(None, "anna.png"))
    with pytest.raises(TypeError):
        found.photos["b"] = found.photos["contact-0"]  # type: ignore[index]


def test_a_wrong_name_is_found_in_the_yaml_and_a_wrong_file_in_the_file(folder: Path) -> None:
    (folder / "link.png").symlink_to("../secret.png")
    (folder / "bad.svg").write_bytes(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">\n <a/></svg>')
    (folder / "bad.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "good.png").write_bytes(png())
    facts = organisation("link.png", "gone.png", "bad.svg", "bad.jpg", "good.png", "bad.jpg")
    found, findings = found_in(folder, facts)
    assert findings == [
        ("organisation.yml:brand.logo", 7, 3, "T052"),
        ("organisation.yml:contacts.0.photo", 7, 3, "T050"),
        ("shown/client/bad.svg", 2, 2, "T053"),
        ("shown/client/bad.jpg", 1, 1, "T055"),
    ]
    assert found.logo is None
    assert list(found.photos) == ["contact-3"]


def test_the_current_folder_is_not_shown(folder: Path) -> None:
    (folder / "logo.png").write_bytes(b"x")
    _, findings = pictures.pictures(organisation("logo.png"), folder, ".", report)
    assert [finding.path for finding in findings] == ["logo.png"]


def test_a_path_that_slipped_through_the_model_is_refused(folder: Path) -> None:
    facts = organisation("x.png")
    brand = facts.brand.model_copy(update={"logo": "../secret.png"})
    found, findings = found_in(folder, facts.model_copy(update={"brand": brand}))
    assert findings == [("organisation.yml:brand.logo", 7, 3, "T051")]
    assert found.logo is None


def test_a_file_beyond_the_cap_is_not_read(folder: Path) -> None:
    with (folder / "logo.png").open("wb") as file:
        file.truncate(2**40)  # a file with holes takes no room
    assert found_in(folder, organisation("logo.png"))[1] == [("organisation.yml:brand.logo", 7, 3, "T054")]
