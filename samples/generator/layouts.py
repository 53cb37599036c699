"""How blocks become a page: the layouts of both families.

A layout is a choice of fact presentation, section headings, numbering and type; `tune` and `held`
share none of them as a whole, so that what is tuned on one family is measured on another.
"""

from dataclasses import dataclass

from . import ink


@dataclass(frozen=True)
class Layout:
    """One way of setting a document."""

    name: str
    family: str
    facts: str = "prose"        # prose, rules, hrules, bare, blanks, boxes, quad, numbered, lined, airy
    heads: str = "sign_centre"  # sign_centre, sign_left, arabic, article, roman, caps
    points: str = "1."          # 1. 1) 1.1 (1) none
    font: str = "Liberation Serif"
    size: float = 10.5
    columns: int = 1
    justify: bool = True
    hyphens: bool = True
    margin: str = "20mm 20mm 18mm 22mm"
    head: str = "letterhead"    # letterhead, line, none, side
    foot: str = "strona"        # strona, of, slash, none

    @property
    def prose(self):
        return self.facts == "prose"


LAYOUTS = {layout.name: layout for layout in (
    Layout("prose", "tune"),
    Layout("prose-sans", "tune", heads="sign_left", points="1)", font="Liberation Sans", size=9.5, justify=False,
           hyphens=False, head="line", foot="of"),
    Layout("grid", "tune", facts="rules", heads="sign_left", font="Liberation Sans", size=9.5, foot="of"),
    Layout("hrules", "tune", facts="hrules", heads="arabic", points="1.1", font="Carlito", size=10.5, head="line"),
    Layout("bare", "tune", facts="bare", heads="sign_centre", font="DejaVu Serif", size=9, head="none", foot="slash"),
    Layout("blanks", "tune", facts="blanks", heads="sign_centre", points="1)", font="Liberation Serif", size=11,
           head="none", hyphens=False),
    Layout("boxes", "tune", facts="boxes", heads="caps", font="Liberation Sans", size=9, head="letterhead", foot="of"),
    Layout("columns", "tune", heads="sign_centre", font="Liberation Serif", size=8.5, columns=2,
           margin="16mm 14mm 16mm 14mm", head="line", foot="slash"),
    Layout("typewriter", "tune", heads="sign_centre", font="Liberation Mono", size=10, justify=False, hyphens=False,
           head="none", foot="slash"),
    Layout("articles", "held", heads="article", points="(1)", font="Caladea", size=11, head="side", foot="kartka"),
    Layout("decimal", "held", heads="arabic_plain", points="1.1", font="Noto Sans", size=9, justify=False,
           hyphens=False, head="line_right", foot="kartka"),
    Layout("quad", "held", facts="quad", heads="roman", points="(1)", font="DejaVu Sans Condensed", size=8.5,
           head="side", foot="z"),
    Layout("numbered", "held", facts="numbered", heads="arabic_plain", points="1.1", font="Noto Sans", size=9,
           head="line_right", foot="z"),
    Layout("airy", "held", facts="airy", heads="roman", points="none", font="FreeSerif", size=11, head="none",
           foot="kartka"),
    Layout("lined", "held", facts="lined", heads="article", points="(1)", font="FreeSans", size=10, head="side",
           foot="none"),
    Layout("twin", "held", heads="roman", points="(1)", font="Liberation Sans Narrow", size=9, columns=2,
           margin="15mm 13mm 15mm 13mm", head="side", foot="z"),
)}

ROMAN = ("I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX XXI XXII XXIII XXIV XXV").split()


def names(family):
    """Layout names of a family, in order."""
    return [name for name, layout in LAYOUTS.items() if layout.family == family]


def page_foot(layout, deal):
    """The running foot: page number in the layout's wording."""
    english = deal.language == "en"
    word = "page" if english else "strona"
    of = "of" if english else "z"
    return {
        "strona": f'"{word} " counter(page) " {of} " counter(pages)',
        "of": f'"{word.capitalize()} " counter(page) "/" counter(pages)',
        "slash": '"- " counter(page) " -"',
        "kartka": f'"{"Page" if english else "Str."} " counter(page)',
        "z": f'counter(page) " {of} " counter(pages)',
        "none": '""',
    }[layout.foot]


