"""Changes to a deal's facts for papers that come after the agreement: annexes, settlements, letters."""

import datetime as dt

from . import finance, identifiers
from .deal import day_between
from .facts import rate_value
from .words import date_text, rate_text

LAST_DAY = dt.date(2025, 12, 19)


def later(deal, months_low, months_high):
    """A day some months after the agreement, never after the corpus' last day."""
    day = finance.add_months(deal.date, deal.rng.randrange(months_low, months_high), deal.rng.randrange(1, 29))
    return min(day, LAST_DAY)


def drop(facts, *names):
    """Facts that this paper must not print under their names."""
    for name in names:
        facts.keys.pop(name, None)


def referring(facts, months=(2, 30)):
    """The paper has its own date; the agreement becomes the one it refers to."""
    deal = facts.deal
    deal.paper_date = later(deal, *months)
    facts.day("agreement_date", deal.paper_date, long=True)
    facts.plain("x_serial", deal.rng.randrange(11, 9_999))
    facts.plain("x_year", deal.paper_date.year)
    facts.plain("x_deadline", date_text(deal.paper_date + dt.timedelta(days=14), facts.style.date))
    elapsed = max(1, (deal.paper_date.year - deal.start.year) * 12 + deal.paper_date.month - deal.start.month)
    rows = deal.schedule.rows
    deal.elapsed = min(elapsed, len(rows) - 1)
    facts.keys["x_balance"] = facts.plain_money(rows[deal.elapsed - 1][5])
    facts.keys["x_some_amount"] = facts.plain_money(rows[deal.elapsed - 1][3] + 1_250)
    facts.keys["x_instalment"] = facts.plain_money(rows[min(deal.grace, len(rows) - 1)][4])
    _papers_sums(facts)
    facts.plain("x_final", date_text(deal.final_date, facts.style.date))


def annex(facts):
    """New term, margin or a pause: the changed values under the agreement's field names."""
    referring(facts, (3, max(4, min(40, facts.deal.months - 3))))
    deal, rng = facts.deal, facts.deal.rng
    balance = deal.schedule.rows[deal.elapsed - 1][5]
    kind = rng.choice(("term", "margin", "grace")) if deal.reference else rng.choice(("term", "grace"))
    if deal.kind == "corporate" and deal.credit_kind != "investment":
        kind = "term"
    rest = deal.months - deal.elapsed
    grace = rng.choice((3, 6)) if kind == "grace" else 0
    grace = min(grace, max(1, rest - 1))
    months = rest + (rng.choice((6, 12, 24)) if kind == "term" else 0)
    rate, margin = deal.rate, deal.margin
    if kind == "margin":
        margin = deal.margin - rng.choice((20, 30, 50))
        rate = margin + finance.index_level(deal.reference, deal.paper_date)
    first = finance.add_months(deal.start, deal.elapsed + 1)
    bullet = deal.kind == "corporate" and deal.credit_kind != "investment"
    if bullet:
        plan = finance.bullet(deal.amount, rate, months, first)
    else:
        plan = finance.schedule(balance, rate, months, first, deal.instalment_kind, grace)
    keep = {"x_annex_term": "term", "x_annex_margin": "margin", "x_annex_grace": "grace"}
    for key, name in keep.items():
        if name == kind:
            facts.keys[key] = ""
    drop(facts, "commission", "margin", "interest_rate", "grace_months", "first_instalment_date",
         "instalment_amount", "instalment_count", "final_repayment_date")
    if kind == "margin":
        facts.text("margin", f"{margin / 100:.2f} p.p.".replace(".", ",", 1), value=rate_value(margin))
        facts.text("interest_rate", rate_text(rate, facts.style.rate), value=rate_value(rate))
    if kind == "grace":
        facts.text("grace_months", str(grace), value=grace)
    if not bullet and kind != "grace":
        facts.money("instalment_amount", plan.rows[0][4])
        facts.text("instalment_count", str(months), value=months)
        facts.day("first_instalment_date", first)
    if kind == "term":
        facts.day("final_repayment_date", plan.rows[-1][1])
    facts.plain("x_old_final", date_text(deal.final_date, facts.style.date))
    facts.plain("x_effective", date_text(finance.add_months(deal.paper_date, 1, 1), facts.style.date))
    facts.plain("x_annex_no", rng.randrange(1, 5))
    facts.money("commission", rng.choice((0, 10_000, 20_000, 35_000)))


