"""Sets HTML with WeasyPrint and reads back what was set: page text in reading order and the marks."""

import json
import logging
import re
from html import unescape

import weasyprint

logging.getLogger("fontTools").setLevel(logging.ERROR)


class Rendered:
    """A PDF in memory with the text of each page and the marked facts."""

    def __init__(self, pdf, pages, fields, clauses, printed):
        self.pdf, self.pages, self.fields, self.clauses, self.printed = pdf, pages, fields, clauses, printed


LISTS = {"representatives", "collateral", "tranches", "signatures"}


def render(html, language):
    """Set the document; text comes from the box tree, so columns and tables read as they should."""
    document = weasyprint.HTML(string=html).render()
    pages, fields, clauses = [], {}, {}
    for number, page in enumerate(document.pages, 1):
        pages.append(_page_text(page._page_box, number, fields, clauses))
    marks = re.findall(r'data-f="([^"]+)" data-v="[^"]*">([^<]*)<', html)
    printed = {names.split()[0]: unescape(text) for names, text in marks}
    return Rendered(document.write_pdf(), pages, fields, clauses, printed)


def _page_text(page, number, fields, clauses):
    margins = [b for b in page.children if type(b).__name__ == "MarginBox"]
    body = [b for b in page.children if type(b).__name__ != "MarginBox"]
    top = [b for b in margins if b.position_y < page.height / 2]
    low = [b for b in margins if b.position_y >= page.height / 2]
    lines = []
    for group in (top, body, low):
        found = []
        for box in group:
            _collect(box, found)
        lines += found if group is body else _merge(found)
        for box in group:
            _marks(box, number, fields, clauses)
    return "\n".join(text for _, _, text in lines if text.strip())


def _line_text(box):
    text = getattr(box, "text", None)
    if text:
        return text
    if box.element is not None and box.element.get("class") == "n" and type(box).__name__ == "InlineBlockBox":
        return "".join(_line_text(child) for child in box.children) + " "
    return "".join(_line_text(child) for child in getattr(box, "children", ()))


def _collect(box, lines):
    """Lines of a box in reading order; the cells of a table row are joined line by line."""
    kind = type(box).__name__
    if kind == "LineBox":
        text = _line_text(box).replace("\u00a0", " ").replace("\u202f", " ")
        lines.append((box.position_y, box.position_x, " ".join(text.split())))
    elif kind == "TableRowBox":
        found = []
        for cell in box.children:
            _collect(cell, found)
        lines += _merge(found)
    else:
        for child in getattr(box, "children", ()):
            _collect(child, lines)


def _merge(found):
    """Joins pieces that stand at the same height."""
    merged = []
    for y, x, text in sorted(found, key=lambda item: item[0]):
        if merged and abs(merged[-1][0] - y) < 4:
            merged[-1][1].append((x, text))
        else:
            merged.append((y, [(x, text)]))
    return [(y, 0, " ".join(t for _, t in sorted(parts, key=lambda p: p[0]) if t)) for y, parts in merged]


def _marks(box, number, fields, clauses):
    element = box.element
    if element is not None:
        names = element.get("data-f")
        if names and not getattr(box, "element_tag", "").endswith(("::before", "::after")):
            value = json.loads(element.get("data-v"))
            for name in names.split():
                _record(fields, name, value, number)
        clause = element.get("data-clause")
        if clause:
            clauses.setdefault(clause, number)
    for child in getattr(box, "children", ()):
        _marks(child, number, fields, clauses)


def _record(fields, name, value, number):
    if name in LISTS:
        entries = fields.setdefault(name, [])
        if all(entry["value"] != value for entry in entries):
            entries.append({"value": value, "page": number})
    elif name not in fields:
        fields[name] = {"value": value, "page": number}
    elif fields[name]["value"] != value:
        raise ValueError(f"field {name} printed with two values: {fields[name]['value']} and {value}")
