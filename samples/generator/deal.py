"""One fictional transaction: who, how much, when, at what price - all consistent.

A `Deal` is plain numbers and people.  What is printed of it, and how, is decided in `facts`.
"""

import datetime as dt

from . import finance, identifiers
from .people import Address, Company, Lender, Person

CASH_PURPOSES = ("dowolny cel konsumpcyjny", "remont mieszkania", "zakup samochodu osobowego", "leczenie i rehabilitacja",
                 "zakup sprzętu RTV i AGD", "spłata innych zobowiązań", "zakup mebli i wyposażenia domu")
HOME_PURPOSES = ("zakup lokalu mieszkalnego na rynku wtórnym", "zakup lokalu mieszkalnego od dewelopera",
                 "budowa domu jednorodzinnego", "zakup domu jednorodzinnego na rynku wtórnym",
                 "refinansowanie kredytu mieszkaniowego w innym banku")
FIRM_PURPOSES = {"working_capital": ("finansowanie bieżącej działalności gospodarczej", "zakup surowców i towarów handlowych",
                                     "sfinansowanie zapasów sezonowych"),
                 "overdraft": ("finansowanie bieżącej działalności gospodarczej", "utrzymanie płynności finansowej"),
                 "investment": ("zakup linii technologicznej", "budowa hali magazynowej", "zakup floty pojazdów ciężarowych",
                                "modernizacja zakładu produkcyjnego")}
KINDS = ("consumer", "mortgage", "corporate", "loan", "english_loan")


def day_between(rng, first_year, last_year):
    """A working day, no later than the 28th."""
    while True:
        day = dt.date(rng.randrange(first_year, last_year + 1), rng.randrange(1, 13), rng.randrange(1, 29))
        if day.weekday() < 5 and day >= dt.date(first_year, 1, 8):
            return day


