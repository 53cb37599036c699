"""Containers: image PDFs (DCT, CCITT G4), multi-page TIFFs, single images; and the truth files."""

import io
import json

from PIL import Image, TiffImagePlugin


def _dct(image, quality):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, dpi=(300, 300))
    return buffer.getvalue()


def _ccitt(image):
    """The single G4 strip of a bilevel image, taken out of a TIFF made in memory."""
    buffer, strip_size = io.BytesIO(), TiffImagePlugin.STRIP_SIZE
    TiffImagePlugin.STRIP_SIZE = 1 << 30
    try:
        image.save(buffer, "TIFF", compression="group4")
    finally:
        TiffImagePlugin.STRIP_SIZE = strip_size
    data = buffer.getvalue()
    with Image.open(io.BytesIO(data)) as tiff:
        offsets, counts = tiff.tag_v2[273], tiff.tag_v2[279]
        if len(offsets) != 1:
            raise ValueError("the bilevel image was written in more than one strip")
        black_is_zero = tiff.tag_v2[262] == 1
    return data[offsets[0]:offsets[0] + counts[0]], black_is_zero


def image_pdf(sheets, dpi, bilevel, quality):
    """A PDF with one image to a page, written by hand so that its bytes depend on nothing else."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for sheet in sheets:
        image = sheet.image
        if bilevel:
            data, black_is_zero = _ccitt(image)
            colour = (f"/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms "
                      f"<< /K -1 /Columns {image.width} /Rows {image.height} /BlackIs1 {'true' if black_is_zero else 'false'} >>")
        else:
            data = _dct(image, quality)
            space = "/DeviceRGB" if image.mode == "RGB" else "/DeviceGray"
            colour = f"/ColorSpace {space} /BitsPerComponent 8 /Filter /DCTDecode"
        sideways = sheet.turned in (90, 270) or sheet.rotate_key in (90, 270)
        across, down = (dpi[1], dpi[0]) if sideways else dpi
        width, height = image.width * 72 / across, image.height * 72 / down
        content = f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /Im0 Do Q".encode()
        first = len(objects) + 1
        kids.append(f"{first} 0 R")
        rotate = f"/Rotate {sheet.rotate_key} " if sheet.rotate_key else ""
        objects.append(f"<< /Type /Page /Parent 2 0 R {rotate}/MediaBox [0 0 {width:.2f} {height:.2f}] /Resources "
                       f"<< /XObject << /Im0 {first + 2} 0 R >> >> /Contents {first + 1} 0 R >>".encode())
        objects.append(_stream("", content))
        objects.append(_stream(f"/Type /XObject /Subtype /Image /Width {image.width} /Height {image.height} {colour} ", data))
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>".encode()
    return assemble(objects)


def _stream(entries, data):
    return f"<< {entries}/Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"


def assemble(objects, version="1.5"):
    """PDF file of numbered objects with its cross-reference table."""
    out, offsets = bytearray(f"%PDF-{version}\n%\u00e2\u00e3\u00cf\u00d3\n".encode("latin-1")), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def group4_tiff(sheets, dpi):
    """Multi-page bilevel TIFF as document scanners and faxes write it."""
    buffer = io.BytesIO()
    images = [sheet.image for sheet in sheets]
    images[0].save(buffer, "TIFF", compression="group4", dpi=dpi, save_all=True, append_images=images[1:])
    return buffer.getvalue()


EXTENSIONS = {"pdf": "pdf", "pdf-jpeg": "pdf", "pdf-g4": "pdf", "tif-g4": "tif", "jpg": "jpg", "png": "png"}


def contain(sheets, profile):
    """Bytes of the file a profile writes."""
    if profile.container == "pdf-jpeg":
        return image_pdf(sheets, profile.dpi, False, profile.quality)
    if profile.container == "pdf-g4":
        return image_pdf(sheets, profile.dpi, True, profile.quality)
    if profile.container == "tif-g4":
        return group4_tiff(sheets, profile.dpi)
    buffer = io.BytesIO()
    if profile.container == "jpg":
        sheets[0].image.save(buffer, "JPEG", quality=profile.quality, dpi=profile.dpi)
    else:
        sheets[0].image.save(buffer, "PNG", dpi=profile.dpi, optimize=True)
    return buffer.getvalue()


def truth_json(truth):
    """Truth with one field or page to a line: diffs stay readable."""
    lines = []
    for key, value in truth.items():
        if key in ("fields", "pages"):
            items = value.items() if isinstance(value, dict) else ((None, item) for item in value)
            inner = ",\n".join("    " + (f"{json.dumps(k)}: " if k else "") + json.dumps(v, ensure_ascii=False)
                               for k, v in items)
            lines.append(f'  "{key}": ' + ("{\n" if key == "fields" else "[\n") + inner + ("\n  }" if key == "fields" else "\n  ]"))
        else:
            lines.append(f'  "{key}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(lines) + "\n}\n"
