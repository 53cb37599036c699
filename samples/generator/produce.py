"""One sample from a seed: deal, facts, template, layout, page images, file and truth."""

import random
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from . import catalogue, degrade, layouts, write
from .deal import Deal
from .facts import Facts, Style
from .render import render
from .tables import Tables
from .template import Template


CLAUSES = {"early_repayment", "termination", "consequences_of_default", "use_control", "linked_credit",
           "dispute_resolution", "supervisory_authority"}


class Order:
    """What to make: document type, family, template, layout, profile, seed and file name."""

    def __init__(self, name, entry, layout, profile, seed):
        self.name, self.entry, self.layout, self.profile, self.seed = name, entry, layout, profile, seed


def facts_of(entry, rng):
    """A deal of the entry's kind and its printable facts."""
    deal = Deal(rng, entry.kind, entry.family, entry.wanted)
    facts = Facts(deal, Style(rng, entry.family, deal.language == "en"))
    entry.extend(facts)
    return facts, deal


def set_document(order):
    """The document set as PDF with its text and facts."""
    rng = random.Random(f"{order.seed}/{order.entry.template}/{order.layout}")
    entry, layout = order.entry, layouts.LAYOUTS[order.layout]
    facts, deal = facts_of(entry, rng)
    blocks = Template(entry.family, entry.template).fill(facts, rng, layout.prose)
    profile = degrade.PROFILES[order.profile]
    scanned = profile.container != "pdf"
    html = layouts.compose(layout, deal, blocks, Tables(deal, facts, layout), rng, inked=scanned,
                           stamped=profile.colour)
    return render(html, deal.language), deal


def _rasters(pdf, profile):
    """Pages of a PDF as arrays at the profile's resolution."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "set.pdf"
        source.write_bytes(pdf)
        command = ["pdftoppm", "-rx", str(profile.dpi[0]), "-ry", str(profile.dpi[1])]
        if not profile.colour:
            command.append("-gray")
        subprocess.run([*command, str(source), str(Path(folder) / "p")], check=True)
        files = sorted(Path(folder).glob("p-*"))
        return [np.asarray(Image.open(f), dtype=np.float32) for f in files]


def make(order, folder):
    """Write the sample and its truth into `folder`; returns the truth."""
    rendered, deal = set_document(order)
    profile = degrade.PROFILES[order.profile]
    rng = random.Random(f"{order.seed}/{order.profile}/pixels")
    keep = 1 if profile.container in ("jpg", "png") else len(rendered.pages)
    if profile.container == "pdf":
        data = rendered.pdf
        pages = [(n, "text", 0) for n in range(1, keep + 1)]
    else:
        sheets = degrade.sheets(_rasters(rendered.pdf, profile)[:keep], profile, rng)
        data = write.contain(sheets, profile)
        pages = [(s.source, s.kind, (360 - s.turned) % 360) for s in sheets]
    name = f"{order.name}.{write.EXTENSIONS[profile.container]}"
    (folder / name).write_bytes(data)
    truth = {
        "format": 1, "file": name, "profile": profile.name, "layout": order.layout, "family": order.entry.family,
        "template": order.entry.template, "seed": order.seed, "type": order.entry.type, "language": deal.language,
        "fields": _fields(rendered, pages),
        "pages": [{"number": i, "kind": kind, "rotation": rotation,
                   "text": rendered.pages[source - 1] if source else ""}
                  for i, (source, kind, rotation) in enumerate(pages, 1)],
    }
    (folder / f"{order.name}.truth.json").write_text(write.truth_json(truth), encoding="utf-8")
    return truth


def _fields(rendered, pages):
    """Fields with their page number in the file (blank backs move pages; cut pages drop fields)."""
    place = {source: i for i, (source, _, _) in enumerate(pages, 1) if source}
    fields = {}
    for name, entry in sorted(rendered.fields.items()):
        if isinstance(entry, list):
            kept = [{"value": e["value"], "page": place[e["page"]]} for e in entry if e["page"] in place]
            if kept:
                fields[name] = kept
        elif entry["page"] in place:
            fields[name] = {"value": entry["value"], "page": place[entry["page"]]}
    for clause, page in sorted(rendered.clauses.items()):
        if clause in CLAUSES and page in place:
            fields.setdefault(clause, {"value": True, "page": place[page]})
    return fields
