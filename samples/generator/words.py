"""Numbers, dates and money in words and figures, in Polish and English."""

_UNITS = ("", "jeden", "dwa", "trzy", "cztery", "pięć", "sześć", "siedem", "osiem", "dziewięć",
          "dziesięć", "jedenaście", "dwanaście", "trzynaście", "czternaście", "piętnaście",
          "szesnaście", "siedemnaście", "osiemnaście", "dziewiętnaście")
_TENS = ("", "", "dwadzieścia", "trzydzieści", "czterdzieści", "pięćdziesiąt", "sześćdziesiąt",
         "siedemdziesiąt", "osiemdziesiąt", "dziewięćdziesiąt")
_HUNDREDS = ("", "sto", "dwieście", "trzysta", "czterysta", "pięćset", "sześćset", "siedemset",
             "osiemset", "dziewięćset")
_SCALES = (("", "", ""), ("tysiąc", "tysiące", "tysięcy"), ("milion", "miliony", "milionów"))

MONTHS_GEN = ("", "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia",
              "września", "października", "listopada", "grudnia")
MONTHS_EN = ("", "January", "February", "March", "April", "May", "June", "July", "August",
             "September", "October", "November", "December")

_EN_UNITS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
             "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
             "eighteen", "nineteen")
_EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def plural(number, one, few, many):
    """The Polish noun form that goes with a number: 1 złoty, 2 złote, 5 złotych, 22 złote."""
    if number == 1:
        return one
    if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14):
        return few
    return many


def _below_thousand(number):
    words = [_HUNDREDS[number // 100]]
    rest = number % 100
    words += [_UNITS[rest]] if rest < 20 else [_TENS[rest // 10], _UNITS[rest % 10]]
    return [word for word in words if word]


def cardinal(number):
    """A whole number in Polish words, nominative: 31000 gives `trzydzieści jeden tysięcy`."""
    if number == 0:
        return "zero"
    words, scale = [], 0
    while number:
        number, chunk = divmod(number, 1000)
        if chunk:
            noun = plural(chunk, *_SCALES[scale])
            head = [] if chunk == 1 and scale else _below_thousand(chunk)
            words = head + ([noun] if noun else []) + words
        scale += 1
    return " ".join(words)


def cardinal_en(number):
    """A whole number in English words: 31250 gives `thirty-one thousand two hundred and fifty`."""
    if number == 0:
        return "zero"
    parts = []
    for size, noun in ((1_000_000, "million"), (1_000, "thousand")):
        if number >= size:
            parts.append(f"{cardinal_en(number // size)} {noun}")
            number %= size
    if number >= 100:
        parts.append(f"{_EN_UNITS[number // 100]} hundred")
        number %= 100
    if number:
        tail = _EN_UNITS[number] if number < 20 else "-".join(
            w for w in (_EN_TENS[number // 10], _EN_UNITS[number % 10]) if w)
        parts.append(f"and {tail}" if parts else tail)
    return " ".join(parts)


_CURRENCY_WORDS = {
    "PLN": ("złoty", "złote", "złotych"), "EUR": ("euro", "euro", "euro"),
    "CHF": ("frank szwajcarski", "franki szwajcarskie", "franków szwajcarskich"),
    "USD": ("dolar amerykański", "dolary amerykańskie", "dolarów amerykańskich"),
}
_CURRENCY_EN = {"PLN": "Polish zlotys", "EUR": "euro", "CHF": "Swiss francs", "USD": "US dollars"}


def money_words(cents, currency="PLN", form="words"):
    """Amount in words. `form`: `words` (grosze in words), `fraction` (`00/100`), `en`."""
    whole, part = divmod(cents, 100)
    if form == "en":
        return f"{cardinal_en(whole)} {_CURRENCY_EN[currency]} and {part:02d}/100"
    noun = plural(whole, *_CURRENCY_WORDS[currency])
    if form == "fraction":
        return f"{cardinal(whole)} {noun} {part:02d}/100"
    if part == 0:
        return f"{cardinal(whole)} {noun}" + (" zero groszy" if form == "zero" else "")
    minor = plural(part, "grosz", "grosze", "groszy") if currency == "PLN" else plural(part, "cent", "centy", "centów")
    return f"{cardinal(whole)} {noun} {cardinal(part)} {minor}"


def date_text(day, form):
    """A date printed in one of the forms used on Polish bank papers."""
    return {
        "dots": f"{day:%d.%m.%Y} r.",
        "dots_bare": f"{day:%d.%m.%Y}",
        "words": f"{day.day} {MONTHS_GEN[day.month]} {day.year} r.",
        "words_year": f"{day.day} {MONTHS_GEN[day.month]} {day.year} roku",
        "iso": f"{day:%Y-%m-%d}",
        "dashes": f"{day:%d-%m-%Y}",
        "slashes": f"{day:%d/%m/%Y}",
        "en": f"{day.day} {MONTHS_EN[day.month]} {day.year}",
        "en_us": f"{MONTHS_EN[day.month]} {day.day}, {day.year}",
    }[form]


def grouped(cents, thousands, comma):
    """Minor units as `31 000,00` with the given thousands separator and decimal mark."""
    whole, part = divmod(abs(cents), 100)
    text = f"{whole:,}".replace(",", thousands)
    return f"{'-' if cents < 0 else ''}{text}{comma}{part:02d}"


def money_text(cents, form, currency="PLN"):
    """Money as printed. `form` names a habit: see the table below."""
    zl = {"PLN": "zł"}.get(currency, currency)
    nbsp, thin = "\u00a0", "\u202f"
    return {
        "nbsp_zl": f"{grouped(cents, nbsp, ',')}{nbsp}{zl}",
        "thin_zl": f"{grouped(cents, thin, ',')}{nbsp}{zl}",
        "nbsp_pln": f"{grouped(cents, nbsp, ',')}{nbsp}{currency}",
        "dots_pln": f"{grouped(cents, '.', ',')}{nbsp}{currency}",
        "dots_zl": f"{grouped(cents, '.', ',')}{nbsp}{zl}",
        "plain_zlotych": f"{grouped(cents, '', ',')}{nbsp}" + ("złotych" if currency == "PLN" else currency),
        "plain_zl": f"{grouped(cents, '', ',')}{nbsp}{zl}",
        "bare": grouped(cents, nbsp, ","),
        "en_before": f"{currency}{nbsp}{grouped(cents, ',', '.')}",
        "en_after": f"{grouped(cents, ',', '.')}{nbsp}{currency}",
    }[form]


def rate_text(hundredths, form, places=2):
    """A percentage held in hundredths of a point: `7,62%`, `7,62 %`, `7,62 % w stosunku rocznym`."""
    text = f"{hundredths / 100:.{places}f}".replace(".", ",")
    return {
        "tight": f"{text}%",
        "spaced": f"{text}\u00a0%",
        "yearly": f"{text}% w stosunku rocznym",
        "yearly_scale": f"{text}\u00a0% w skali roku",
        "en": f"{text.replace(',', '.')}%",
    }[form]
