"""A published picture holds nothing but what can be seen of it: no place, no name, no camera, however it came along."""

from __future__ import annotations

import io
import json
import re
import struct
import warnings
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from PIL import Image, ImageCms, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational

from conftest import MINIMAL, ROOT, TODAY, build_all
from terecht.load.pictures import raster, svg
from terecht.project import Project
from trust_table import Say

#: Stands in every note of every source, so that nothing of it may stand in what is published.
MARK = "MERKTEKEN"
#: As a camera writes it: seconds of a latitude, of a kind that no picture has by chance.
SECONDS = (246_913, 20_011)
#: The mark in the ways in which the kinds of notes write text, and the place in those in which they write numbers.
TRACES = (
    MARK.encode(),
    MARK.encode("utf-16-le"),
    MARK.encode("utf-16-be"),
    MARK.encode().hex().encode(),
    struct.pack(">II", *SECONDS),
    struct.pack("<II", *SECONDS),
)


def drawn() -> Image.Image:
    image = Image.new("RGB", (60, 40), (230, 20, 20))
    image.paste((20, 20, 230), (0, 0, 20, 13))
    return image


def encoded(kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    drawn().save(target, kind, **options)
    return target.getvalue()


def exif() -> Image.Exif:
    """What a phone writes: who, with what, when and where."""
    found = Image.Exif()
    for tag in (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x8298):  # description, make, model, software, artist, rights
        found[tag] = f"{MARK}-{tag:x}"
    found[0x9C9D] = f"{MARK}-author".encode("utf-16-le")  # as Windows adds it
    inner = found.get_ifd(0x8769)
    inner |= {0x9003: f"2026:11:01 {MARK}", 0xA430: f"{MARK}-owner", 0xA431: f"{MARK}-serial", 0xA435: f"{MARK}-lens"}
    inner |= {0x927C: f"{MARK}-maker".encode(), 0x9286: f"UNICODE\0{MARK}".encode(), 0xA420: f"{MARK}-unique"}
    place = found.get_ifd(0x8825)
    place |= {1: "N", 2: (IFDRational(52), IFDRational(5), IFDRational(*SECONDS)), 29: f"{MARK}:date"}
    return found


def xmp(text: str = MARK) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:creator="{text}"/></rdf:RDF></x:xmpmeta>'
    ).encode()


def profile() -> bytes:
    """A profile of colours that names a screen."""
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return plain + f"desc\0\0\0\0{MARK}".encode()


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg_with(*segments: bytes, after: bytes = b"") -> bytes:
    source = encoded("JPEG")
    return source[:2] + b"".join(segments) + source[2:] + after


def iptc() -> bytes:
    record = b"\x1c\x02\x50" + struct.pack(">H", len(MARK)) + MARK.encode()
    return b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record


def jumbf() -> bytes:
    """Content credentials (C2PA): who made a picture, signed."""
    box = b"\0\0\0\x20jumbc2pa" + MARK.encode()
    return b"JP\0\x01\0\0\0\x01" + box


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with(*chunks: bytes, after: bytes = b"") -> bytes:
    source = encoded("PNG")
    return source[:33] + b"".join(chunks) + source[33:] + after


def png_texts() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", MARK)
    texts.add_text("Comment", MARK, zip=True)
    texts.add_itxt("XML:com.adobe.xmp", xmp().decode())
    texts.add_itxt("Title", MARK, lang="nl", zip=True)
    return encoded("PNG", pnginfo=texts, dpi=(300, 301))


def webp_with(kind: bytes, body: bytes) -> bytes:
    source = encoded("WEBP", exif=exif())
    body += b"\0" * (len(body) % 2)
    whole = source[8:] + kind + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def frames(kind: str) -> bytes:
    """A second frame that nobody shows, whose pixels are a message: what follows the first is not published."""
    second = Image.frombytes("RGB", (60, 40), (MARK.encode() * 900)[: 60 * 40 * 3])
    return encoded(kind, save_all=True, append_images=[second], lossless=True, compress_level=0)


def svg_with(inside: str, before: str = "", attributes: str = "") -> bytes:
    root = f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" {attributes}>'
    return f'{before}{root}{inside}<path d="M0 0h9v9z"/></svg>'.encode()