def settlement(facts):
    """Debt after termination, to be paid in new instalments."""
    referring(facts, (6, max(8, min(40, facts.deal.months - 2))))
    deal, rng = facts.deal, facts.deal.rng
    balance = deal.schedule.rows[deal.elapsed - 1][5] + 31_245
    months = rng.choice((12, 24, 36))
    first = finance.add_months(deal.paper_date, 1, 10)
    plan = finance.schedule(balance, deal.rate, months, first)
    facts.keys["x_balance"] = facts.plain_money(balance)
    facts.plain("x_annex_no", f"{rng.randrange(10, 999)}/{deal.paper_date.year}")
    facts.plain("x_effective", date_text(deal.paper_date - dt.timedelta(days=60), facts.style.date))
    facts.money("instalment_amount", plan.rows[0][4])
    facts.text("instalment_count", str(months), value=months)
    facts.day("first_instalment_date", first)
    facts.day("final_repayment_date", plan.rows[-1][1])


def schedule(facts):
    """A schedule is printed on the day of the agreement or a little later."""
    deal = facts.deal
    day = deal.date if deal.rng.random() < 0.5 else min(deal.date + dt.timedelta(days=deal.rng.randrange(1, 9)), LAST_DAY)
    facts.day("agreement_date", day, long=True)


def signing_day(facts):
    """Papers signed with the agreement or within days of it."""
    referring(facts)
    deal = facts.deal
    deal.paper_date = min(deal.date + dt.timedelta(days=deal.rng.choice((0, 0, 1, 4, 9))), LAST_DAY)
    facts.day("agreement_date", deal.paper_date, long=True)


def _papers_sums(facts):
    """Sums that stand on security papers and are not fields of the agreement."""
    deal = facts.deal
    facts.keys["x_enforce"] = facts.plain_money(deal.net * 2)
    facts.keys["x_insured"] = facts.plain_money(deal.net * 13 // 10)
    facts.plain("x_ending", "ła" if deal.borrower and deal.borrower.female else "ł")


def before(facts):
    """Papers older than the agreement: applications, decisions, information forms."""
    deal = facts.deal
    deal.paper_date = deal.date - dt.timedelta(days=deal.rng.randrange(3, 30))
    facts.day("agreement_date", deal.paper_date, long=True)
    facts.plain("x_serial", deal.rng.randrange(11, 9_999))
    facts.plain("x_year", deal.paper_date.year)
    facts.keys["x_income"] = facts.plain_money(deal.rng.randrange(4_200, 14_000) * 100)
    facts.keys["x_income_gross"] = facts.plain_money(deal.rng.randrange(15_000, 21_000) * 100)
    facts.keys["x_instalment"] = facts.plain_money(deal.schedule.rows[deal.grace][4])
    _papers_sums(facts)
    facts.plain("x_invoice_account", identifiers.nrb(deal.rng, identifiers.bank_code(deal.rng)))
    facts.plain("x_valid_until", date_text(deal.paper_date + dt.timedelta(days=30), facts.style.date))


def unrelated(facts):
    """Papers without an agreement: their date only."""
    before(facts)
    facts.keys["x_employer"] = "Zakłady Przetwórstwa „Sadyba” sp. z o.o."
    facts.plain("x_random_day", date_text(day_between(facts.deal.rng, 2012, 2015), facts.style.date))