def rounded(rng, low, high, step):
    """A round amount in minor units between two amounts in whole units."""
    return rng.randrange(low // step, high // step + 1) * step * 100


class Deal:
    """Parties, amounts, dates, prices and security of one transaction of a kind."""

    def __init__(self, rng, kind, family, wanted=()):
        self.wanted = wanted
        self.rng, self.kind, self.family = rng, kind, family
        self.date = day_between(rng, 2017 if kind == "mortgage" else 2015, 2025)
        self.language, self.currency = "pl", "PLN"
        loan_firm = kind in ("loan", "english_loan", "bilingual_loan") and rng.random() < 0.7
        self.lender = Lender(rng, self.date, family, bank=not loan_firm)
        self.place = self.lender.branch_city
        self.company = self.borrower = self.co_borrower = self.surety = None
        self.grace = 0
        self.indexation = None
        self.instalment_kind = "equal"
        self.tranches, self.collateral = [], []
        self.mortgage_amount = self.land_register = self.property = self.policy = None
        self.insurance = self.other_fees = self.notary = 0
        self.financed = False
        self.broker = None
        getattr(self, f"_{kind}")()
        if "surety" in wanted and not self.surety:
            self.surety = Person(rng, self.date)
        if "policy" in wanted and not self.policy:
            self.policy = f"PZM {rng.randrange(10**7, 10**8)}"
        if "couple" in wanted and not self.co_borrower:
            self._people(1.0)
        self._numbers()
        self._times()
        self._price()

    # -- the kinds ---------------------------------------------------------------------------

    def _people(self, couple):
        rng = self.rng
        self.borrower = Person(rng, self.date)
        if rng.random() < couple:
            spouse = rng.random() < 0.8
            self.co_borrower = Person(rng, self.date, female=not self.borrower.female,
                                      surname_from=self.borrower.family if spouse else None,
                                      address=self.borrower.address if spouse else None)

    def _rate_variable(self, names, low, high):
        self.reference = self.rng.choice(names)
        if self.reference.startswith(("WIRON", "POLSTR")) and self.date.year < 2023:
            self.reference = "WIBOR 3M"
        self.reference_level = finance.index_level(self.reference, self.date)
        self.margin = self.rng.randrange(low, high)
        self.rate, self.rate_type = self.reference_level + self.margin, "variable"

    def _rate_fixed(self, low, high):
        self.reference = self.margin = self.reference_level = None
        top = finance.maximum_interest(self.date)
        self.rate = min(self.rng.randrange(low, high), top - self.rng.choice((0, 1, 20, 50)))
        self.rate_type = "fixed"

    def _consumer(self):
        rng = self.rng
        self._people(0.2)
        self.credit_kind = rng.choice(("cash", "cash", "cash", "instalment", "consolidation"))
        self.purpose = rng.choice(CASH_PURPOSES)
        self.months = rng.choice((12, 18, 24, 36, 36, 48, 60, 60, 72, 84, 96, 120))
        self.net = rounded(rng, 3_000, 9_000, 100) if self.months < 24 else rounded(rng, 8_000, 160_000, 500)
        if rng.random() < 0.3:
            self._rate_variable(("WIBOR 3M", "WIBOR 3M", "WIBOR 1M", "WIRON 1M"), 350, 640)
            self.rate = min(self.rate, finance.maximum_interest(self.date))
            self.margin = self.rate - self.reference_level
        else:
            base = finance.reference_on(self.date)
            self._rate_fixed(base + 300, base + 900)
        self.commission = round(self.net * rng.choice((0, 199, 299, 400, 500, 799)) / 10_000)
        self.financed = self.commission > 0 and rng.random() < 0.75
        if self.financed and rng.random() < 0.35:
            self.insurance = round(self.net * rng.choice((120, 210, 340)) / 10_000)
        if rng.random() < 0.25:
            self.broker = rng.choice({"tune": ("Finanse Blisko Sp. z o.o.", "Doradcy24 S.A."),
                                      "held": ("Agencja Kredytowa Most Sp. z o.o.",)}[self.family])
        if rng.random() < 0.2:
            self.surety = Person(rng, self.date)
            self.collateral.append(("surety", None, None))
        if self.insurance:
            self.collateral.append(("policy_assignment", None, None))

    def _mortgage(self):
        rng = self.rng
        self._people(0.6)
        self.credit_kind, self.purpose = "mortgage", rng.choice(HOME_PURPOSES)
        self.months = rng.choice((120, 180, 240, 240, 300, 300, 360, 360, 420))
        self.net = rounded(rng, 120_000, 850_000, 1_000)
        if rng.random() < 0.75:
            self._rate_variable(("WIBOR 3M", "WIBOR 3M", "WIBOR 6M", "WIRON 1M", "POLSTR 1M"), 140, 280)
            if rng.random() < 0.2:
                self.rate_type = "mixed"
                self.rate += rng.randrange(-40, 60)
        else:
            base = finance.reference_on(self.date)
            self._rate_fixed(max(base + 120, 320), base + 380)
        if self.rate_type == "variable" and rng.random() < 0.08:
            self.indexation = "EUR"
            self._rate_variable(("EURIBOR 3M",), 220, 380)
        self.instalment_kind = "decreasing" if rng.random() < 0.25 else "equal"
        self.commission = round(self.net * rng.choice((0, 100, 150, 200)) / 10_000)
        self.insurance = round(self.net * rng.choice((0, 0, 65, 130)) / 10_000)
        self.other_fees = rng.choice((0, 40_000, 70_000))
        self.land_register = identifiers.land_register(rng)
        self.property = Address(rng)
        self.mortgage_amount = self.net * rng.choice((150, 170, 200)) // 100
        self.collateral = [("mortgage", self.mortgage_amount, None), ("policy_assignment", None, None)]
        if rng.random() < 0.5:
            self.policy = f"{rng.choice(('PZM', 'UBN', 'MAJ'))} {rng.randrange(10**7, 10**8)}"
        if "budowa" in self.purpose or "dewelopera" in self.purpose:
            first = self.net * rng.choice((40, 50, 60)) // 100
            self.tranches = [(first, self.date + dt.timedelta(days=14)),
                             (self.net - first, self.date + dt.timedelta(days=130))]
            self.grace = rng.choice((0, 6))

    def _corporate(self):
        rng = self.rng
        self.company = Company(rng, self.date)
        self.credit_kind = rng.choice(("working_capital", "overdraft", "investment"))
        self.purpose = rng.choice(FIRM_PURPOSES[self.credit_kind])
        self.months = {"working_capital": rng.choice((12, 24, 36)), "overdraft": 12,
                       "investment": rng.choice((60, 84, 120))}[self.credit_kind]
        self.net = rounded(rng, 100_000, 6_000_000, 10_000)
        if rng.random() < 0.15:
            self.currency = "EUR"
            self._rate_variable(("EURIBOR 3M", "EURIBOR 1M"), 150, 320)
        else:
            self._rate_variable(("WIBOR 1M", "WIBOR 3M", "WIBOR 3M", "WIRON 1M"), 130, 320)
        self.instalment_kind = "decreasing"
        self.commission = round(self.net * rng.choice((50, 80, 100, 150)) / 10_000)
        self.collateral = [("promissory_note", None, None)]
        if self.credit_kind == "investment":
            self.land_register = identifiers.land_register(rng)
            self.property = Address(rng)
            self.property.flat = ""
            self.mortgage_amount = self.net * 15 // 10
            self.collateral.append(("mortgage", self.mortgage_amount, None))
        if rng.random() < 0.5:
            self.collateral.append(("pledge", self.net * 12 // 10, None))
        if rng.random() < 0.4:
            self.collateral.append(("receivables_assignment", None, None))
        if rng.random() < 0.4:
            self.collateral.append(("enforcement_statement", self.net * 15 // 10, None))

    def _loan(self):
        rng = self.rng
        self._people(0)
        self.credit_kind, self.purpose = "loan", rng.choice(CASH_PURPOSES)
        self.months = rng.choice((3, 6, 9, 12, 18, 24, 36))
        self.net = rounded(rng, 1_000, 30_000, 100)
        self._rate_fixed(500, 1_900)
        self.commission = round(self.net * rng.choice((0, 300, 500, 900)) / 10_000)
        if rng.random() < 0.3:
            self.collateral = [("promissory_note", None, None)]
        if rng.random() < 0.2:
            self.surety = Person(rng, self.date)
            self.collateral.append(("surety", None, None))

    def _english_loan(self):
        rng = self.rng
        self.language = "en"
        self.company = Company(rng, self.date)
        self.credit_kind, self.purpose = "loan", rng.choice((
            "financing of the Borrower's current activity", "purchase of production equipment",
            "refinancing of existing financial indebtedness"))
        self.months = rng.choice((12, 24, 36, 60))
        self.currency = rng.choice(("PLN", "EUR", "EUR", "USD"))
        self.net = rounded(rng, 50_000, 3_000_000, 5_000)
        if self.currency != "USD" and rng.random() < 0.6:
            self._rate_variable(("EURIBOR 3M",) if self.currency == "EUR" else ("WIBOR 3M",), 180, 350)
        else:
            self._rate_fixed(300, 850)
        self.commission = round(self.net * rng.choice((0, 50, 100)) / 10_000)
        if rng.random() < 0.5:
            self.collateral = [("pledge", self.net * 12 // 10, None)]

    def _bilingual_loan(self):
        self._english_loan()
        self.language = "pl"
        self.purpose = "finansowanie bieżącej działalności / working capital"

    # -- numbers, times, price ---------------------------------------------------------------

    def _numbers(self):
        rng, year = self.rng, self.date.year
        serial = rng.randrange(100, 99_999)
        self.number = rng.choice((
            f"{serial}/{year}", f"KG/{serial:05d}/{self.date:%m}/{year}", f"{rng.randrange(10**8, 10**9)}",
            f"{year}/{self.date:%m}/{serial:05d}/K", f"UK-{serial:06d}-{year % 100}",
            f"{rng.randrange(10, 99)}-{rng.randrange(1000, 9999)}/{serial}/{year % 100}"))
        self.application = f"W/{rng.randrange(10_000, 99_999)}/{year}"
        self.client = f"{rng.randrange(10**7, 10**8)}"
        self.repayment_account = identifiers.nrb(rng, self.lender.code)
        self.disbursement_account = identifiers.nrb(rng, identifiers.bank_code(rng))

    def _times(self):
        rng = self.rng
        self.start = self.date + dt.timedelta(days=rng.choice((0, 0, 1, 3, 7)))
        if self.tranches:
            self.start = self.tranches[0][1]
        while self.start.day > 28:
            self.start += dt.timedelta(days=1)
        self.first_due = finance.add_months(self.start, 1)
        self.instalment_day = self.start.day

    def _price(self):
        costs = self.commission + self.insurance
        self.amount = self.net + (costs if self.financed else 0)
        if self.kind == "corporate" and self.credit_kind != "investment":
            self.schedule = finance.bullet(self.amount, self.rate, self.months, self.first_due)
        else:
            self.schedule = finance.schedule(self.amount, self.rate, self.months, self.first_due,
                                             self.instalment_kind, self.grace)
        self.final_date = self.schedule.rows[-1][1]
        self.total_interest = self.schedule.total_interest
        self.non_interest = costs + self.other_fees
        self.total_cost = self.total_interest + self.non_interest
        self.payable = self.net + self.total_cost
        received = self.net - (0 if self.financed else costs) - self.other_fees
        self.timing = self.rng.choice(("months", "months", "days"))
        rows = self.schedule.rows
        flows = (finance.actual_days(rows, self.start) if self.timing == "days"
                 else finance.equal_months(rows))
        self.rrso = finance.rrso(received, flows)
        top = finance.maximum_overdue(self.date)
        self.overdue = top if self.rng.random() < 0.7 else top - self.rng.choice((100, 200, 50))
        self.daily_interest = round(self.amount * self.rate / 10_000 / 365)