RDF = (
    '<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:cc="http://creativecommons.org/ns#"'
    f' xmlns:dc="http://purl.org/dc/elements/1.1/"><cc:Work><dc:creator>{MARK}</dc:creator></cc:Work></rdf:RDF></metadata>'
)
INKSCAPE = 'xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"'
#: A smaller picture within a picture, with a note of its own.
THUMBNAIL = encoded("JPEG", comment=MARK.encode())
#: Pictures by what they bring along.
SOURCES: Mapping[str, bytes] = {
    "jpeg-exif": encoded("JPEG", exif=exif()),
    "jpeg-thumbnail": jpeg_with(
        segment(0xE1, b"Exif\0\0" + exif().tobytes()[6:] + encoded("JPEG", comment=MARK.encode()))
    ),
    "jpeg-xmp": encoded("JPEG", xmp=xmp()),
    "jpeg-xmp-extended": jpeg_with(segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 40 + xmp())),
    "jpeg-iptc": jpeg_with(segment(0xED, iptc())),
    "jpeg-comment": encoded("JPEG", comment=MARK.encode()),
    "jpeg-two-comments": jpeg_with(segment(0xFE, MARK.encode("utf-16-le")), segment(0xFE, MARK.encode())),
    "jpeg-profile": encoded("JPEG", icc_profile=profile()),
    "jpeg-jfif-thumbnail": jpeg_with(segment(0xE0, b"JFXX\0\x10" + THUMBNAIL)),
    "jpeg-several-pictures": jpeg_with(segment(0xE2, b"MPF\0MM\0*" + MARK.encode()), after=THUMBNAIL),
    "jpeg-credentials": jpeg_with(segment(0xEB, jumbf())),
    "jpeg-ducky": jpeg_with(segment(0xEC, b"Ducky\0\x01" + MARK.encode())),
    "jpeg-maker-segment": jpeg_with(segment(0xE4, MARK.encode()), segment(0xEF, MARK.encode())),
    "jpeg-with-film": encoded("JPEG") + b"\0\0\0\x18ftypmp42" + MARK.encode(),
    "jpeg-phone-trailer": encoded("JPEG") + f"SEFH Image_UTC_Data {MARK} SEFT".encode(),
    "png-texts": png_texts(),
    "png-exif": encoded("PNG", exif=exif()),
    "png-profile": encoded("PNG", icc_profile=profile()),
    "png-time": png_with(chunk(b"tIME", struct.pack(">HBBBBB", 2026, 11, 1, 2, 3, 4))),
    "png-palette-name": png_with(chunk(b"sPLT", f"{MARK}\0\x08".encode() + bytes(6))),
    "png-private": png_with(chunk(b"prVt", MARK.encode()), chunk(b"mkBF", MARK.encode())),
    "png-credentials": png_with(chunk(b"caBX", jumbf())),
    "png-after-the-end": encoded("PNG") + chunk(b"tEXt", f"a\0{MARK}".encode()) + MARK.encode(),
    "png-animation": frames("PNG"),
    "webp-exif": encoded("WEBP", exif=exif()),
    "webp-xmp": encoded("WEBP", xmp=xmp(), lossless=True),
    "webp-profile": encoded("WEBP", icc_profile=profile()),
    "webp-private": webp_with(b"C2PA", jumbf()),
    "webp-after-the-end": encoded("WEBP") + MARK.encode(),
    "webp-animation": frames("WEBP"),
    "svg-rdf": svg_with(RDF),
    "svg-comment": svg_with(f"<!-- {MARK} -->", f"<!-- {MARK} -->"),
    "svg-editor": svg_with(
        f'<sodipodi:namedview xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" id="{MARK}"/>',
        attributes=f'{INKSCAPE} inkscape:export-filename="/home/{MARK}/logo.png" inkscape:version="{MARK}"',
    ),
    "svg-attributes": svg_with(f'<g data-name="{MARK}" aria-label="{MARK}" class="{MARK}"/>'),
    "svg-xmp": svg_with(f"<metadata><![CDATA[{xmp().decode()}]]></metadata>"),
    "svg-foreign": svg_with(f'<a:b xmlns:a="urn:{MARK}">{MARK}</a:b>', attributes=f'xmlns:s="urn:s" s:id="{MARK}"'),
    "svg-doctype": svg_with("", f'<!DOCTYPE svg PUBLIC "-//{MARK}//DTD SVG 1.1//EN" "http://www.w3.org/{MARK}.dtd">'),
}


def organisation(names: list[str]) -> str:
    """Contacts with a photo each, and the first picture as the logo too."""
    contact = {"roles": ["hr"], "name": "Jip Bos", "phone": "06 12345678"}
    contacts = [{"id": name, "photo": f"{name}.jpg", **contact} for name in names]
    start = MINIMAL.partition("contacts:")[0]
    return f"{start}brand: {json.dumps({'logo': f'{names[0]}.jpg'})}\ncontacts: {json.dumps(contacts)}\n"


def published(tmp_path: Path, names: list[str]) -> dict[str, bytes]:
    """The pictures of a site built with these sources, by their path in it; the files' names lie about their kind."""
    folder = tmp_path / "klanten/een"
    folder.mkdir(parents=True)
    (folder / "organisation.yml").write_text(organisation(names), "utf-8")
    for name in names:
        (folder / f"{name}.jpg").write_bytes(SOURCES[name])
    (outcome,) = build_all(Project(ROOT, folder.parent, TODAY), tmp_path / "site")
    assert outcome.result == "built", outcome.findings
    site = tmp_path / "site/een"
    pictures = {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("organisation/**/*.*")}
    assert len(pictures) == len(names) + 1
    return pictures


