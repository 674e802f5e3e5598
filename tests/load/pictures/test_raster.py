from __future__ import annotations

import io
import random
import struct
import time
import warnings
import zlib
from typing import TYPE_CHECKING, Literal

import pytest
from PIL import Image, ImageCms, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational

from terecht.load.pictures import raster

if TYPE_CHECKING:
    from collections.abc import Callable

Format = Literal["PNG", "JPEG", "WEBP"]
FORMATS: tuple[Format, ...] = ("PNG", "JPEG", "WEBP")
SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}

RED, BLUE, GREEN = (230, 20, 20), (20, 20, 230), (20, 200, 20)


def picture(width: int = 60, height: int = 40) -> Image.Image:
    """Red, with a blue corner at the top left and a green one at the top right: a turn shows."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (0, 0, width // 3, height // 3))
    image.paste(GREEN, (width - width // 3, 0, width, height // 3))
    return image


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def cleaned(data: bytes, longest: int = 480) -> raster.Picture:
    found, findings = raster.clean(data, "photo", longest)
    assert findings == []
    assert found is not None
    image = opened(found.data)
    assert image.size == (found.width, found.height)
    return found


def refused(data: bytes) -> tuple[str, str, str]:
    found, findings = raster.clean(data, "somewhere/photo.jpg", 480)
    assert found is None
    assert [(finding.path, finding.line, finding.column) for finding in findings] == [("somewhere/photo.jpg", 1, 1)]
    return findings[0].code, findings[0].message, findings[0].help


def near(pixel: object, colour: tuple[int, int, int], within: int = 30) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) <= within for one, other in zip(pixel, colour, strict=False))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_header(width: int, height: int) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(999))) + chunk(b"IEND", b"")


def webp_header(kind: bytes, body: bytes) -> bytes:
    whole = b"WEBP" + kind + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def exif() -> Image.Exif:
    """What a phone writes: who, with what, and where."""
    found = Image.Exif()
    found[0x010F] = "MARKER-camera"
    found[0x013B] = "MARKER-author"
    found[0x8298] = "MARKER-rights"
    found.get_ifd(0x8769)[0xA431] = "MARKER-serial"
    place = found.get_ifd(0x8825)
    place[1], place[2] = "N", (IFDRational(52), IFDRational(5), IFDRational(2469, 200))
    place[29] = "MARKER:GP:S0"
    return found


MARKERS = (b"MARKER", b"M\0A\0R\0K\0E\0R", struct.pack(">II", 2469, 200), struct.pack("<II", 2469, 200))
CHUNKS = b"Exif eXIf EXIF ns.adobe tEXt zTXt iTXt tIME pHYs iCCP ICCP ICC_PROFILE Photoshop".split()


def assert_only_pixels(data: bytes) -> None:
    for marker in (*MARKERS, *CHUNKS):
        assert marker not in data, marker
    assert not (data.startswith(b"\xff\xd8") and b"\xff\xfe" in data)  # a comment
    info = opened(data).info
    assert not info.keys() & {
        "exif",
        "xmp",
        "icc_profile",
        "comment",
        "photoshop",
        "dpi",
        "XML:com.adobe.xmp",
    }


@pytest.mark.parametrize("kind", FORMATS)
def test_a_small_picture_keeps_its_kind_and_its_look(kind: Format) -> None:
    found = cleaned(encoded(picture(), kind))
    assert (found.suffix, found.width, found.height) == (SUFFIXES[kind], 60, 40)
    image = opened(found.data).convert("RGB")
    assert opened(found.data).format == kind
    assert near(image.getpixel((5, 5)), BLUE)
    assert near(image.getpixel((55, 5)), GREEN)
    assert near(image.getpixel((30, 30)), RED)


@pytest.mark.parametrize("kind", FORMATS)
def test_what_a_phone_writes_beside_the_pixels_is_gone(kind: Format) -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:creator>MARKER-xmp</dc:creator></x:xmpmeta>'
    source = encoded(picture(), kind, exif=exif(), xmp=xmp, comment=b"MARKER-comment")
    source += b"MARKER-after-the-end" if kind != "WEBP" else b""
    assert source.count(b"MARKER") >= 5
    assert any(marker in source for marker in MARKERS[2:])
    assert_only_pixels(cleaned(source).data)


def test_texts_and_times_of_png_are_gone() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "MARKER-text")
    texts.add_text("Comment", "MARKER-zipped", zip=True)
    texts.add_itxt("Title", "MARKER-international")
    texts.add(b"tIME", b"\x07\xea\x01\x01\x01\x01\x01")
    source = encoded(picture(), "PNG", pnginfo=texts, dpi=(300, 300))
    assert all(kind in source for kind in (b"MARKER-text", b"zTXt", b"MARKER-international", b"tIME", b"pHYs"))
    assert_only_pixels(cleaned(source).data)


def test_a_thumbnail_and_what_photoshop_adds_is_gone() -> None:
    source = encoded(picture(), "JPEG")
    thumbnail = b"\xff\xed" + struct.pack(">H", 2 + 14 + 6) + b"Photoshop 3.0\0" + b"MARKER"
    source = source[:2] + thumbnail + source[2:]
    assert_only_pixels(cleaned(source).data)


def profile_with_red_and_blue_swapped() -> bytes:
    """sRGB whose red and blue primaries change places, so that a picture with it looks swapped."""
    body = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    entries = {bytes(body[at : at + 4]): at for at in range(132, 132 + 12 * struct.unpack(">I", body[128:132])[0], 12)}
    red, blue = entries[b"rXYZ"], entries[b"bXYZ"]
    body[red : red + 4], body[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(body)


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("JPEG", "RGB"), ("WEBP", "RGB"), ("WEBP", "RGBA")]
)
def test_a_profile_is_applied_and_gone(kind: Format, mode: str) -> None:
    source = encoded(picture().convert(mode), kind, icc_profile=profile_with_red_and_blue_swapped())
    found = cleaned(source)
    assert_only_pixels(found.data)
    assert near(opened(found.data).convert("RGB").getpixel((30, 30)), (RED[2], RED[1], RED[0]))


@pytest.mark.parametrize(
    "profile", [b"nonsense", b"", ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()]
)
def test_a_profile_that_does_not_fit_is_left_out(profile: bytes) -> None:
    found = cleaned(encoded(picture(), "PNG", icc_profile=profile))
    assert opened(found.data).getpixel((30, 30)) == RED
    assert_only_pixels(found.data)


def test_a_picture_for_print_becomes_one_for_a_screen() -> None:
    found = cleaned(encoded(picture().convert("CMYK"), "JPEG"))
    assert opened(found.data).mode == "RGB"
    assert near(opened(found.data).getpixel((30, 30)), RED, 60)


# Where the blue and the green corner are once the picture is turned as the EXIF tag says (EXIF 2.32, 4.6.4).
TURNED = {1: (0, 1), 2: (1, 0), 3: (2, 3), 4: (3, 2), 5: (0, 3), 6: (1, 2), 7: (2, 1), 8: (3, 0)}


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("orientation", TURNED)
def test_a_photo_stands_upright(kind: Format, orientation: int) -> None:
    tags = Image.Exif()
    tags[0x0112] = orientation
    found = cleaned(encoded(picture(), kind, exif=tags))
    assert (found.width, found.height) == ((60, 40) if orientation < 5 else (40, 60))
    image = opened(found.data).convert("RGB")
    corners = [(3, 3), (found.width - 4, 3), (found.width - 4, found.height - 4), (3, found.height - 4)]
    blue, green = TURNED[orientation]
    assert near(image.getpixel(corners[blue]), BLUE)
    assert near(image.getpixel(corners[green]), GREEN)


@pytest.mark.parametrize("exif", [b"Exif\0\0MARKER", b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"x"])
@pytest.mark.parametrize("kind", FORMATS)
def test_exif_that_is_broken_does_not_spoil_a_photo(kind: Format, exif: bytes) -> None:
    assert cleaned(encoded(picture(), kind, exif=exif)).width == 60


@pytest.mark.parametrize(
    ("size", "longest", "expected"),
    [
        ((960, 480), 480, (480, 240)),
        ((480, 960), 480, (240, 480)),
        ((2000, 1), 480, (480, 1)),
        ((10, 5), 480, (10, 5)),
    ],
)
@pytest.mark.parametrize("kind", FORMATS)
def test_the_longest_side_is_kept(size: tuple[int, int], longest: int, expected: tuple[int, int], kind: Format) -> None:
    found = cleaned(encoded(picture(*size), kind), longest)
    assert (found.width, found.height) == expected


def test_transparency_stays() -> None:
    image = picture().convert("RGBA")
    image.putpixel((30, 30), (1, 2, 3, 0))
    assert opened(cleaned(encoded(image, "PNG")).data).getpixel((30, 30)) == (1, 2, 3, 0)
    palette = picture().quantize(8)
    index = palette.getpixel((30, 30))
    for source in (encoded(palette, "PNG", transparency=index), encoded(picture(), "PNG", transparency=RED)):
        pixel = opened(cleaned(source).data).getpixel((30, 30))
        assert isinstance(pixel, tuple)
        assert pixel[3] == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16"])
def test_other_kinds_of_pixels_keep_their_brightness(mode: str) -> None:
    image = Image.new("I;16", (9, 9), 0x8000) if mode == "I;16" else Image.new("L", (9, 9), 128).convert(mode)
    expected = image.convert("L").getextrema() if mode != "I;16" else (128, 128)
    found = opened(cleaned(encoded(image, "PNG")).data)
    assert found.mode in {"L", "RGB", "RGBA"}
    assert found.convert("L").getextrema() == expected


def test_an_exact_webp_stays_exact() -> None:
    image = picture()
    image.putpixel((30, 30), (1, 2, 3))
    found = opened(cleaned(encoded(image, "WEBP", lossless=True)).data).convert("RGB")
    assert found.tobytes() == image.tobytes()


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_shows_its_first_frame(kind: Format) -> None:
    frames = [Image.new("RGB", (20, 10), BLUE)]
    source = encoded(picture(20, 10), kind, save_all=True, append_images=frames)
    found = opened(cleaned(source).data)
    assert getattr(found, "n_frames", 1) == 1
    assert near(found.convert("RGB").getpixel((10, 9)), RED)


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_bytes_give_the_same_bytes(kind: Format) -> None:
    source = encoded(picture(700, 500), kind, exif=exif())
    assert cleaned(source) == cleaned(source)


OTHERS: dict[str, Callable[[], bytes]] = {
    "a GIF": lambda: encoded(picture(), "GIF"),
    "a BMP": lambda: encoded(picture(), "BMP"),
    "a TIFF": lambda: encoded(picture(), "TIFF"),
    "an AVIF": lambda: encoded(picture(), "AVIF"),
    "a HEIC, as an iPhone makes it": lambda: b"\0\0\0\x18ftypheic\0\0\0\0",
    "a PDF": lambda: b"%PDF-1.7",
    "an empty file": lambda: b"",
    "another kind of file": lambda: b"RIFF\0\0\0\0WAVEfmt ",
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_kind_of_file_is_named(name: str) -> None:
    assert refused(OTHERS[name]()) == ("T055", f"this is {name}", "save it as PNG, JPEG or WebP")


def test_a_large_file_is_refused_with_its_size() -> None:
    code, message, _ = refused(encoded(picture(), "JPEG") + bytes(6 * 1024 * 1024))
    assert (code, message) == ("T054", "the file is 6.0 MB; 5 MB is the most")


BOMBS = {
    "png": png_header(30_000, 30_000),
    "webp": webp_header(b"VP8X", bytes(4) + (16_382).to_bytes(3, "little") * 2),
    "webp lossy": webp_header(b"VP8 ", b"\x30\x01\x00\x9d\x01\x2a" + struct.pack("<HH", 16_000, 16_000) + bytes(20)),
    "webp exact": webp_header(b"VP8L", b"\x2f" + struct.pack("<I", 15_999 | 15_999 << 14) + bytes(20)),
    "jpeg": encoded(picture(), "JPEG").replace(struct.pack(">HH", 40, 60), struct.pack(">HH", 60_000, 60_000)),
}
SIZES = {"png": 30_000, "webp": 16_383, "webp lossy": 16_000, "webp exact": 16_000, "jpeg": 60_000}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_by_its_header(name: str) -> None:
    start = time.process_time()
    code, message, help_ = refused(BOMBS[name])
    assert time.process_time() - start < 0.2
    side = SIZES[name]
    together = f"{side * side / 1e6:,.0f} million together; 25 million is the most"
    assert (code, message) == ("T054", f"the image is {side:,} × {side:,} pixels, {together}")
    assert "480" in help_


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    source = encoded(picture(), "JPEG", progressive=True)
    scan = source[source.rindex(b"\xff\xda") : -2]
    assert cleaned(source[:-2] + scan * 9 + source[-2:]).width == 60
    assert refused(source[:-2] + scan * 200 + source[-2:])[0] == "T055"


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_part_of_a_file_is_refused(kind: Format, part: float) -> None:
    source = encoded(Image.effect_noise((99, 99), 99).convert("RGB"), kind)
    code, message, _ = refused(source[: int(len(source) * part)])
    assert code == "T055"
    assert message == f"this {'WebP' if kind == 'WEBP' else kind} is damaged or not complete"


@pytest.mark.parametrize("kind", FORMATS)
def test_mutated_files_never_raise(kind: Format) -> None:
    chance = random.Random(20_260_801)
    xmp = b"<x:xmpmeta/>"
    profile = profile_with_red_and_blue_swapped()
    source = encoded(picture(30, 20), kind, exif=exif(), xmp=xmp, icc_profile=profile, comment=b"MARKER-comment")
    ends = {True: 0, False: 0}
    with warnings.catch_warnings(record=True) as warned:
        for _ in range(300):
            data = bytearray(source)
            for _ in range(chance.randint(1, 4)):
                position = chance.randrange(len(data))
                match chance.randrange(3):
                    case 0:
                        data[position] = chance.randrange(256)
                    case 1:
                        del data[position : position + chance.randint(1, 30)]
                    case _:
                        data[position:position] = chance.randbytes(chance.randint(1, 30))
            if kind == "PNG" and chance.random() < 0.5:
                data = mended(data)
            found, findings = raster.clean(bytes(data), "photo", 480)
            assert (found is None) == bool(findings)
            ends[found is None] += 1
            if found is not None:
                assert_only_pixels(found.data)
    assert min(ends.values()) > 10
    assert warned == []


def mended(data: bytearray) -> bytearray:
    """The PNG with right checksums where its chunks can be told, so that more than the checksum is tried."""
    position = 8
    while position + 12 <= len(data):
        length = struct.unpack(">I", data[position : position + 4])[0]
        end = position + 8 + length
        if end + 4 > len(data):
            break
        data[end : end + 4] = struct.pack(">I", zlib.crc32(data[position + 4 : end]))
        position = end + 4
    return data