def stylesheet(layout, deal):
    """CSS of the document."""
    lender = deal.lender
    small = (f"{lender.name}, {lender.address.text}, KRS {lender.krs}, NIP {lender.nip}, "
             f"REGON {lender.regon}, kapitał zakładowy (wpłacony) " + f"{lender.capital // 100:,} zł".replace(",", " "))
    small = small.replace('"', "")
    if deal.language == "en":
        small = f"{lender.name}, {lender.address.text}, KRS {lender.krs}, NIP {lender.nip}"
    bank_line = f'@bottom-left {{ content: "{small}"; font-size: 6pt; width: 72%; text-align: left; }}' \
        if layout.head in ("letterhead", "side") else ""
    where = "@bottom-right" if bank_line else "@bottom-center"
    if layout.head == "line":
        bank_line += f'@top-right {{ content: "{lender.short}   tel. {lender.phone}"; font-size: 7pt; }}'
    if layout.head == "line_right":
        bank_line += f'@top-center {{ content: "{lender.name} | {lender.site}"; font-size: 7pt; }}'
    indent = "2.7em" if layout.points == "1.1" else "1.9em"
    return f"""
@page {{ size: A4; margin: {layout.margin};
  {where} {{ content: {page_foot(layout, deal)}; font-size: 8pt; }} {bank_line} }}
body {{ font-family: "{layout.font}"; font-size: {layout.size}pt; line-height: 1.3; margin: 0;
  text-align: {"justify" if layout.justify else "left"}; hyphens: {"auto" if layout.hyphens else "manual"};
  hyphenate-character: "-"; }}
.v {{ hyphens: manual; }}
h1 {{ font-size: 1.45em; text-align: center; margin: 0.5em 0 0.3em; hyphens: manual; line-height: 1.15; }}
.held h1 {{ text-align: left; font-size: 1.7em; font-weight: normal; }}
.centre {{ text-align: center; margin: 0.2em 0 0.8em; }}
h2 {{ font-size: 1em; margin: 0.9em 0 0.25em; hyphens: manual; break-after: avoid; }}
h2.mid {{ text-align: center; }}
p {{ margin: 0.25em 0; orphans: 2; widows: 2; }}
.pt {{ padding-left: {indent}; text-indent: -{indent}; }}
.pt .n {{ display: inline-block; width: {indent}; text-indent: 0; }}
.cols {{ column-count: {layout.columns}; column-gap: 7mm; }}
table {{ border-collapse: collapse; width: 100%; margin: 0.4em 0 0.7em; hyphens: manual; text-align: left; }}
td, th {{ padding: 0.22em 0.45em; vertical-align: top; text-align: left; font-weight: normal; }}
tr {{ break-inside: avoid; }}
table.rules td, table.rules th, table.numbered td, table.quad td, table.data td, table.data th {{ border: 0.6pt solid #222; }}
table.hrules td {{ border-bottom: 0.5pt solid #444; }}
table.rules td:first-child {{ background: #ececec; width: 42%; }}
table.hrules td:first-child, table.bare td:first-child {{ width: 45%; }}
table.airy td:first-child {{ font-weight: bold; width: 48%; text-align: right; padding-right: 1em; }}
table.numbered td:first-child {{ width: 2.2em; }}
table.quad td:nth-child(odd) {{ background: #e4e4e4; width: 22%; font-size: 0.9em; }}
table.boxes td {{ border: 0.8pt solid #000; width: 33%; }}
table.boxes .l {{ font-size: 0.75em; color: #333; }}
table.boxes .b {{ font-size: 1.1em; min-height: 1.3em; }}
table.data {{ font-size: 0.92em; }}
table.data td.r, table.data th.r {{ text-align: right; }}
table.data th {{ background: #dddddd; font-weight: bold; }}
.lined b {{ font-weight: normal; border-bottom: 0.6pt solid #000; padding: 0 2.5em 0 0.6em; }}
.head {{ border-bottom: 1.2pt solid {lender.colour}; padding-bottom: 3pt; margin-bottom: 10pt; color: {lender.colour};
  font-size: 1.25em; font-weight: bold; text-align: left; }}
.head small {{ display: block; font-size: 0.55em; font-weight: normal; color: #333; }}
.side {{ text-align: right; font-size: 0.85em; margin-bottom: 8pt; }}
.side b {{ display: block; font-size: 1.3em; color: {lender.colour}; }}
.sign {{ margin-top: 26pt; break-inside: avoid; }}
.sign td {{ text-align: center; border: 0; width: 50%; font-size: 0.85em; }}
.sign .pen {{ height: 42pt; display: block; }}
.stamp {{ position: absolute; }}
.body {{ position: relative; }}
"""


def letterhead(layout, deal):
    """What stands above the title."""
    lender = deal.lender
    if layout.head == "letterhead":
        return f'<div class="head">{lender.short}<small>{lender.address.text} &nbsp; infolinia {lender.phone}</small></div>'
    if layout.head == "side":
        return f'<div class="side"><b>{lender.name}</b>{lender.address.street_line}<br>{lender.address.postal} ' \
               f'{lender.address.city}<br>tel. {lender.phone}</div>'
    return ""


def _label(label, mark=":"):
    return label if label.endswith((":", "?")) else label + mark


