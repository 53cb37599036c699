"""Fictional people, companies, banks and addresses, with the inflected forms Polish text needs."""

import datetime as dt
import random

from . import identifiers

# (nominative, genitive, dative, accusative, instrumental)
_MEN = [tuple(line.split()) for line in """
Jan Jana Janowi Jana Janem
Piotr Piotra Piotrowi Piotra Piotrem
Tomasz Tomasza Tomaszowi Tomasza Tomaszem
Paweł Pawła Pawłowi Pawła Pawłem
Marek Marka Markowi Marka Markiem
Krzysztof Krzysztofa Krzysztofowi Krzysztofa Krzysztofem
Andrzej Andrzeja Andrzejowi Andrzeja Andrzejem
Michał Michała Michałowi Michała Michałem
Łukasz Łukasza Łukaszowi Łukasza Łukaszem
Grzegorz Grzegorza Grzegorzowi Grzegorza Grzegorzem
Wojciech Wojciecha Wojciechowi Wojciecha Wojciechem
Jerzy Jerzego Jerzemu Jerzego Jerzym
Maciej Macieja Maciejowi Macieja Maciejem
Zbigniew Zbigniewa Zbigniewowi Zbigniewa Zbigniewem
Jakub Jakuba Jakubowi Jakuba Jakubem
Karol Karola Karolowi Karola Karolem
Sławomir Sławomira Sławomirowi Sławomira Sławomirem
Dariusz Dariusza Dariuszowi Dariusza Dariuszem
Jacek Jacka Jackowi Jacka Jackiem
Bartłomiej Bartłomieja Bartłomiejowi Bartłomieja Bartłomiejem
""".strip().splitlines()]
_WOMEN = [tuple(line.split()) for line in """
Anna Anny Annie Annę Anną
Maria Marii Marii Marię Marią
Katarzyna Katarzyny Katarzynie Katarzynę Katarzyną
Agnieszka Agnieszki Agnieszce Agnieszkę Agnieszką
Barbara Barbary Barbarze Barbarę Barbarą
Ewa Ewy Ewie Ewę Ewą
Joanna Joanny Joannie Joannę Joanną
Magdalena Magdaleny Magdalenie Magdalenę Magdaleną
Monika Moniki Monice Monikę Moniką
Jolanta Jolanty Jolancie Jolantę Jolantą
Zofia Zofii Zofii Zofię Zofią
Grażyna Grażyny Grażynie Grażynę Grażyną
Alicja Alicji Alicji Alicję Alicją
Małgorzata Małgorzaty Małgorzacie Małgorzatę Małgorzatą
Natalia Natalii Natalii Natalię Natalią
Halina Haliny Halinie Halinę Haliną
Justyna Justyny Justynie Justynę Justyną
Weronika Weroniki Weronice Weronikę Weroniką
Beata Beaty Beacie Beatę Beatą
Urszula Urszuli Urszuli Urszulę Urszulą
""".strip().splitlines()]
# Adjectival surnames without -ki/-ka; the endings follow the case.
_ADJECTIVES = ("Kowals Wiśniews Kamińs Lewandows Zielińs Szymańs Dąbrows Kozłows Jankows Mazurs Wojciechows "
               "Kwiatkows Piotrows Grabows Pawłows Michals Nowic Jabłońs Majews Olszews Jawors Malinows "
               "Stępnic Rutkows Górec Sikors Ostrows Baranows Włodarc Żurawińs Świderc Łapińs").split()
# Noun surnames, masculine forms (women keep the nominative unless it ends in -a).
_NOUNS = [tuple(line.split()) for line in """
Nowak Nowaka Nowakowi Nowaka Nowakiem
Wójcik Wójcika Wójcikowi Wójcika Wójcikiem
Kowalczyk Kowalczyka Kowalczykowi Kowalczyka Kowalczykiem
Woźniak Woźniaka Woźniakowi Woźniaka Woźniakiem
Mazur Mazura Mazurowi Mazura Mazurem
Kaczmarek Kaczmarka Kaczmarkowi Kaczmarka Kaczmarkiem
Król Króla Królowi Króla Królem
Wróbel Wróbla Wróblowi Wróbla Wróblem
Dudek Dudka Dudkowi Dudka Dudkiem
Adamczyk Adamczyka Adamczykowi Adamczyka Adamczykiem
Stępień Stępnia Stępniowi Stępnia Stępniem
Pająk Pająka Pająkowi Pająka Pająkiem
Gołąb Gołębia Gołębiowi Gołębia Gołębiem
Kurek Kurka Kurkowi Kurka Kurkiem
Szewczyk Szewczyka Szewczykowi Szewczyka Szewczykiem
Zaręba Zaręby Zarębie Zarębę Zarębą
Sowa Sowy Sowie Sowę Sową
Wilk Wilka Wilkowi Wilka Wilkiem
Cieślak Cieślaka Cieślakowi Cieślaka Cieślakiem
Błaszczyk Błaszczyka Błaszczykowi Błaszczyka Błaszczykiem
""".strip().splitlines()]

