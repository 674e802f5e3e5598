"""A photo or logo in pixels, made anew: bytes go in, a picture with only its pixels comes out, or findings.

Where a photo was taken, by whom and with which camera is personal data, and stands in many places of a file
(EXIF, XMP, comments, profiles, thumbnails, what follows the end). So only the pixels of the file are kept.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from PIL import Image, ImageCms
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from terecht.findings import Finding

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_PIXELS: Final = 25_000_000
#: A progressive JPEG sends its picture in a dozen scans; at the most pixels, each takes 17 ms to decode.
_MAX_SCANS: Final = 100

Suffix: TypeAlias = Literal[".png", ".jpg", ".webp", ".svg"]

# Opened by class, not by Pillow's guess: no other decoder ever sees the bytes.
_FORMATS: Final[dict[str, tuple[bytes, type[ImageFile], Suffix]]] = {
    "PNG": (b"\x89PNG\r\n\x1a\n", PngImageFile, ".png"),
    "JPEG": (b"\xff\xd8\xff", JpegImageFile, ".jpg"),
    "WebP": (b"RIFF", WebPImageFile, ".webp"),
}
#: What people also have, by the bytes that it starts with: to say so, and how to go on.
_OTHERS: Final = (
    (0, b"GIF8", "a GIF"),
    (0, b"BM", "a BMP"),
    (0, b"II*\x00", "a TIFF"),
    (0, b"MM\x00*", "a TIFF"),
    (0, b"%PDF", "a PDF"),
    (4, b"ftypavif", "an AVIF"),
    (4, b"ftyphei", "a HEIC, as an iPhone makes it"),
    (4, b"ftypmif1", "a HEIC, as an iPhone makes it"),
)
_USE: Final = "save it as PNG, JPEG or WebP"
# EXIF 2.32, tag 0x0112: how to turn what the camera wrote.
_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Picture:
    """An image file that is safe to publish: its bytes, its kind, and its size in (CSS) pixels."""

    data: bytes
    suffix: Suffix
    width: int
    height: int


def clean(data: bytes, path: str, longest: int) -> tuple[Picture | None, list[Finding]]:
    """The picture as a new file of the same kind, or a finding (T054, T055) at the start of ``path``.

    PNG, JPEG and WebP are known by their content. The picture stands upright, is in sRGB, has no side longer
    than ``longest`` pixels and no metadata. Of an animation it is the first frame. With one Pillow, the same
    bytes give the same bytes.
    """

    def refused(code: str, message: str, help_: str) -> tuple[None, list[Finding]]:
        return None, [Finding(path, 1, 1, code, message, help_)]

    kind = next((name for name, (start, _, _) in _FORMATS.items() if data.startswith(start)), None)
    if kind is None or (kind == "WebP" and data[8:12] != b"WEBP"):
        other = next((name for at, start, name in _OTHERS if data.startswith(start, at)), "another kind of file")
        return refused("T055", f"this is {other if data else 'an empty file'}", _USE)
    if len(data) > MAX_BYTES:
        message = f"the file is {len(data) / 1024**2:,.1f} MB; {MAX_BYTES // 1024**2} MB is the most"
        return refused("T054", message, f"scale it down: {longest} pixels are enough")
    broken = "T055", f"this {kind} is damaged or not complete", f"open it in a photo program and {_USE} again"
    _, opener, suffix = _FORMATS[kind]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns about odd metadata, which goes anyway
        try:
            width, height = _webp_size(data) if kind == "WebP" else opener(io.BytesIO(data)).size
            if width * height > MAX_PIXELS:
                total, most = f"{width * height / 1e6:,.0f} million", f"{MAX_PIXELS / 1e6:.0f} million"
                message = f"the image is {width:,} × {height:,} pixels, {total} together; {most} is the most"
                return refused("T054", message, f"scale it down: {longest} pixels are enough")
            if kind == "JPEG" and data.count(b"\xff\xda") > _MAX_SCANS:
                return refused(*broken)
            with opener(io.BytesIO(data)) as image:
                pixels = _pixels(image, longest)
            return Picture(_encoded(pixels, suffix, data), suffix, *pixels.size), []
        except Exception:  # noqa: BLE001  a decoder may raise anything for bad bytes
            return refused(*broken)


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height by the first chunk (RFC 9649, 2.5 to 2.7): Pillow makes room before it tells."""

    def number(start: int, end: int) -> int:
        return int.from_bytes(data[start:end], "little")

    match data[12:16]:
        case b"VP8X":
            return number(24, 27) + 1, number(27, 30) + 1
        case b"VP8L":
            return (number(21, 25) & 0x3FFF) + 1, (number(21, 25) >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            return number(26, 28) & 0x3FFF, number(28, 30) & 0x3FFF
    raise ValueError("a first chunk that WebP does not have")


def _pixels(image: ImageFile, longest: int) -> Image.Image:
    """The pixels as grey, RGB or RGBA, small enough, in sRGB and upright, with nothing else."""
    turn, profile = _turn(image), image.info.get("icc_profile")
    image.load()
    plain = _eight_bits(image)
    scale = longest / max(plain.size)
    if scale < 1:
        width, height = (max(1, round(side * scale)) for side in plain.size)
        plain = plain.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    plain = _srgb(plain, profile)
    if turn is not None:
        plain = plain.transpose(turn)
    # Through bytes, because Pillow carries `info` from copy to copy and writes parts of it.
    return Image.frombytes(plain.mode, plain.size, plain.tobytes())


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    mode = {"1": "L", "P": "RGB"}.get(image.mode, image.mode)
    return image.convert(mode) if mode != image.mode else image


def _turn(image: ImageFile) -> Image.Transpose | None:
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001  a broken note about the photo does not make the photo unusable
        return None


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """In the colours that a browser takes when there is no profile."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            changed = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            pass  # a profile that does not fit its image: browsers leave it out as well
        else:
            return changed or image
    return image if image.mode == "L" else image.convert(mode)


def _encoded(image: Image.Image, suffix: Suffix, original: bytes) -> bytes:
    target = io.BytesIO()
    match suffix:
        case ".png":
            image.save(target, "PNG", optimize=True)
        case ".jpg":
            image.save(target, "JPEG", quality=85, optimize=True)
        case ".webp":
            # A drawing that was kept exact stays exact; a chance VP8L elsewhere only costs bytes.
            image.save(target, "WEBP", quality=85, lossless=b"VP8L" in original)
    return target.getvalue()