def facts_html(layout, block, counter):
    """A group of label-value rows in the layout's presentation."""
    head = f"<h2>{block.heading}</h2>" if block.heading else ""
    style, rows = layout.facts, block.items
    if style in ("prose", "blanks"):
        body = "".join(f"<p>{_label(l)} ........{v}........</p>" for l, v in rows) if style == "blanks" else \
            "".join(f"<p>{_label(l)} {v}</p>" for l, v in rows)
    elif style == "lined":
        body = '<div class="lined">' + "".join(f"<p>{_label(l, '')} <b>{v}</b></p>" for l, v in rows) + "</div>"
    elif style == "boxes":
        cells = [f'<td><div class="l">{l}</div><div class="b">{v}</div></td>' for l, v in rows]
        body = _table("boxes", cells, 3)
    elif style == "quad":
        body = _table("quad", [f"<td>{l}</td><td>{v}</td>" for l, v in rows], 2, "<td></td><td></td>")
    elif style == "numbered":
        lines = []
        for label, value in rows:
            counter[0] += 1
            lines.append(f"<tr><td>{counter[0]}</td><td>{label}</td><td>{value}</td></tr>")
        body = f'<table class="numbered">{"".join(lines)}</table>'
    else:
        mark = ":" if style in ("bare", "airy") else ""
        lines = "".join(f"<tr><td>{_label(l, mark) if mark else l}</td><td>{v}</td></tr>" for l, v in rows)
        body = f'<table class="{style}">{lines}</table>'
    return head + body


def _table(name, cells, across, empty="<td></td>"):
    while len(cells) % across:
        cells.append(empty)
    rows = ("".join(cells[i:i + across]) for i in range(0, len(cells), across))
    return f'<table class="{name}">' + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def section_html(layout, block, number):
    """A clause section: heading and numbered points."""
    tag = f' data-clause="{block.clause}"' if block.clause else ""
    title = block.heading
    head = {
        "sign_centre": f'<h2 class="mid">§ {number}.<br>{title}</h2>',
        "sign_left": f"<h2>§ {number}. {title}</h2>",
        "arabic": f"<h2>{number}. {title.upper()}</h2>",
        "arabic_plain": f"<h2>{number}. {title}</h2>",
        "article": f'<h2>Artykuł {number} – {title}</h2>',
        "roman": f"<h2>{ROMAN[(number - 1) % len(ROMAN)]}. {title}</h2>",
        "caps": f"<h2>{title.upper()}</h2>",
    }[layout.heads]
    if block.heading == "-":
        head = f'<h2 class="mid">§ {number}.</h2>'
    points = []
    for index, (clause, text) in enumerate(block.items, 1):
        mark = {"1.": f"{index}.", "1)": f"{index})", "1.1": f"{number}.{index}.", "(1)": f"({index})", "none": ""}[layout.points]
        inner = f' data-clause="{clause}"' if clause else ""
        if len(block.items) == 1 or not mark:
            points.append(f"<p{inner}>{text}</p>")
        else:
            points.append(f'<p class="pt"{inner}><span class="n">{mark} </span>{text}</p>')
    return f"<div{tag}>{head}{''.join(points)}</div>"


def sign_html(block, rng, inked):
    """Signature lines; with ink, a pen stroke stands above most of them and the truth says so."""
    cells = []
    for party in (p for p in block.items if p):
        present = inked and rng.random() < 0.88
        state = "present" if present else "absent"
        stroke = ink.signature(rng) if present else ""
        value = f'{{&quot;party&quot;: &quot;{"lender" if "{L}" in party else "borrower"}&quot;, &quot;state&quot;: &quot;{state}&quot;}}'
        text = party.replace("{L}", "")
        cells.append(f'<td><span class="pen">{stroke}</span>..................................<br>'
                     f'<span data-f="signatures" data-v="{value}">{text}</span></td>')
    return '<table class="sign">' + "".join(
        "<tr>" + "".join(cells[i:i + 2]) + "</tr>" for i in range(0, len(cells), 2)) + "</table>"


def compose(layout, deal, blocks, tables, rng, inked, stamped):
    """The whole document as HTML."""
    parts, number, counter, in_columns = [], 0, [0], False
    for block in blocks:
        flows = block.kind in ("section", "facts", "para") and (in_columns or block.kind == "section")
        if layout.columns > 1 and flows != in_columns:
            parts.append('<div class="cols">' if flows else "</div>")
            in_columns = flows
        if block.kind == "title":
            parts.append(f"<h1>{block.items[0]}</h1>")
        elif block.kind == "centre":
            parts.append(f'<p class="centre">{block.items[0]}</p>')
        elif block.kind == "para":
            parts.append(f"<p>{block.items[0]}</p>")
        elif block.kind == "facts":
            parts.append(facts_html(layout, block, counter))
        elif block.kind == "section":
            number += 1
            parts.append(section_html(layout, block, number))
        elif block.kind == "table":
            parts.append(tables.html(block.items[0]))
        elif block.kind == "sign":
            parts.append(sign_html(block, rng, inked))
        elif block.kind == "break":
            parts.append('<div style="break-before: page"></div>')
    if in_columns:
        parts.append("</div>")
    body = "".join(parts)
    body = body.replace("r.</span>.", "r.</span>")
    stamp = ink.stamp(rng, deal) if stamped else ""
    return (f'<html lang="{deal.language}"><head><style>{stylesheet(layout, deal)}</style></head>'
            f'<body class="{layout.family}">{letterhead(layout, deal)}<div class="body">{stamp}{body}</div></body></html>')