#: The parts of a file that are needed to see the picture.
JPEG_PARTS = {0xDB, 0xC0, 0xC2, 0xC4, 0xDD, 0xDA}
PNG_PARTS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
WEBP_PARTS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
#: What Pillow says of a picture without notes: how a JPEG counts its dots (as a ratio), and how it is packed.
PLAIN_NOTES = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background", "timestamp", "duration"}
_JFIF = b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"


def notes(data: bytes) -> list[str]:
    """Everything in a picture that is not the picture."""
    found = [f"the mark or the place, as {trace[:12]!r}" for trace in TRACES if trace in data]
    if b"<svg" in data:
        return found
    parts = _jpeg if data.startswith(b"\xff\xd8") else _png if data.startswith(b"\x89PNG") else _webp
    found += parts(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd notes in the sources
        found += _told(data)
    return found


def _told(data: bytes) -> Iterator[str]:
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        yield from (f"Pillow finds {name}" for name in image.info if name not in PLAIN_NOTES)
        if image.getexif():
            yield "Pillow finds EXIF"


def _jpeg(data: bytes) -> Iterator[str]:
    at = 2
    while data[at + 1] != 0xDA:
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        body = data[at + 4 : at + 2 + length]
        if marker not in JPEG_PARTS and not (marker == 0xE0 and body == _JFIF):
            yield f"the segment {marker:x}: {body[:20]!r}"
        at += 2 + length
    # In the picture itself each FF is followed by 00, a restart, or the start of the next scan or table.
    later = {found.group()[1] for found in re.finditer(rb"\xff[^\x00\xd0-\xd7]", data[at:])}
    yield from (f"the segment {marker:x} within" for marker in sorted(later - JPEG_PARTS - {0xD9}))
    if not data.endswith(b"\xff\xd9") or data.count(b"\xff\xd9") > 1:
        yield "something after the end"


def _png(data: bytes) -> Iterator[str]:
    at = 8
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        if kind not in PNG_PARTS:
            yield f"the chunk {kind!r}"
        at += 12 + length
        if kind == b"IEND" and at != len(data):
            yield "something after the end"
            return


def _webp(data: bytes) -> Iterator[str]:
    at = 12
    while at < len(data):
        kind, length = struct.unpack("<4sI", data[at : at + 8])
        if kind not in WEBP_PARTS:
            yield f"the chunk {kind!r}"
        at += 8 + length + length % 2
    if struct.unpack("<I", data[4:8])[0] + 8 != len(data):
        yield "something after the end"


@pytest.mark.trust(25)
def test_nothing_is_left_in_what_is_published(tmp_path: Path, measured: Say) -> None:
    pictures = published(tmp_path, list(SOURCES))
    left = {path: found for path, data in pictures.items() if (found := notes(data))}
    assert left == {}
    measured(25, f"0 of {len(pictures)} pictures, each with notes of another kind")


@pytest.mark.trust(25)
@pytest.mark.parametrize("name", SOURCES)
def test_each_source_brings_something_along(name: str) -> None:
    assert notes(SOURCES[name])


#: Nobody sees these in a picture: a title and a description that no page shows, and the names of layers.
UNSEEN = {
    "title": svg_with(f"<title>{MARK}</title>"),
    "description": svg_with(f"<desc>{MARK}</desc>"),
    "layer": svg_with(f'<g id="{MARK}"/>'),
}


@pytest.mark.parametrize("name", UNSEEN)
def test_nothing_unseen_is_left_in_a_drawing(name: str) -> None:
    drawing, _ = svg.clean(UNSEEN[name], "logo.svg")
    assert drawing is not None
    assert notes(drawing) == []


@pytest.mark.trust(25, fault="a picture published as it is")
def test_a_picture_that_is_copied_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def copy(data: bytes, _path: str, _longest: int) -> tuple[raster.Picture, list[object]]:
        return raster.Picture(data, ".png", 60, 40), []

    monkeypatch.setattr(raster, "clean", copy)
    monkeypatch.setattr(svg, "clean", lambda data, _path: (data, []))
    monkeypatch.setattr(svg, "size", lambda _data: (40, 20))
    pictures = published(tmp_path, list(SOURCES))
    assert [path for path, data in pictures.items() if not notes(data)] == []


@pytest.mark.trust(25, fault="a picture made anew with its notes")
def test_a_picture_that_keeps_its_notes_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(image: Image.Image, suffix: str, original: bytes) -> bytes:
        target = io.BytesIO()
        before = Image.open(io.BytesIO(original))
        kind = {".png": "PNG", ".jpg": "JPEG", ".webp": "WEBP"}[suffix]
        image.save(target, kind, exif=before.getexif(), icc_profile=before.info.get("icc_profile"))
        before.close()
        return target.getvalue()

    monkeypatch.setattr(raster, "_encoded", careless)
    kept = ["jpeg-exif", "png-profile", "webp-exif", "jpeg-profile"]
    pictures = published(tmp_path, kept)
    assert [path for path, data in pictures.items() if not notes(data)] == []
