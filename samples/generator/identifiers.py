"""Identifiers with their check digits: made here and checked here.

Only the published rules are used (weights noted beside each function).  Nothing here knows about
documents; every function takes its own random source, so that a seed decides every digit.
"""

KW_ALPHABET = "0123456789XABCDEFGHIJKLMNOPRSTUWYZ"
KW_COURTS = (
    "WA1M WA2M WA3M WA4M WA5M WA6M KR1P KR2P GD1G GD1Y PO1P PO2P WR1K LD1M KA1K LU1I BI1B SZ1S "
    "BY1B RZ1Z OL1O KI1L TO1T OP1O ZA1Z CZ1C GL1G BB1B TR1T SL1S NS1S KO1L EL1E RA1G PL1P SI1S"
).split()
ID_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _digits(rng, count):
    return [rng.randrange(10) for _ in range(count)]


def _join(digits):
    return "".join(map(str, digits))


def _weighted(digits, weights):
    return sum(int(d) * w for d, w in zip(digits, weights))


def pesel(rng, birth, female):
    """PESEL for a birth date and sex; weights 1 3 7 9 repeated, century in the month."""
    month = birth.month + {18: 80, 19: 0, 20: 20}[birth.year // 100]
    head = f"{birth.year % 100:02d}{month:02d}{birth.day:02d}"
    head += _join(_digits(rng, 3)) + str(rng.randrange(5) * 2 + (0 if female else 1))
    return head + str((10 - _weighted(head, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10) % 10)


def pesel_ok(value):
    return len(value) == 11 and value.isdigit() and _weighted(
        value, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def nip(rng):
    """Tax number: weights 6 5 7 2 3 4 5 6 7 mod 11, remainder 10 never issued."""
    while True:
        head = [rng.randrange(1, 10) for _ in range(3)] + _digits(rng, 6)
        check = _weighted(head, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11
        if check < 10:
            return _join(head) + str(check)


def nip_ok(value):
    return len(value) == 10 and _weighted(value, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(value[9])


def regon(rng):
    """REGON of nine digits: weights 8 9 2 3 4 5 6 7 mod 11, 10 counts as 0."""
    head = _digits(rng, 8)
    return _join(head) + str(_weighted(head, (8, 9, 2, 3, 4, 5, 6, 7)) % 11 % 10)


def regon14(rng, nine):
    """REGON of a local unit: nine digits of the parent, four of the unit, one check digit."""
    head = nine + f"{rng.randrange(1, 30):04d}"
    return head + str(_weighted(head, (2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)) % 11 % 10)


def regon_ok(value):
    if len(value) == 14:
        tail = _weighted(value, (2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)) % 11 % 10
        return tail == int(value[13]) and regon_ok(value[:9])
    return len(value) == 9 and _weighted(value, (8, 9, 2, 3, 4, 5, 6, 7)) % 11 % 10 == int(value[8])


def krs(rng):
    """Court register number: ten digits, no check digit, starting with zeros."""
    return f"{rng.randrange(10_000, 999_999):010d}"


def id_card(rng):
    """Identity card: three letters (A = 10) and six digits; weights 7 3 1 9 7 3 1 7 3, sum mod 10 = 0."""
    letters = "".join(rng.choice("ABCD") if i == 0 else rng.choice(ID_LETTERS) for i in range(3))
    tail = _digits(rng, 5)
    body = [ord(c) - 55 for c in letters]
    total = _weighted(body, (7, 3, 1)) + _weighted(tail, (7, 3, 1, 7, 3))
    check = next(d for d in range(10) if (total + 9 * d) % 10 == 0)
    return f"{letters}{check}{_join(tail)}"


def id_card_ok(value):
    values = [ord(c) - 55 if c.isalpha() else int(c) for c in value]
    return len(value) == 9 and _weighted(values, (7, 3, 1, 9, 7, 3, 1, 7, 3)) % 10 == 0


def nrb(rng, bank_code):
    """Polish account of 26 digits, ISO 7064 mod 97-10; `bank_code` is the eight-digit unit number."""
    body = bank_code + _join(_digits(rng, 16))
    return f"{98 - int(body + '252100') % 97:02d}{body}"


def nrb_ok(value):
    return len(value) == 26 and int(value[2:] + "2521" + value[:2]) % 97 == 1


def bank_code(rng):
    """Eight-digit unit number whose last digit is its check digit (weights 3 9 7 1 3 9 7)."""
    head = [rng.choice((1, 2, 8, 9))] + _digits(rng, 6)
    return _join(head) + str((10 - _weighted(head, (3, 9, 7, 1, 3, 9, 7)) % 10) % 10)


def land_register(rng):
    """Land and mortgage register number `CODE/00000000/D`; weights 1 3 7 repeated, mod 10."""
    head = rng.choice(KW_COURTS) + f"{rng.randrange(1_000, 499_999):08d}"
    return f"{head[:4]}/{head[4:]}/{_kw_check(head)}"


def _kw_check(head):
    return _weighted([KW_ALPHABET.index(c) for c in head], (1, 3, 7) * 4) % 10


def land_register_ok(value):
    court, number, check = value.split("/")
    return _kw_check(court + number) == int(check)


def group(value, sizes, separator=" "):
    """`value` cut into groups of `sizes`: `group("123456789", (3, 3, 3))` gives `123 456 789`."""
    parts, start = [], 0
    for size in sizes:
        parts.append(value[start:start + size])
        start += size
    return separator.join(part for part in parts if part)


NRB_GROUPS = (2, 4, 4, 4, 4, 4, 4)