CITIES = [  # (nominative, locative after "w/we", postal prefix, court)
    ("Warszawa", "w Warszawie", "02"), ("Kraków", "w Krakowie", "31"), ("Gdańsk", "w Gdańsku", "80"),
    ("Poznań", "w Poznaniu", "61"), ("Wrocław", "we Wrocławiu", "53"), ("Łódź", "w Łodzi", "90"),
    ("Katowice", "w Katowicach", "40"), ("Lublin", "w Lublinie", "20"), ("Białystok", "w Białymstoku", "15"),
    ("Szczecin", "w Szczecinie", "70"), ("Bydgoszcz", "w Bydgoszczy", "85"), ("Rzeszów", "w Rzeszowie", "35"),
    ("Olsztyn", "w Olsztynie", "10"), ("Kielce", "w Kielcach", "25"), ("Toruń", "w Toruniu", "87"),
    ("Opole", "w Opolu", "45"), ("Zamość", "w Zamościu", "22"), ("Gliwice", "w Gliwicach", "44"),
    ("Radom", "w Radomiu", "26"), ("Tarnów", "w Tarnowie", "33"), ("Sopot", "w Sopocie", "81"),
    ("Piaseczno", "w Piasecznie", "05"), ("Mława", "w Mławie", "06"), ("Żory", "w Żorach", "44"),
]
STREETS = [s.strip() for s in """Lipowa, Kwiatowa, Polna, Słoneczna, Ogrodowa, Mickiewicza, Słowackiego,
Konopnickiej, Sienkiewicza, Kościuszki, Wojska Polskiego, Jana Pawła II, Armii Krajowej, 3 Maja, Długa,
Krótka, Leśna, Brzozowa, Żeromskiego, Piłsudskiego, Grunwaldzka, Jagiellońska, Spółdzielcza, Źródlana,
Dębowa, Władysława Reymonta, Łąkowa, Świętojańska""".replace("\n", " ").split(",")]

CASES = ("nom", "gen", "dat", "acc", "ins")
_ADJ_M = ("ki", "kiego", "kiemu", "kiego", "kim")
_ADJ_F = ("ka", "kiej", "kiej", "ką", "ką")


class Address:
    """Street, house and flat, postal code and town."""

    def __init__(self, rng, city=None):
        self.city, self.city_loc, prefix = city or rng.choice(CITIES)
        self.street = f"ul. {rng.choice(STREETS)}"
        self.house = f"{rng.randrange(1, 120)}" + rng.choice(("", "", "A", "B"))
        self.flat = f"{rng.randrange(1, 90)}" if rng.random() < 0.6 else ""
        self.postal = f"{prefix}-{rng.randrange(10, 990):03d}"

    @property
    def street_line(self):
        return f"{self.street} {self.house}" + (f"/{self.flat}" if self.flat else "")

    @property
    def text(self):
        return f"{self.street_line}, {self.postal} {self.city}"


class Person:
    """A person with name cases, PESEL, birth date, identity card and address."""

    def __init__(self, rng, when, female=None, surname_from=None, address=None):
        self.female = rng.random() < 0.5 if female is None else female
        age = rng.randrange(23, 66)
        self.birth = dt.date(when.year - age, rng.randrange(1, 13), rng.randrange(1, 29))
        self.pesel = identifiers.pesel(rng, self.birth, self.female)
        self.id_card = identifiers.id_card(rng)
        self.address = address or Address(rng)
        first = rng.choice(_WOMEN if self.female else _MEN)
        self._adjective, self._root = surname_from or self._surname(rng)
        last = self._decline()
        if surname_from is None and self.female and rng.random() < 0.12:
            other = rng.choice(_ADJECTIVES)
            last = tuple(f"{a}-{other}{e}" for a, e in zip(last, _ADJ_F))
        self.forms = {case: f"{f} {l}" for case, f, l in zip(CASES, first, last)}
        self.phone = f"{rng.randrange(500, 899)} {rng.randrange(100, 999)} {rng.randrange(100, 999)}"
        self.father = rng.choice(_MEN)[0]
        self.mother = rng.choice(_WOMEN)[0]

    @staticmethod
    def _surname(rng):
        adjective = rng.random() < 0.6
        return adjective, rng.choice(_ADJECTIVES if adjective else _NOUNS)

    def _decline(self):
        if self._adjective:
            return tuple(self._root + e for e in (_ADJ_F if self.female else _ADJ_M))
        if self.female and not self._root[0].endswith("a"):
            return (self._root[0],) * 5
        return self._root

    @property
    def family(self):
        """What a spouse's surname is made from."""
        return self._adjective, self._root

    @property
    def name(self):
        return self.forms["nom"]


