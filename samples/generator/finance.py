"""Schedules, the annual percentage rate and the statutory ceilings.

Money is whole minor units (grosze, cents); rates are whole hundredths of a percentage point.
Sources: Directive 2008/48/EC annex I (RRSO), Civil Code art. 359 §2¹ and 481 §2¹ (ceilings),
announcements of the National Bank of Poland (reference rate), rounded WIBOR levels of the time.
"""

import calendar
import datetime as dt

# Reference rate of the National Bank in hundredths of a point, from the date it applied.
_REFERENCE = [
    ("2014-10-09", 200), ("2015-03-05", 150), ("2020-03-18", 100), ("2020-04-09", 50),
    ("2020-05-29", 10), ("2021-10-07", 50), ("2021-11-04", 125), ("2021-12-09", 175),
    ("2022-01-05", 225), ("2022-02-09", 275), ("2022-03-09", 350), ("2022-04-07", 450),
    ("2022-05-06", 525), ("2022-06-09", 600), ("2022-07-08", 650), ("2022-09-08", 675),
    ("2023-09-07", 600), ("2023-10-05", 575), ("2025-05-08", 525), ("2025-07-03", 500),
    ("2025-09-04", 475), ("2025-10-09", 450), ("2025-11-06", 425),
]
# What three-month money cost above the reference rate, roughly.
_WIBOR_SPREAD = {"WIBOR 1M": 10, "WIBOR 3M": 18, "WIBOR 6M": 25, "WIRON 1M": -12, "POLSTR 1M": -15}
_EURIBOR = {2015: 0, 2016: -25, 2017: -33, 2018: -32, 2019: -36, 2020: -42, 2021: -55, 2022: 60,
            2023: 345, 2024: 360, 2025: 205}


def reference_on(day):
    """Reference rate of the National Bank on a day."""
    return [rate for start, rate in _REFERENCE if dt.date.fromisoformat(start) <= day][-1]


def maximum_interest(day):
    """Statutory maximum interest (k.c. 359 §2¹): before 2016 four times the lombard rate."""
    if day < dt.date(2016, 1, 1):
        return 4 * (reference_on(day) + 100)
    return 2 * (reference_on(day) + 350)


def maximum_overdue(day):
    """Statutory maximum overdue interest (k.c. 481 §2¹)."""
    if day < dt.date(2016, 1, 1):
        return 4 * (reference_on(day) + 100)
    return 2 * (reference_on(day) + 550)


def index_level(name, day):
    """A plausible level of a reference index on a day, in hundredths of a point."""
    if name.startswith("EURIBOR"):
        return max(_EURIBOR[day.year], 0)
    if name.startswith("SARON"):
        return 0 if day.year < 2023 else 145
    return max(reference_on(day) + _WIBOR_SPREAD[name], 15)


def add_months(day, months, wanted=None):
    """The same day `months` later, kept inside the month; `wanted` fixes the day of month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    return dt.date(year, month, min(wanted or day.day, calendar.monthrange(year, month)[1]))


def annuity(principal, rate, months):
    """Level instalment in minor units for a yearly rate in hundredths of a point."""
    if rate == 0:
        return round(principal / months)
    step = rate / 120_000
    return round(principal * step / (1 - (1 + step) ** -months))


class Schedule:
    """Rows of (number, date, capital, interest, instalment, balance after) and their sums."""

    def __init__(self, rows):
        self.rows = rows
        self.total_interest = sum(row[3] for row in rows)
        self.total_paid = sum(row[4] for row in rows)

    @property
    def instalment(self):
        """The level instalment; of a decreasing schedule the first one."""
        return self.rows[0][4]

    @property
    def last(self):
        return self.rows[-1][4]


def schedule(principal, rate, months, first, kind="equal", grace=0, day=None):
    """Repayment schedule with monthly interest of one twelfth; `grace` months pay interest only."""
    rows, balance = [], principal
    step = rate / 120_000
    repaying = months - grace
    level = annuity(principal, rate, repaying)
    slice_ = round(principal / repaying)
    for number in range(1, months + 1):
        interest = round(balance * step)
        if number <= grace:
            capital = 0
        elif number == months:
            capital = balance
        else:
            capital = slice_ if kind == "decreasing" else level - interest
        balance -= capital
        due = add_months(first, number - 1, day or first.day)
        rows.append((number, due, capital, interest, capital + interest, balance))
    return Schedule(rows)


def bullet(principal, rate, months, first):
    """Interest monthly, capital at the end: the usual overdraft or working-capital credit."""
    rows = []
    for number in range(1, months + 1):
        interest = round(principal * rate / 120_000)
        capital = principal if number == months else 0
        rows.append((number, add_months(first, number - 1), capital, interest, capital + interest,
                     0 if capital else principal))
    return Schedule(rows)


def rrso(received, flows):
    """Annual percentage rate in hundredths (annex I): Σ received = Σ payment / (1+X)^t.

    `flows` are (years from disbursement, payment); the caller chooses equal months or days/365.
    """
    low, high = -0.5, 20.0
    for _ in range(200):
        middle = (low + high) / 2
        value = sum(paid / (1 + middle) ** years for years, paid in flows)
        low, high = (middle, high) if value > received else (low, middle)
    return round(low * 10_000)


def equal_months(rows):
    """Flows of a schedule counted in equal months."""
    return [(row[0] / 12, row[4]) for row in rows]


def actual_days(rows, start):
    """Flows of a schedule counted in days of a 365-day year."""
    return [((row[1] - start).days / 365, row[4]) for row in rows]
