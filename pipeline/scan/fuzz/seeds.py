#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets to corpus/<target>/: small files, each of another kind.

    python3 seeds.py            # in this folder; then: RUSTC_BOOTSTRAP=1 cargo fuzz run -s none open
"""

import struct
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parents[2] / "samples"
# Larger samples only slow the fuzzer down.
LARGEST = 60_000

# 16 x 16, a frame with a bar: packed, 1 is black.
BITS = b"\xff\xff" + b"\x80\x01" * 6 + b"\x9f\xf9" * 2 + b"\x80\x01" * 6 + b"\xff\xff"
GRAY = bytes((x * y) % 256 for y in range(16) for x in range(16))


def put(target: str, name: str, data: bytes) -> None:
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def pack_bits(data: bytes) -> bytes:
    """TIFF 6.0, section 9, without any run."""
    parts = (data[at : at + 128] for at in range(0, len(data), 128))
    return b"".join(bytes([len(part) - 1]) + part for part in parts)


def tiff(pages: list[tuple[dict[int, int], bytes]], order: str = "<") -> bytes:
    """Pages of short or long values and one strip each."""
    out = (b"II*\0" if order == "<" else b"MM\0*") + bytes(4)
    link = 4
    for fields, strip in pages:
        fields = dict(fields) | {273: len(out), 279: len(strip)}
        out += strip + bytes(len(strip) % 2)
        out = out[:link] + struct.pack(order + "I", len(out)) + out[link + 4 :]
        out += struct.pack(order + "H", len(fields))
        for tag, value in sorted(fields.items()):
            out += struct.pack(order + "HHII", tag, 4, 1, value)
        link = len(out)
        out += bytes(4)
    return out


def page(bits: int, compression: int, more: dict[int, int] | None = None) -> dict[int, int]:
    base = {256: 16, 257: 16, 258: bits, 259: compression, 262: 1, 277: 1, 278: 16}
    return base | (more or {})


def pdf(objects: list[bytes]) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return out + b"startxref\n%d\n%%%%EOF\n" % table


def stream(entries: bytes, data: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(data), data)


def scanned(image: bytes, pages: int = 1) -> bytes:
    kids = b" ".join(b"%d 0 R" % (5 + n) for n in range(pages))
    leaf = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 16 16] /Contents 3 0 R "
        b"/Resources << /XObject << /Im 4 0 R >> >> >>"
    )
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
            stream(b"", b"16 0 0 16 0 0 cm /Im Do"),
            image,
        ]
        + [leaf] * pages
    )


def image(entries: bytes, data: bytes) -> bytes:
    fixed = b"/Type /XObject /Subtype /Image /Width 16 /Height 16 "
    return stream(fixed + entries, data)


def png(samples: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + samples[at : at + 16] for at in range(0, 256, 16))
    head = struct.pack(">IIBBBBB", 16, 16, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def bmp(samples: bytes) -> bytes:
    palette = b"".join(bytes([n, n, n, 0]) for n in range(256))
    start = 54 + len(palette)
    head = struct.pack("<IHHI", start + len(samples), 0, 0, start)
    info = struct.pack("<IiiHHIIiiII", 40, 16, 16, 1, 8, 0, len(samples), 0, 0, 256, 0)
    return b"BM" + head + info + palette + samples


GIF = (
    b"GIF87a\x02\0\x02\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x02\0\x02\0\0\x02\x03\x44\x02\x05\0;"
)


def main() -> None:
    tiffs = {
        "none": tiff([(page(1, 1), BITS)]),
        "gray": tiff([(page(8, 1), GRAY)], ">"),
        "packbits": tiff([(page(1, 32_773), pack_bits(BITS))]),
        "deflate": tiff([(page(8, 8, {317: 2}), zlib.compress(GRAY))]),
        "two": tiff([(page(8, 1), GRAY), (page(1, 1), BITS)]),
    }
    flate = zlib.compress(GRAY)
    gray = image(b"/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode", flate)
    pdfs = {
        "flate": scanned(gray),
        "three": scanned(gray, 3),
        "mask": scanned(image(b"/ImageMask true /BitsPerComponent 1", BITS)),
    }
    for target in ("open", "derive"):
        for name, data in {**tiffs, **pdfs}.items():
            put(target, name, data)
    for name, data in {"png": png(GRAY), "bmp": bmp(GRAY), "gif": GIF}.items():
        put("open", name, data)
    folders = ("held", "hostile", "tune")
    for sample in sorted(file for folder in folders for file in (SAMPLES / folder).iterdir()):
        if sample.suffix != ".json" and 0 < sample.stat().st_size < LARGEST:
            put("open", sample.name, sample.read_bytes())
            put("derive", sample.name, sample.read_bytes())

    # The first bytes choose width, height and so on; see the targets.
    for n in range(11):
        data = zlib.compress(GRAY) if n in (7, 10) else pack_bits(BITS) if n == 9 else BITS
        put("tiff_strip", f"scheme-{n}", bytes([15, 15, 3 if n in (0, 7) else 0, 0, n, 1, 0, 0]) + data)
    for n in range(10):
        data = flate if n == 7 else BITS
        put("pdf_image", f"filter-{n}", bytes([15, 15, n, 0, 3 if n == 7 else 0, 3]) + data)
    for name, content in {
        "text": b"BT /F 9 Tf 9 50 Td (Umowa nr 17) Tj ET",
        "drawn": b"q /G gs /Pattern cs /P scn 9 9 40 40 re f Q /S sh BT /T 9 Tf (aa) Tj ET",
        "images": b"q 50 0 0 50 9 9 cm /Im Do Q /Fm Do BI /W 2 /H 2 /BPC 8 /CS /G ID abcd EI",
    }.items():
        put("pdf_page", name, content)


if __name__ == "__main__":
    main()
