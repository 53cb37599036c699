"""Makes a small PDF that is signed electronically: `python3 samples/generator/signed.py OUT.pdf`.

The key is made for the occasion and thrown away: only the digest of the signed bytes matters to who
reads the file (ISO 32000-2, 12.8.1).  Needs openssl.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOM = 4096  # hexadecimal digits left for the signature
TEXT = b"BT /F1 24 Tf 72 720 Td (Umowa pozyczki nr 1/2026) Tj ET"
OBJECTS = [
    b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /SigFlags 3 /Fields [6 0 R] >> >>",
    b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
    b"/Resources << /Font << /F1 5 0 R >> >> >>",
    b"<< /Length %d >>\nstream\n%s\nendstream" % (len(TEXT), TEXT),
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    b"<< /FT /Sig /T (podpis) /V 7 0 R >>",
    b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached "
    b"/ByteRange [0 %s] /Contents <%s> >>" % (b"?".ljust(40), b"0" * ROOM),
]


def unsigned():
    """The file with room for its signature."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(OBJECTS, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(OBJECTS) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(OBJECTS) + 1, table)
    return out


def sign(covered):
    """A detached CMS signature."""
    with tempfile.TemporaryDirectory() as folder:
        key, certificate, content = (Path(folder) / name for name in ("key", "certificate", "content"))
        content.write_bytes(covered)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Nikt",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        return subprocess.run(["openssl", "cms", "-sign", "-binary", "-md", "sha256", "-outform", "DER",
                               "-signer", certificate, "-inkey", key, "-in", content], check=True,
                              capture_output=True).stdout


def main():
    out = unsigned()
    start = out.index(b"<" + b"0" * ROOM)
    end = start + ROOM + 2
    ranges = b"%d %d %d" % (start, end, len(out) - end)
    out = out.replace(b"?".ljust(40), ranges.ljust(40))
    signature = sign(bytes(out[:start] + out[end:])).hex().encode()
    out[start + 1:start + 1 + len(signature)] = signature
    Path(sys.argv[1]).write_bytes(out)


if __name__ == "__main__":
    main()
