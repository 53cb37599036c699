"""How a deal is printed: every fact as a marked piece of HTML, under the key templates use.

A mark carries field names and the canonical value (`data-f`, `data-v`), so the truth file is
whatever was really set on a page: a fact whose key no template used does not enter the truth.
Keys that start with `x_` are decoys or plain wording and are never marked.
"""

import html
import json

from . import identifiers
from .finance import index_level
from .words import cardinal, cardinal_en, date_text, money_text, money_words, plural, rate_text


class MissingFact(KeyError):
    """A template asked for a fact this deal has not got; the sentence is left out."""


class Style:
    """Printing habits of one document, drawn once: punctuation of money, rates, dates, identifiers."""

    MONEY = {"tune": ("nbsp_zl", "nbsp_zl", "thin_zl", "nbsp_pln", "dots_pln", "plain_zlotych"),
             "held": ("nbsp_zl", "dots_zl", "plain_zl", "nbsp_pln", "thin_zl")}
    RATE = {"tune": ("tight", "spaced", "tight", "yearly"), "held": ("tight", "spaced", "yearly_scale")}
    DATE = {"tune": ("dots", "dots", "dots_bare", "iso", "dashes"), "held": ("dots", "words", "slashes", "iso")}
    LONG_DATE = {"tune": ("dots", "words", "words_year", "dots"), "held": ("words", "dots", "iso", "words_year")}
    WORDS = {"tune": ("words", "fraction"), "held": ("fraction", "zero")}

    def __init__(self, rng, family, english=False):
        self.money = rng.choice(("en_before", "en_after")) if english else rng.choice(self.MONEY[family])
        self.rate = "en" if english else rng.choice(self.RATE[family])
        self.date = rng.choice(("en", "en_us")) if english else rng.choice(self.DATE[family])
        self.long_date = self.date if english else rng.choice(self.LONG_DATE[family])
        self.words = "en" if english else rng.choice(self.WORDS[family])
        self.account_groups = rng.random() < 0.8
        self.nip_dashes = rng.random() < 0.5
        self.id_space = rng.random() < 0.5
        self.krs_prefix = rng.random() < 0.5


def money_value(cents):
    """Canonical money: `31000.00`."""
    return f"{cents // 100}.{cents % 100:02d}"


def rate_value(hundredths):
    """Canonical rate: `7.62`."""
    return f"{hundredths / 100:.2f}"


def marked(fields, value, text):
    """`text` as HTML carrying the truth: one or more field names and the canonical value."""
    data = html.escape(json.dumps(value, ensure_ascii=False), quote=True)
    return f'<span class="v" data-f="{fields}" data-v="{data}">{html.escape(text)}</span>'


