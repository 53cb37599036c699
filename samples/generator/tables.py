"""Generated tables: the repayment schedule and the statement of costs."""

import html

from .facts import marked, money_value
from .words import date_text, grouped


class Tables:
    """HTML of the tables of one deal in the style of one document."""

    def __init__(self, deal, facts, layout):
        self.deal, self.facts, self.layout = deal, facts, layout

    def html(self, name):
        return getattr(self, name.strip())()

    def _amount(self, cents):
        form = self.facts.style.money
        if form.startswith("en"):
            return grouped(cents, ",", ".")
        return grouped(cents, {"d": ".", "p": ""}.get(form[0], "\u00a0"), ",")

    def schedule(self):
        """All rows, or for long terms the first thirty-five and the last three."""
        rows = self.deal.schedule.rows
        english = self.deal.language == "en"
        held = self.layout.family == "held"
        heads = (("No.", "Due date", "Principal", "Interest", "Instalment", "Balance") if english else
                 ("Lp.", "Termin płatności", "Kapitał", "Odsetki", "Rata ogółem", "Saldo kapitału") if held else
                 ("Nr raty", "Data spłaty", "Rata kapitałowa", "Rata odsetkowa", "Kwota raty", "Pozostało do spłaty"))
        order = (0, 1, 4, 2, 3, 5) if held else (0, 1, 2, 3, 4, 5)
        cut = rows if len(rows) <= 60 else rows[:34] + [None] + rows[-3:]
        grace = self.deal.grace
        out = ["<tr>" + "".join(f'<th{"" if i < 2 else " class=r"}>{heads[i]}</th>' for i in order) + "</tr>"]
        for row in cut:
            if row is None:
                out.append('<tr><td>...</td><td>...</td>' + '<td class="r">...</td>' * 4 + "</tr>")
                continue
            out.append("<tr>" + "".join(self._cell(row, i, i == 4 and row[0] == grace + 1) for i in order) + "</tr>")
        total = ("", "Total" if english else "Razem", sum(r[2] for r in rows), self.deal.total_interest,
                 sum(r[4] for r in rows), None)
        out.append("<tr>" + "".join(
            f'<td class="r">{self._total(i, total[i])}</td>' if i > 1 else f"<td>{total[i]}</td>" for i in order) + "</tr>")
        return f'<table class="data">{"".join(out)}</table>'

    def _total(self, column, cents):
        if cents is None:
            return ""
        text = self._amount(cents)
        if column == 3 and "total_interest" in self.facts.keys:
            return marked("total_interest", money_value(cents), text)
        return text

    def _cell(self, row, column, level):
        if column == 0:
            return f"<td>{row[0]}</td>"
        if column == 1:
            text = date_text(row[1], self.facts.style.date)
            if row[0] == 1:
                return f"<td>{marked('first_instalment_date', row[1].isoformat(), text)}</td>"
            if row is self.deal.schedule.rows[-1]:
                return f"<td>{marked('final_repayment_date', row[1].isoformat(), text)}</td>"
            return f"<td>{html.escape(text)}</td>"
        text = self._amount(row[column])
        if level and "instalment_amount" in self.facts.keys:
            text = marked("instalment_amount", money_value(row[4]), text)
        return f'<td class="r">{text}</td>'
