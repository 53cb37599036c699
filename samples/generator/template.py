"""The small language the texts are written in, and the blocks it turns into.

    = title || another wording        chosen once
    : centred line under the title
    > paragraph
    facts Heading || Other heading    rows follow: `label || label :: value`
    § Heading !withdrawal             section, clause tag; points follow: `- sentence || sentence`
    table schedule | table costs      a generated table
    sign lender ; borrower            signature lines
    include name                      another text of the same folder
    break                             new page

Headings may carry `@p` (only in prose layouts), `@t` (only in table layouts), `?` (left out half the
time).  A sentence, row or paragraph that asks for a fact the deal has not got is left out.
"""

from pathlib import Path

from .facts import MissingFact

TEXTS = Path(__file__).parent / "texts"


class Block:
    """One piece of a document: kind and its filled content."""

    def __init__(self, kind, heading="", clause=None):
        self.kind, self.heading, self.clause, self.items = kind, heading, clause, []


class Template:
    """A text file of a family, filled from facts into blocks."""

    def __init__(self, family, name):
        self.family, self.name = family, name

    def fill(self, facts, rng, prose):
        """Blocks of the document; `prose` chooses between `@p` and `@t` parts."""
        self.facts, self.rng, self.prose = facts, rng, prose
        blocks = []
        self._read(self.name, blocks)
        return [b for b in blocks if b.kind not in ("section", "facts") or b.items]

    def _lines(self, name):
        path = TEXTS / self.family / f"{name}.txt"
        if path.exists():
            text = path.read_text(encoding="utf-8")
        else:  # short papers share one file, each under its `@@ name`
            shared = (TEXTS / self.family / "others.txt").read_text(encoding="utf-8")
            text = f"\n{shared}".split(f"\n@@ {name}\n")[1].split("\n@@ ")[0]
        return [line.rstrip() for line in text.splitlines() if line.strip() and not line.startswith("#")]

    def _choice(self, text):
        """One wording of several; wordings that need missing facts are not chosen."""
        options = [option.strip() for option in text.split("||")]
        self.rng.shuffle(options)
        for option in options:
            try:
                return option.format_map(self.facts)
            except MissingFact:
                continue
        return None

    def _read(self, name, blocks):
        skipping = False
        for line in self._lines(name):
            head, _, rest = line.partition(" ")
            if head in ("facts", "§", "table", "include", "sign", "break", "="):
                skipping = False
            if skipping and (head == "-" or "::" in line):
                continue
            if head == "include":
                flags, rest = self._flags(rest)
                if self._wanted(flags):
                    self._read(rest.strip(), blocks)
            elif head in ("facts", "§"):
                skipping = not self._open(head, rest, blocks)
            elif head == "-":
                self._append(blocks[-1], rest)
            elif head in ("=", ":", ">"):
                text = self._choice(rest)
                if text:
                    blocks.append(Block({"=": "title", ":": "centre", ">": "para"}[head]))
                    blocks[-1].items.append(text)
            elif head == "table":
                blocks.append(Block("table"))
                blocks[-1].items.append(rest)
            elif head == "sign":
                blocks.append(Block("sign"))
                blocks[-1].items = [self._choice(part) for part in rest.split(";")]
            elif head == "break":
                blocks.append(Block("break"))
            elif "::" in line:
                self._row(blocks[-1], line)
            else:
                raise ValueError(f"{self.family}/{name}: cannot read line {line!r}")

    @staticmethod
    def _flags(text):
        words = text.split()
        flags = [w for w in words if w in ("@p", "@t", "?") or (w.startswith("!") and len(w) > 3)]
        return flags, " ".join(w for w in words if w not in flags)

    def _wanted(self, flags):
        if "@p" in flags and not self.prose or "@t" in flags and self.prose:
            return False
        return not ("?" in flags and self.rng.random() < 0.5)

    def _open(self, head, rest, blocks):
        flags, heading = self._flags(rest)
        if not self._wanted(flags):
            return False
        clause = next((f[1:] for f in flags if f.startswith("!")), None)
        chosen = self._choice(heading)
        if chosen is None:
            return False
        blocks.append(Block("facts" if head == "facts" else "section", chosen, clause))
        return True

    def _append(self, block, text):
        clause = None
        if text.startswith("!"):
            clause, _, text = text[1:].partition(" ")
        chosen = self._choice(text)
        if chosen:
            block.items.append((clause, chosen))

    def _row(self, block, line):
        label, _, value = line.partition("::")
        filled = self._choice(value.strip())
        name = self._choice(label)
        if filled and name:
            block.items.append((name, filled))
