"""Broken and malicious files of a few kB each, with the reason a reader must give for refusing them."""

import io
import json
import struct
import subprocess
import tempfile
import zipfile
import zlib
from pathlib import Path

from PIL import Image, ImageDraw

from .degrade import Sheet
from .write import _stream, assemble, group4_tiff, image_pdf


def _page():
    image = Image.new("1", (620, 877), 1)
    draw = ImageDraw.Draw(image)
    for line in range(30):
        draw.text((40, 40 + 24 * line), f"Umowa kredytu, wiersz {line + 1}: kwota 1 000,00 PLN", fill=0)
    return Sheet(image, "text", 1)


def _plain_pdf():
    content = b"BT /F1 12 Tf 60 780 Td (Umowa kredytu nr 1/2025) Tj ET"
    return assemble([
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        _stream("", content), b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"])


def _encrypted(source):
    with tempfile.TemporaryDirectory() as folder:
        plain, locked = Path(folder) / "plain.pdf", Path(folder) / "locked.pdf"
        plain.write_bytes(source)
        subprocess.run(["qpdf", "--static-id", "--static-aes-iv", "--allow-weak-crypto", "--encrypt", "tajne", "owner",
                        "128", "--use-aes=y", "--", str(plain), str(locked)], check=True)
        return locked.read_bytes()


def _page_loop():
    """A page tree whose node is its own descendant."""
    return assemble([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 2 /Kids [3 0 R] >>",
                     b"<< /Type /Pages /Parent 2 0 R /Count 2 /Kids [2 0 R 3 0 R] >>"])


def _inflating():
    """A page whose content stream inflates to 200 MB of spaces, deflated twice over."""
    data = zlib.compress(zlib.compress(b" " * 200_000_000, 9), 9)
    return assemble([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
                     b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
                     _stream("/Filter [/FlateDecode /FlateDecode] ", data)])


def _png_bomb(side=60_000):
    """A gray PNG of 60,000 x 60,000 pixels, 3.6 GB when decoded, a few kB as written (its rows end early)."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = zlib.compress(bytes(side + 1) * 16, 9)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


def _tiff_bomb(side=60_000):
    """A G4 TIFF directory that claims 60,000 x 60,000 pixels over ten bytes of data."""
    entries = [(256, 4, side), (257, 4, side), (258, 3, 1), (259, 3, 4), (262, 3, 0), (273, 4, 8), (277, 3, 1),
               (278, 4, side), (279, 4, 10)]
    directory = struct.pack("<H", len(entries)) + b"".join(
        struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries) + struct.pack("<I", 0)
    return b"II*\0" + struct.pack("<I", 18) + b"\x00\x10\x01" + bytes(7) + directory


def _tiff_loop():
    """A TIFF whose second directory is its first again."""
    data = bytearray(group4_tiff([_page()], (150, 150)))
    offset = struct.unpack("<I", data[4:8])[0]
    count = struct.unpack("<H", data[offset:offset + 2])[0]
    end = offset + 2 + 12 * count
    data[end:end + 4] = struct.pack("<I", offset)
    return bytes(data)


def _office():
    """What a word processor saves: a zip, named as its user named it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w:document>Umowa</w:document>")):
            archive.writestr(zipfile.ZipInfo(name, (2025, 1, 2, 3, 4, 6)), text)
    return buffer.getvalue()


def files():
    """(name, bytes, reason and what else a reader may say, what it is)."""
    scan = image_pdf([_page()], (75, 75), True, 60)
    tiff = group4_tiff([_page(), _page()], (75, 75))
    return (
        ("empty.pdf", b"", "empty", "a file of no bytes"),
        ("truncated.pdf", scan[:len(scan) // 2], "truncated", "an image PDF cut in the middle of its image"),
        ("truncated.tif", tiff[:len(tiff) // 3], "truncated", "a two-page TIFF cut in its first page"),
        ("encrypted.pdf", _encrypted(_plain_pdf()), "encrypted", "AES-128, user password `tajne`"),
        ("not-a-document.pdf", "To nie jest dokument PDF, tylko notatka.\n".encode() * 5, "not_a_document", "plain text named .pdf"),
        ("office.docx", _office(), "unsupported", "a word processor's zip"),
        ("office-renamed.pdf", _office(), "unsupported", "the same zip named .pdf"),
        ("bomb.png", _png_bomb(), "limit", "60,000 x 60,000 gray pixels claimed"),
        ("bomb.tif", _tiff_bomb(), "limit", "60,000 x 60,000 bilevel pixels claimed over ten bytes"),
        ("inflating.pdf", _inflating(), "limit nothing_readable", "a content stream of 200 MB in under 2 kB"),
        ("page-loop.pdf", _page_loop(), "damaged no_pages nothing_readable", "a page tree that contains itself and has no page"),
        ("directory-loop.tif", _tiff_loop(), "damaged limit accepted", "a TIFF directory that follows itself; one good page may be kept"),
    )


def write_all(folder):
    """Write the files and `expected.json`."""
    expected = {}
    for name, data, reason, what in files():
        (folder / name).write_bytes(data)
        first, *others = reason.split()
        expected[name] = {"reason": first, "what": what} | ({"or": others} if others else {})
        print(name, len(data), reason)
    (folder / "expected.json").write_text(json.dumps(expected, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0
