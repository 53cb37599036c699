"""The generator's self-check: identifiers, arithmetic, wordings and truth of a spread of documents.

Sets documents without rasterising them; prints what is wrong and returns the number of faults.
"""

import json
import random
import re

from . import catalogue, finance, identifiers, produce, template
from .deal import KINDS, Deal
from .words import cardinal, money_words

_RULES = {"pesel": identifiers.pesel_ok, "nip": identifiers.nip_ok, "regon": identifiers.regon_ok,
          "id_document": identifiers.id_card_ok, "account": identifiers.nrb_ok,
          "land_register_number": identifiers.land_register_ok}


def _deal_faults(deal):
    """Arithmetic that must hold inside one deal."""
    rows = deal.schedule.rows
    if sum(row[2] for row in rows) != deal.amount:
        yield "capital does not add up"
    if deal.payable != deal.net + deal.total_cost:
        yield "amount + cost is not the amount payable"
    if len(rows) != deal.months or rows[-1][1] != finance.add_months(deal.start, deal.months):
        yield "the last instalment does not fall at the end of the term"
    if deal.rate_type == "variable" and deal.reference_level + deal.margin != deal.rate:
        yield "reference + margin is not the rate"
    if deal.rate > finance.maximum_interest(deal.date) or deal.overdue > finance.maximum_overdue(deal.date):
        yield "a rate exceeds the statutory maximum"
    if deal.kind in ("consumer", "loan"):
        years = deal.months / 12
        old = deal.date.isoformat() < "2022-12-18"
        limit = min(0.25 + 0.30 * years, 1.0) if old else min(0.10 + 0.10 * years, 0.45)
        if deal.date.isoformat() >= "2016-03-11" and deal.non_interest > deal.net * limit:
            yield "non-interest costs exceed the limit of art. 36a"


def _field_faults(name, value):
    for suffix, rule in _RULES.items():
        if name.endswith(suffix) and not rule(value):
            yield f"{name} {value} fails its check digit"


def _flat(text):
    """Text without spaces and end-of-line hyphens, for finding what was printed across lines."""
    return re.sub(r"\s+", "", re.sub(r"-\n", "", text))


def _truth_faults(rendered, printed):
    whole = _flat("\n".join(rendered.pages))
    kept = re.sub(r"\s+", "", "".join(rendered.pages))
    for name, text in printed.items():
        piece = re.sub(r"\s+", "", text)
        if piece not in whole and piece not in kept:
            yield f"{name}: {text!r} is not in the page text"
    for name, entry in rendered.fields.items():
        if not isinstance(entry, list):
            yield from _field_faults(name, entry["value"])
            if name.endswith("birth_date"):
                pesel = rendered.fields.get(name.replace("birth_date", "pesel"))
                if pesel and pesel["value"][:2] != entry["value"][2:4]:
                    yield "birth date and PESEL disagree"


def _known_keys(seed):
    """Template keys that no deal ever had: misspelt, most likely."""
    known = set()
    for entry in catalogue.entries("all"):
        for attempt in range(14):
            known |= set(produce.facts_of(entry, random.Random(f"{seed}/{attempt}"))[0].keys)
    for path in sorted(template.TEXTS.glob("*/*.txt")):
        for key in sorted(set(re.findall(r"\{(\w+)\}", path.read_text(encoding="utf-8")))):
            if key not in known:
                yield f"{path.parent.name}/{path.name}: nothing ever fills {{{key}}}"


def run(seed):
    """All checks; the exit status is the number of faults, at most 100."""
    faults = []
    if cardinal(31_250) != "trzydzieści jeden tysięcy dwieście pięćdziesiąt" or money_words(100_01) != "sto złotych jeden grosz":
        faults.append("numbers in words")
    for index in range(400):
        deal = Deal(random.Random(f"{seed}/{index}"), KINDS[index % len(KINDS)], "tune")
        faults += [f"deal {index} ({deal.kind}): {fault}" for fault in _deal_faults(deal)]
    faults += _known_keys(seed)
    documents = 0
    for entry in catalogue.entries("all"):
        order = produce.Order("check", entry, entry.layouts[documents % len(entry.layouts)], "digital", f"{seed}/{documents}")
        rendered, _ = produce.set_document(order)
        documents += 1
        where = f"{entry.family}/{entry.template}/{order.layout}"
        faults += [f"{where}: {fault}" for fault in _truth_faults(rendered, rendered.printed)]
        if "agreement_date" not in rendered.fields and entry.type not in ("other",):
            faults.append(f"{where}: no date")
        json.dumps(rendered.fields)
    for fault in faults:
        print(fault)
    print(f"checked 400 deals and {documents} documents: {len(faults)} faults")
    return min(len(faults), 100)
