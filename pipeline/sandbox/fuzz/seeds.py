#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets to corpus/<target>/: one of each request and reply."""

import json
import struct
from pathlib import Path

HERE = Path(__file__).resolve().parent

WORD = {"text": "umowa", "place": [10, 10, 50, 20], "confidence": 0.9, "line": 0, "block": 0}
PAGE = {
    "number": 1, "width": 100, "height": 200, "dpi": [300, 300], "rotation": 0, "skew": -0.4,
    "kind": "text", "source": "ocr", "quality": {"verdict": "poor", "reasons": ["skew"]},
    "text": "umowa", "words": [WORD],
}  # fmt: skip
FAILURE = {"reason": "damaged", "message": "it is torn", "remedy": "scan again"}
PDF = "application/pdf"

REPLIES = [
    {"ready": {"version": 4, "engine": "5.3.0", "fence": []}},
    {"unable": {"message": "no model"}},
    {"inspected": {"token": 1, "media_type": PDF, "pages": 3, "notes": []}},
    {"refused": {"token": 1, "refusal": {"reason": "limit", "page": None, "message": "m", "remedy": "r"}}},
    {"view": {"token": 1, "page": 1, "width": 9, "height": 9, "colours": "gray"}},
    {"made": {"token": 1, "media_type": PDF, "pages": 1, "bytes": 99}},
    {"not_made": {"token": 1, "failure": FAILURE}},
    {"page": {"token": 1, "page": PAGE}},
    {"page_failed": {"token": 1, "page": 1, "failure": FAILURE}},
]
REQUESTS = [
    {"inspect": {"token": 1}},
    {"read": {"token": 1, "page": 1}},
    {"view": {"token": 1, "page": 1, "width": 800}},
    {"reread": {"token": 1, "page": 1, "place": [0, 0, 9, 9]}},
    {"derive": {"token": 1, "derivative": {"master": {"pages": [2, 1]}}}},
    {"redact": {"token": 1, "areas": [{"page": 1, "place": [0, 0, 9, 9]}]}},
]


def main() -> None:
    for target, messages in (("replies", REPLIES), ("requests", REQUESTS)):
        folder = HERE / "corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        for message in messages:
            body = json.dumps(message).encode()
            framed = struct.pack("<I", len(body)) + body if target == "replies" else body
            (folder / next(iter(message))).write_bytes(framed)


if __name__ == "__main__":
    main()