class Facts:
    """Mapping from template keys to HTML for one deal in one style."""

    def __init__(self, deal, style):
        self.deal, self.style, self.keys = deal, style, {}
        self._reference()
        self._lender()
        self._borrowers()
        self._money()
        self._price()
        self._times()
        self._security()
        self._plain()

    def __getitem__(self, key):
        if key not in self.keys:
            raise MissingFact(key)
        return self.keys[key]

    # -- small printers ----------------------------------------------------------------------

    def money(self, fields, cents, key=None, currency=None):
        if cents:
            text = money_text(cents, self.style.money, currency or self.deal.currency)
            self.keys[key or fields] = marked(fields, money_value(cents), text)

    def plain_money(self, cents, currency=None):
        return html.escape(money_text(cents, self.style.money, currency or self.deal.currency))

    def day(self, fields, day, key=None, long=False):
        text = date_text(day, self.style.long_date if long else self.style.date)
        self.keys[key or fields] = marked(fields, day.isoformat(), text)

    def text(self, fields, text, value=None, key=None):
        if text:
            self.keys[key or fields] = marked(fields, text if value is None else value, text)

    def plain(self, key, text):
        self.keys[key] = html.escape(str(text))

    # -- groups ------------------------------------------------------------------------------

    def _reference(self):
        deal = self.deal
        self.text("agreement_number", deal.number)
        self.day("agreement_date", deal.date, long=True)
        self.text("agreement_number original_agreement_number", deal.number, key="ref_number")
        self.text("original_agreement_number", deal.number)
        self.day("original_agreement_date", deal.date, long=True)
        city, locative, _ = deal.place
        self.text("agreement_place", city)
        self.text("agreement_place", locative, value=city, key="agreement_place_loc")
        self.text("application_number", deal.application)
        self.text("client_number", deal.client)
        self.text("branch", deal.lender.branch)

    def _lender(self):
        lender, style = self.deal.lender, self.style
        self.text("lender_name", lender.name)
        self.text("lender_krs", lender.krs)
        nip = identifiers.group(lender.nip, (3, 3, 2, 2), "-") if style.nip_dashes else lender.nip
        self.text("lender_nip", nip, value=lender.nip)
        self.text("lender_address", lender.address.text)
        self.plain("x_lender_city_loc", lender.address.city_loc)
        self.plain("x_lender_short", lender.short)
        self.plain("x_lender_regon", lender.regon)
        self.plain("x_capital", money_text(lender.capital, "nbsp_zl"))
        city = lender.address.city_loc
        court = {"w Warszawie": "Sąd Rejonowy dla m.st. Warszawy w Warszawie"}.get(city, f"Sąd Rejonowy {city}")
        self.plain("x_court", f"{court}, {lender.division} Wydział Gospodarczy Krajowego Rejestru Sądowego")
        self.plain("x_phone", lender.phone)
        self.plain("x_site", lender.site)
        roles = ("Dyrektor Oddziału", "Doradca Klienta") if self.deal.language == "pl" else ("Attorney", "Director")
        for index, (agent, role) in enumerate(zip(lender.agents, roles), 1):
            entry = {"name": agent.name, "role": role}
            for case in ("nom", "gen", "acc"):
                self.text("representatives", agent.forms[case], value=entry, key=f"rep{index}_{case}")
            self.plain(f"x_rep{index}_role", role)
        self.text("broker_name", self.deal.broker)

    def _borrowers(self):
        deal = self.deal
        if deal.company:
            self._company(deal.company)
        for prefix, person in (("borrower", deal.borrower), ("co_borrower", deal.co_borrower),
                               ("surety", deal.surety)):
            if person:
                self._person(prefix, person)
        if deal.borrower and not deal.co_borrower:
            self.keys["x_single"] = ""
        names = [p for p in (deal.borrower, deal.co_borrower) if p]
        if names:
            self.plain("x_they", "Kredytobiorcy" if len(names) > 1 else "Kredytobiorca")

    def _person(self, prefix, person):
        style = self.style
        for case, text in person.forms.items():
            self.text(f"{prefix}_name", text, value=person.name, key=f"{prefix}_{case}")
        self.text(f"{prefix}_pesel", person.pesel)
        self.day(f"{prefix}_birth_date", person.birth)
        card = f"{person.id_card[:3]} {person.id_card[3:]}" if style.id_space else person.id_card
        self.text(f"{prefix}_id_document", card, value=person.id_card)
        self.text(f"{prefix}_address", person.address.text)
        self.plain(f"x_{prefix}_phone", person.phone)
        self.plain(f"x_{prefix}_father", person.father)
        self.plain(f"x_{prefix}_mother", person.mother)
        self.plain(f"x_{prefix}_city_loc", person.address.city_loc)
        gendered = {"pan_nom": ("Pan", "Pani"), "pan_ins": ("Panem", "Panią"), "pan_gen": ("Pana", "Pani"),
                    "pan_acc": ("Pana", "Panią"), "pan_dat": ("Panu", "Pani"),
                    "zam_ins": ("zamieszkałym", "zamieszkałą"), "zam_nom": ("zamieszkały", "zamieszkała"),
                    "leg_ins": ("legitymującym się", "legitymującą się"),
                    "leg_nom": ("legitymujący się", "legitymująca się"), "ur_nom": ("urodzony", "urodzona"),
                    "zwany_ins": ("zwanym", "zwaną"), "podpisany": ("podpisany", "podpisana"),
                    "zobowiazany": ("zobowiązany", "zobowiązana"), "zawarl": ("zawarłem", "zawarłam")}
        for key, (male, female) in gendered.items():
            self.plain(f"x_{prefix}_{key}", female if person.female else male)

    def _company(self, company):
        self.text("borrower_name", company.name, key="borrower_nom")
        self.keys["borrower_company"] = self.keys["borrower_nom"]
        self.text("borrower_address", company.address.text)
        nip = identifiers.group(company.nip, (3, 3, 2, 2), "-") if self.style.nip_dashes else company.nip
        self.text("borrower_nip", nip, value=company.nip)
        self.text("borrower_regon", company.regon)
        self.text("borrower_krs", company.krs)
        self.plain("x_company_city_loc", company.address.city_loc)
        self.plain("x_company_capital", money_text(company.capital, "nbsp_zl"))
        role = {"Prezes Zarządu": "President of the Management Board", "Członek Zarządu": "Member of the Management Board",
                "Wspólnik": "Partner"}[company.role] if self.deal.language == "en" else company.role
        entry = {"name": company.representative.name, "role": role}
        for case in ("nom", "gen", "acc"):
            self.text("representatives", company.representative.forms[case], value=entry, key=f"firm_rep_{case}")
        self.plain("x_firm_rep_role", role)

    def _money(self):
        deal = self.deal
        self.money("credit_amount", deal.amount)
        if deal.kind in ("consumer", "mortgage", "loan"):
            self.money("total_credit_amount", deal.net)
            self.money("total_interest", deal.total_interest)
            self.money("total_cost", deal.total_cost)
            self.money("total_amount_payable", deal.payable)
            self.money("non_interest_costs", deal.non_interest)
            self.money("daily_interest", deal.daily_interest)
            if deal.rate_type != "mixed":
                self.text("rrso", rate_text(deal.rrso, "spaced" if self.style.rate != "tight" else "tight"),
                          value=rate_value(deal.rrso))
        if deal.financed:
            self.money("credit_amount", deal.amount, key="amount_financed")
        self.money("commission financed_commission" if deal.financed else "commission", deal.commission, key="commission")
        if deal.financed:
            self.keys["commission_financed"] = self.keys["commission"]
        elif deal.commission:
            self.keys["commission_paid"] = self.keys["commission"]
        else:
            self.keys["x_no_commission"] = ""
        if deal.commission:
            percent = round(deal.commission * 10_000 / deal.net)
            self.plain("x_commission_percent", rate_text(percent, "tight"))
        self.money("insurance_cost", deal.insurance)
        self.money("other_fees", deal.other_fees)
        self.text("currency", deal.currency)
        words = money_words(deal.amount, deal.currency, self.style.words)
        self.text("amount_in_words", words)
        if deal.amount == deal.net:
            self.keys["net_in_words"] = self.keys["amount_in_words"]
        else:
            self.plain("net_in_words", money_words(deal.net, deal.currency, self.style.words))

    def _price(self):
        deal, style = self.deal, self.style
        self.text("interest_rate", rate_text(deal.rate, style.rate), value=rate_value(deal.rate))
        kinds = {"fixed": ("stała", "stałej", "stałe", "fixed"), "variable": ("zmienna", "zmiennej", "zmienne", "floating"),
                 "mixed": ("okresowo stała", "okresowo stałej", "okresowo stałe", "fixed for five years")}[deal.rate_type]
        for key, word in zip(("type_nom", "type_gen", "type_neu", "type_en"), kinds):
            self.text("interest_type", word, value=deal.rate_type, key=key)
        self.keys[f"x_if_{deal.rate_type}"] = ""
        if deal.reference:
            self.text("reference_rate", deal.reference)
            self.plain("x_index_level", rate_text(deal.reference_level, "tight"))
            self.keys["x_reference_used"] = ""
            unit = "percentage points" if deal.language == "en" else deal.rng.choice(("p.p.", "punktu procentowego", "pp"))
            number = f"{deal.margin / 100:.2f}" if deal.language == "en" else f"{deal.margin / 100:.2f}".replace(".", ",")
            self.text("margin", f"{number}\u00a0{unit}", value=rate_value(deal.margin))
        self.text("overdue_rate", rate_text(deal.overdue, style.rate), value=rate_value(deal.overdue))
        if deal.indexation:
            self.text("indexation_currency", deal.indexation)
            self.keys["x_if_indexed"] = ""
        self.plain("x_max_rate", "dwukrotności odsetek ustawowych")
        self.plain("x_nbp_reference", rate_text(index_level("WIBOR 3M", deal.date) - 18, "tight"))

    def _times(self):
        deal = self.deal
        english = deal.language == "en"
        self.text("term_months", str(deal.months), value=deal.months)
        word = cardinal_en(deal.months) if english else cardinal(deal.months)
        self.plain("x_months_words", word)
        self.plain("x_months", plural(deal.months, "miesiąc", "miesiące", "miesięcy"))
        self.day("start_date", deal.start)
        self.day("disbursement_date", deal.start)
        self.day("final_repayment_date", deal.final_date)
        self.day("first_instalment_date", deal.first_due)
        self.text("instalment_day", str(deal.instalment_day), value=deal.instalment_day)
        if deal.grace:
            self.text("grace_months", str(deal.grace), value=deal.grace)
        bullet = deal.kind == "corporate" and deal.credit_kind != "investment"
        if not bullet:
            self.text("instalment_count", str(deal.months), value=deal.months)
            kind = {"equal": ("równe", "równych", "annuitetowe", "equal"),
                    "decreasing": ("malejące", "malejących", "malejące", "decreasing")}[deal.instalment_kind]
            for key, text in zip(("kind_nom", "kind_gen", "kind_alt", "kind_en"), kind):
                self.text("instalment_kind", text, value=deal.instalment_kind, key=key)
            level = deal.schedule.rows[deal.grace][4]
            self.money("instalment_amount", level)
            self.keys[f"x_if_{deal.instalment_kind}"] = ""
            self.keys["x_last_instalment"] = self.plain_money(deal.schedule.last)
            self.plain("x_count_less_one", deal.months - 1)
        else:
            self.keys["x_if_bullet"] = ""
        for name, account in (("repayment_account", deal.repayment_account),
                              ("disbursement_account", deal.disbursement_account)):
            text = identifiers.group(account, identifiers.NRB_GROUPS, "\u00a0") if self.style.account_groups else account
            self.text(name, text, value=account)
        for index, (amount, day) in enumerate(deal.tranches, 1):
            value = {"amount": money_value(amount), "date": day.isoformat()}
            text = money_text(amount, self.style.money, deal.currency)
            self.text("tranches", text, value=value, key=f"tranche{index}")
            self.plain(f"x_tranche{index}_date", date_text(day, self.style.date))
        self.text("withdrawal_days", "14", value=14)

    def _security(self):
        deal = self.deal
        self.money("mortgage_amount", deal.mortgage_amount, currency=deal.currency)
        if deal.land_register:
            self.text("land_register_number", deal.land_register)
            self.text("property_address", deal.property.text)
        self.text("policy_number", deal.policy)
        wording = {
            "mortgage": ("hipoteka umowna", "contractual mortgage"), "surety": ("poręczenie według prawa cywilnego", "surety"),
            "policy_assignment": ("cesja praw z polisy ubezpieczeniowej", "assignment of insurance policy"),
            "promissory_note": ("weksel własny in blanco wraz z deklaracją wekslową", "blank promissory note"),
            "pledge": ("zastaw rejestrowy na rzeczach ruchomych", "registered pledge over movable assets"),
            "receivables_assignment": ("cesja wierzytelności z umów handlowych", "assignment of receivables"),
            "enforcement_statement": ("oświadczenie o poddaniu się egzekucji", "submission to enforcement")}
        for kind, amount, _ in deal.collateral:
            text = wording[kind][deal.language == "en"]
            value = {"kind": kind, "description": text}
            if amount and kind in ("mortgage", "enforcement_statement", "pledge"):
                value["amount"] = money_value(amount)
                self.keys[f"x_{kind}_amount"] = self.plain_money(amount)
            self.text("collateral", text, value=value, key=f"col_{kind}")
        if not deal.collateral:
            self.keys["x_no_collateral"] = ""

    def _plain(self):
        deal = self.deal
        kinds = {"cash": "kredyt gotówkowy", "instalment": "kredyt ratalny", "consolidation": "kredyt konsolidacyjny",
                 "mortgage": "kredyt hipoteczny", "working_capital": "kredyt obrotowy", "loan": "pożyczka",
                 "overdraft": "kredyt w rachunku bieżącym", "investment": "kredyt inwestycyjny"}
        english = deal.language == "en"
        self.text("credit_kind", "term loan" if english else kinds[deal.credit_kind], value=deal.credit_kind)
        self.text("purpose", deal.purpose)
        self.plain("x_example_amount", "10 000 zł")
        self.keys[f"x_if_{deal.credit_kind}"] = ""
        self.keys[f"x_timing_{deal.timing}"] = ""