_FIRMS = [("Stalmex", "sp. z o.o."), ("Zakład Stolarski Dąbrówka", "sp. z o.o."), ("Agro-Wisła", "S.A."),
          ("Transport Kujawy", "sp. z o.o. sp.k."), ("Piekarnia Złoty Kłos", "sp. z o.o."),
          ("Budomix Inwestycje", "sp. z o.o."), ("Elektro-Hurt", "sp. j."), ("Wytwórnia Mebli Sosna", "S.A."),
          ("MedLab Diagnostyka", "sp. z o.o."), ("Sady Grójeckie", "sp. z o.o."), ("Polplast", "sp. z o.o."),
          ("Drukarnia Świt", "sp. z o.o."), ("Chłodnie Pomorskie", "S.A."), ("Tartak Bory", "sp. z o.o."),
          ("Logis Trans", "sp. z o.o."), ("Hydrotech Instalacje", "sp. z o.o.")]


class Company:
    """A company borrower with register numbers and a person who signs for it."""

    def __init__(self, rng, when):
        name, form = rng.choice(_FIRMS)
        self.form = form
        quote = rng.random()
        self.name = f"„{name}” {form}" if quote < 0.3 else f"{name} {form}"
        self.address = Address(rng)
        self.address.flat = ""
        self.nip, self.regon, self.krs = identifiers.nip(rng), identifiers.regon(rng), identifiers.krs(rng)
        if rng.random() < 0.1:
            self.regon = identifiers.regon14(rng, self.regon)
        self.representative = Person(rng, when)
        self.role = "Wspólnik" if "j." in form else ("Prezes Zarządu" if rng.random() < 0.7 else "Członek Zarządu")
        self.capital = rng.randrange(5, 900) * 1_000_00


_BANKS = {
    "tune": [("Bank Nadwiślański Spółka Akcyjna", "Bank Nadwiślański S.A.", "Warszawa"),
             ("Bałtycki Bank Kredytowy S.A.", "BBK", "Gdańsk"),
             ("Bank Spółdzielczy w Zalesiu Dolnym", "BS Zalesie", "Piaseczno"),
             ("Wielkopolski Bank Gospodarczy S.A.", "WBG", "Poznań")],
    "held": [("Małopolska Kasa Bankowa S.A.", "MKB", "Kraków"),
             ("Spółdzielczy Bank Rzemiosła w Mławie", "SBR", "Mława"),
             ("Pierwszy Bank Śląsko-Opolski Spółka Akcyjna", "PBŚO", "Opole")],
}
_LENDERS = {
    "tune": [("Szybka Złotówka Finanse sp. z o.o.", "Szybka Złotówka", "Łódź"),
             ("Fundusz Pożyczkowy Mazowsza S.A.", "FPM", "Radom")],
    "held": [("Kredyt Domowy Polska sp. z o.o.", "Kredyt Domowy", "Szczecin"),
             ("Towarzystwo Pożyczkowe Warta S.A.", "TP Warta", "Toruń")],
}


class Lender:
    """A bank or loan company of one family; register data depend on its name only."""

    def __init__(self, rng, when, family, bank=True):
        self.name, self.short, city = rng.choice((_BANKS if bank else _LENDERS)[family])
        own = random.Random(f"lender {self.name}")
        place = next(c for c in CITIES if c[0] == city)
        self.address = Address(own, place)
        self.address.flat = ""
        self.krs, self.nip, self.regon = identifiers.krs(own), identifiers.nip(own), identifiers.regon(own)
        self.capital = own.randrange(40_000, 900_000) * 1_000_00 if bank else own.randrange(200, 9_000) * 1_000_00
        self.code = identifiers.bank_code(own)
        self.phone = f"22 {own.randrange(200, 899)} {own.randrange(10, 99)} {own.randrange(10, 99)}"
        self.site = "www." + self.short.lower().split()[0].translate(
            str.maketrans("ąćęłńóśźż", "acelnoszz")) + ".example"
        self.colour = own.choice(("#0b3d66", "#7a1020", "#14532d", "#3b2f63", "#8a4b00"))
        self.division = own.choice(("XII", "XIII", "VIII", "XI"))
        self.agents = [Person(rng, when) for _ in range(2)]
        self.branch_city = rng.choice(CITIES)
        self.branch = f"Oddział {rng.randrange(1, 9)} {self.branch_city[1]}"
