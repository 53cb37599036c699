# Słowa biurka po polsku. Nazwy są te same co w en.ftl; test pilnuje, żeby nic nie brakowało.


# Ways and frame
skip = Przejdź do treści
nav = Działy
way-search = Szukanie
way-review = Sprawdzanie
way-stations = Stanowiska
way-records = Archiwum
way-overview = Przegląd
way-people = Osoby
way-audit = Dziennik
sign-in = Zaloguj się
sign-in-lead = Kartoteka umów kredytowych. Odczyt każdego dokumentu jest zapisywany.
sign-out = Wyloguj
look-light = Jasny
look-dark = Ciemny
look-auto = Jak system
name = Nazwa użytkownika
name-hint = 2 do 64 znaków: a–z, 0–9, kropka, łącznik
password = Hasło
code = Kod drugiego składnika
code-hint = Sześć cyfr, jeśli masz drugi składnik
problem = Nie udało się
problem-remedy = Co zrobić: { $x }.
problem-home = Do strony głównej
problem-status = Odpowiedź { $x }
pager = Strony listy
previous = Poprzednie
next = Następne
show = Pokaż
when = Kiedy
state = Stan
date = Data
basis = Podstawa
class = Klasa
change = Zmiana
role = Rola
roles = Role
until = Do dnia
about = O dokumencie
tools = Narzędzia strony

# One's own page
me = Moje konto
me-branch = oddział { $x }
password-change = Zmień hasło
password-current = Obecne hasło
password-new = Nowe hasło
password-again = Nowe hasło jeszcze raz
password-hint = Co najmniej 12 znaków; zdanie jest lepsze niż znaki specjalne
password-must = Hasło nadał Ci ktoś inny: najpierw wybierz własne.
password-differs = Nowe hasło wpisano dwa razy inaczej.
factor = Drugi składnik
factor-on = Drugi składnik jest włączony.
factor-off = Drugi składnik nie jest włączony: aplikacja w telefonie pokazuje kod, o który pytamy przy logowaniu.
factor-key = Wpisz ten klucz do aplikacji, a potem kod, który ona pokaże.
factor-begin = Nadaj nowy klucz
factor-confirm = Włącz drugi składnik

# Searching
search-title = { $x } – szukanie
search-label = Czego szukasz
search-placeholder = nazwisko, numer, kwota, cokolwiek pamiętasz
search-do = Szukaj
search-filters = Zawężenia
search-filter-off = Usuń zawężenie
search-how = Tak można pytać
search-typed = Wpisane
search-finds = Znajduje
search-how-words = oba słowa, w każdej odmianie, z polskimi znakami albo bez
search-how-phrase = słowa obok siebie
search-how-amount = kwota kredytu w przedziale; też kwota:>1mln
search-how-date = data umowy; też data:2021
search-how-filter = tylko taki rodzaj i oddział
search-how-logic = bez słowa; jedno albo drugie; początek słowa
search-kept = Zapamiętane szukania
search-forget = Zapomnij szukanie „{ $x }”
search-latest = Ostatnio przyjęte
search-empty = Nie ma jeszcze żadnego dokumentu.
search-empty-how = Włóż skan do folderu stanowiska albo przekaż plik na stronie Stanowiska; po odczytaniu pojawi się tutaj.
search-narrow = Zawęź
search-keep = Zapamiętaj
search-keep-name = Nazwa
search-keep-do = Zapamiętaj to szukanie
search-results = Znalezione
search-meant = Czy chodziło o:
search-relaxed = Żaden dokument nie ma wszystkich słów; pokazano te, które mają ich najwięcej.
search-widened = Znaleziono niewiele, więc szukano też słów podobnych; stoją za trafieniami dokładnymi.
search-nothing = Nic nie znaleziono.
search-nothing-how = Spróbuj mniej słów, innej odmiany nie trzeba. Usuń zawężenia. Dokumentów spoza Twoich oddziałów nie widać.
search-pages = Strony:
search-select = Zaznacz: { $x }
search-with-selected = Z zaznaczonymi:
search-csv = Zapisz jako CSV
sort = Kolejność:
sort-relevance = najlepsze
sort-newest = ostatnie
sort-date = data umowy
sort-amount = kwota
facet-type = Rodzaj
facet-year = Rok umowy
facet-branch = Oddział
facet-station = Stanowisko
facet-state = Stan
facet-class = Klasa akt
found-range = pokazano { $x }–{ $y }
number = nr { $x }
branch-is = oddział { $x }
client-is = klient { $x }

# A document
document = Dokument
documents = Dokumenty
document-title = { $x } nr { $y }
document-id = Identyfikator
document-kind = Rodzaj dokumentu
to-review = do sprawdzenia
back-to-results = Wyniki
hit-earlier = ← poprzedni wynik
hit-later = następny wynik →
held-by = wstrzymanie: { $x }
received-from = przyjęto { $x }, stanowisko { $y }
review-do = Sprawdź
original = Oryginał
original-about = Oryginał
original-name = Plik
original-kind = Postać
print = Drukuj
pages = Strony
page-view = Skan strony
page-of = strona { $x } z { $y }
page-previous = ← Poprzednia
page-next = Następna →
page-blank = pusta
page-text = Tekst strony, jak go odczytano
page-not-seen = Tej strony nie da się pokazać; oryginał jest zachowany.
zoom-fit = Cała
zoom-width = Szerokość
zoom-close = Z bliska
turn = Obróć
mark-hit = trafienie
fields = Pola
fields-none = Nie odczytano żadnego pola.
field-show = s. { $y }, pokaż na skanie: { $x }
unsure = niepewne
repaired = naprawione
by-person = ustalone przez osobę
value-present = jest w dokumencie
why = Dlaczego?
why-written = na stronie: „{ $x }”
why-announced = zapowiedziane słowami „{ $x }”
why-sure = pewność { $x }
why-proven = potwierdzają to inne liczby dokumentu
correct-to = Popraw na
correct-why = Uzasadnienie
correct-do = Popraw
findings = Ustalenia kontroli
findings-none = Brak zastrzeżeń.
items-met = Elementy wymagane ustawą: { $x } z { $y }
items-no-advice = To pomoc dla sprawdzającego, nie porada prawna.
retention = Przechowywanie
retention-this = Ten dokument
retention-no-class = Terminarz nie ma klasy „{ $x }”.
paper = Papier
paper-in-box = Papier leży w pudle { $x }.
paper-box = pudło { $x }
paper-required = Papierowy oryginał musi pozostać.
paper-needed = oryginał konieczny
file-join = Dołącz do teczki
neighbours = W tej samej teczce
rescan = Ponowny skan
rescan-why = Dlaczego
rescan-do = Poproś stanowisko
notes = Notatki
note-new = Nowa notatka
note-do = Zapisz notatkę
history = Historia

# Print from the archive
print-title = Wydruk z archiwum
print-how = Strony pójdą na drukarkę po jednej na arkusz, z sumą kontrolną oryginału w stopce.
print-sha256 = SHA-256 oryginału
print-received = Przyjęto
print-by = Wydrukował(a)
print-clause = Stwierdzam zgodność wydruku z odwzorowaniem cyfrowym.
print-place = Miejscowość, data
print-signature = Podpis

# Reviewing
review-waiting = czeka na sprawdzenie
review-today = sprawdzone dziś przez Ciebie
review-corrected = poprawione pola z obejrzanych
review-each = na dokument
review-keys = naciśnięć na dokument
review-empty = Nic nie czeka na sprawdzenie.
review-empty-how = Trafiają tu dokumenty z niepewnymi polami albo zastrzeżeniami kontroli.
review-begin = Zacznij sprawdzanie
review-how = Najstarsze pierwsze; jeden dokument ma przed sobą zawsze tylko jedna osoba, przez 15 minut.
review-two = Od kwoty { $x } potwierdzają dwie osoby.
review-of = Sprawdzanie: { $x }
review-kind-sure = pewność rodzaju { $x }
whole-document = Cały dokument
review-needs-two = dwie osoby
review-first-by = pierwsza osoba: { $x }
review-other = Ten dokument ma właśnie przed sobą { $x }.
review-next = Następny dokument
review-draw = Przeciągnij prostokąt na skanie, aby odczytać to miejsce ponownie do bieżącego pola.
review-no-items = Żadne pole nie jest niepewne: obejrzyj dokument i zastrzeżenia, potem zatwierdź albo odrzuć.
review-missing = Nie znaleziono; wpisz, jeśli jest w dokumencie, a jeśli nie ma, zostaw puste.
review-absent = nie ma tego w dokumencie
review-add = Dodaj pole, którego nie znaleziono
review-add-field = Pole
review-confirm = Zatwierdź
review-save = Zapisz
review-why = Uwaga albo powód
review-why-reject = Odrzucenie wymaga powodu: wpisz go w polu „Uwaga albo powód”.
review-postpone = Odłóż do jutra
review-reject = Odrzuć
review-keys-how = Enter: dobrze, następne pole. Tab: bez zatwierdzania. Ctrl+Enter: zatwierdź cały dokument.
wanted-amount = Kwota, np. 31 000,00.
wanted-decimal = Liczba, np. 7,62.
wanted-day = Data, np. 16.04.2025.
wanted-number = Liczba całkowita.
wanted-identifier = Cyfry i litery bez odstępów.
wanted-choice = Jedna z możliwości.
wanted-text = Tekst w jednej linii.

# Credit files
credit-file = Teczka kredytowa
credit-file-of = Teczka { $x }
file-holds = dokumentów: { $x }, stron: { $y }
file-empty = W teczce nie ma dokumentów, które możesz zobaczyć.
file-papers = Dokumenty teczki
file-reading = Wszystkie strony
file-events = Zdarzenia
file-events-none = Nie odnotowano żadnego zdarzenia: terminy jeszcze nie biegną.
file-event = Zdarzenie
file-event-new = Odnotuj zdarzenie
file-event-do = Odnotuj
file-source = Źródło
file-evidence = Dowód (numer księgowania)
file-stated-by = Odnotował(a)
file-reversed = odwołane
file-unconfirmed = czeka na drugą osobę
event-settled = ostateczna spłata
event-terminated = wypowiedzenie umowy
event-assigned = przelew wierzytelności
event-relationship_ended = koniec relacji z klientem
event-declined = odmowa albo wycofanie wniosku
event-court_final = prawomocność orzeczenia
event-mortgage_released = wykreślenie hipoteki
event-security_released = zwolnienie zabezpieczenia
event-bill_returned = zwrot weksla
event-matter_closed = zamknięcie sprawy
event-claim_expected = realne roszczenie

# Stations
station = Stanowisko
branch = Oddział
box = Pudło
stations-day = Bilans dnia { $x } (UTC)
stations-empty = Nie ma jeszcze żadnego stanowiska.
stations-empty-how = Stanowisko to folder w „inbox”: załóż go i włóż pierwszy skan.
station-waits = Węzeł { $x } nie przyjmuje plików: { $y }
station-unfinished = Węzeł { $x } widzi pliki, które się nie kończą: { $y }
station-of = Stanowisko { $x }
station-folder = Folder:
station-days = Ostatnie dni
station-quiet = W ostatnich dwóch tygodniach nic stąd nie przyszło.
station-quiet-how = Skaner zapisuje pliki do { $x }.
files-in = Pliki
files-done = Gotowe
files-waiting = W toku
files-parked = Odstawione
files-repeats = Powtórki
pages-read = Odczytane
pages-blank = Puste
pages-separator = Przekładki
pages-failed = Nieczytelne
adds-up = Bilans
adds-up-yes = zgadza się
nothing-today = dziś nic
parked = Odstawione
parked-none = Nic nie jest odstawione.
parked-retry = Spróbuj ponownie
parked-skip = Pomiń na stałe
parked-skip-why = Powód pominięcia
separators = Przekładki do druku
separators-how = Przekładka leży przed pierwszą stroną każdego dokumentu. Drukuj czarno na białym w 100 %.
separators-copies = Ile arkuszy
separators-do = Otwórz PDF
submissions = Przekazane pliki
submissions-empty = Nie przekazano jeszcze żadnego pliku.
file-name = Plik
repeat = powtórka
hand-in = Przekaż pliki
hand-in-how = Upuść tutaj pliki PDF, TIFF, JPEG albo PNG; potwierdzenie przychodzi, gdy oryginał jest zapisany i sprawdzony.
hand-in-choose = Wybierz pliki
hand-in-script = Bez skryptu użyj folderu stanowiska.

# Records
holds = Wstrzymania
holds-none = Nie ma żadnego wstrzymania.
holds-none-how = Wstrzymanie zabrania brakowania dokumentów sprawy, dopóki się go nie zwolni.
hold-place = Wstrzymaj brakowanie
hold-means = Dokumenty objęte wstrzymaniem nie zostaną zniszczone, dopóki ktoś go nie zwolni; blokadę dostaje też magazyn.
hold-matter = Sprawa
hold-authority = Kto zarządził
hold-placed = Od kiedy
hold-review = Zapytać ponownie
hold-confidential = Poufne: sprawę widzą tylko wskazane role
hold-on = Dokumenty
hold-on-how = Identyfikatory, oddzielone odstępem; wygodniej zaznaczyć w wynikach szukania
hold-release = Zwolnij
hold-release-means = Po zwolnieniu dokumenty mogą zostać wybrakowane, gdy minie ich termin, o ile nie obejmuje ich inne wstrzymanie.
hold-why = Powód
disposals = Spisy do brakowania
disposals-none = Nie ma żadnego spisu.
disposal = Spis
disposal-title = Nazwa spisu
disposal-prepare = Przygotuj spis
disposal-prepared = przygotowano { $x }, { $y }
disposal-how = Nic nie jest niszczone tutaj. Najpierw opinie, potem zgoda dwóch innych osób niż przygotowująca, potem osobne polecenie na maszynie, które sprawdza każdy dokument jeszcze raz.
disposal-acts = Opinie i zgody
disposal-acts-none = Nikt się jeszcze nie wypowiedział.
disposal-awaited = Czeka na opinie:
disposal-opinion = Wydaj opinię
disposal-approval = Zgoda na brakowanie
disposal-approval-means = Po dwóch zgodach dokumenty mogą zostać nieodwracalnie usunięte.
disposal-words = Uwagi
disposal-abandon = Zaniechaj spisu
disposal-abandon-means = Dokumenty zostają; spis jest zamknięty.
disposal-items = Dokumenty spisu
due-look = Policz, co jest do brakowania
due-look-how = Przegląda wszystkie dokumenty; może to chwilę potrwać.
due-until = Termin minął
act-opinion = opinia
act-approval = zgoda
verdict-for = za
verdict-against = przeciw
verdict-confirmed = zatwierdzono
verdict-rejected = odrzucono
fixity = Sprawdzanie magazynu
fixity-objects = obiektów
fixity-never = jeszcze nie czytane ponownie
fixity-troubled = wymagają wyjaśnienia
fixity-oldest = najdawniej czytany
fixity-how = Polecenie „kartoteka verify” czyta obiekty ponownie i porównuje sumy, blokady i wstrzymania.

# Overview
through = bez udziału człowieka
period = Okres
chart-pages = Odczytane strony dziennie
chart-files = Przyjęte pliki dziennie
chart-reviewed = Sprawdzone dokumenty
chart-about = { $x }, najwięcej { $y }
chart-table = Te same liczby w tabeli
corrected-of = Poprawione / obejrzane pola
stages = Praca według etapów
stages-none = Nic nie jest w toku.
stage = Etap
delayed = Opóźnione
in-work = W pracy
parked-by-reason = Odstawione według powodu
accuracy = Trafność odczytu
accuracy-how = Liczona z pól, które były niepewne i które obejrzała osoba.
accuracy-none = Nikt jeszcze niczego nie sprawdził w tym okresie.
accuracy-by-kind = Według rodzaju
accuracy-by-person = Według osoby
corrected = Poprawione
right-as-read = Dobre, jak odczytano
nodes = Węzły
node = Węzeł
node-roles = Zadania
node-behind = Indeks w tyle
node-version = Wersja
node-running = pracuje
node-draining = kończy
node-stopped = zatrzymany
node-lost = zaginął

# People and the log
people = Osoby
person = Osoba
full-name = Imię i nazwisko
limits = Ograniczenia
limits-none = wszystkie dokumenty
person-active = aktywna
person-disabled = wyłączona
person-must-change = musi zmienić hasło
person-new = Dodaj albo zmień osobę
person-put = Zapisz
person-reset = Nowe hasło
person-reset-of = Nowe hasło: { $x }
person-disable = Wyłącz
person-disable-of = Wyłącz: { $x }
person-enable = Włącz
person-enable-of = Włącz: { $x }
password-once = Jednorazowe hasło dla { $x }:
token-once = Token „{ $x }”:
secret-once = Pokazane tylko raz: przekaż je teraz.
branches = Oddziały
branches-hint = po przecinku; puste: wszystkie
kinds = Rodzaje dokumentów
kinds-hint = po przecinku, np. annex; puste: wszystkie
until-hint = Audytor musi mieć datę końcową
tokens = Tokeny maszyn
tokens-none = Nie ma żadnego tokenu.
token-new = Nowy token
token-title = Do czego służy
token-person = Odpowiada za niego
token-days = Ważny dni
token-make = Utwórz token
token-until = do { $x }
token-revoke = Unieważnij
token-revoke-of = Unieważnij token „{ $x }”
role-station = stanowisko
role-archivist = archiwista
role-reviewer = sprawdzający
role-compliance = zgodność
role-records_manager = zarządca akt
role-auditor = audytor
role-administrator = administrator
role-data_protection = ochrona danych
role-approver = zatwierdzający
role-expert = rzeczoznawca
audit-how = Każda zmiana i każdy odczyt dokumentu; ostatni numer: { $x }. Dowód, że niczego nie zmieniono: „kartoteka audit verify”.
audit-subject = Identyfikator dokumentu
audit-all = Cały dziennik
audit-number = Nr
audit-actor = Kto
audit-action = Co
audit-of = Czego dotyczy
audit-detail = Szczegóły
audit-earlier = Wcześniejsze

# What was just done
said-password = Hasło zmienione; inne sesje są zakończone.
said-factor = Drugi składnik jest włączony.
said-search-kept = Szukanie zapamiętane.
said-search-forgotten = Szukanie zapomniane.
said-nothing-selected = Nic nie zaznaczono.
said-note = Notatka zapisana.
said-rescan = Stanowisko zostało poproszone o ponowny skan.
said-corrected = Pole poprawione; nowa wersja zapisana.
said-saved = Zapisano; dokument nadal czeka na zatwierdzenie.
said-confirmed = Dokument zatwierdzony.
said-second-needed = Zatwierdzone przez pierwszą osobę; potrzebna jest druga.
said-rejected = Dokument odrzucony.
said-postponed = Odłożone do jutra.
said-nothing-waits = Nic nie czeka na sprawdzenie.
said-joined = Dokument jest w teczce.
said-class = Klasa potwierdzona.
said-event = Zdarzenie odnotowane.
said-retry = Praca podjęta na nowo.
said-skip = Praca pominięta.
said-held = Brakowanie wstrzymane.
said-released = Wstrzymanie zwolnione.
said-prepared = Spis przygotowany.
said-opinion = Opinia zapisana.
said-approval = Decyzja zapisana.
said-abandoned = Spis zaniechany.
said-person = Zapisano.
said-revoked = Token unieważniony.

# Words of the program's own
state-waiting = w toku
state-parked = odstawione
state-done = gotowe
state-to_review = do sprawdzenia
state-accepted = przyjęte
state-prepared = przygotowany
state-approved = zatwierdzony
state-collected = wykonany
state-abandoned = zaniechany
state-planned = w spisie
state-collecting = w trakcie
state-disposed = usunięty
state-kept = pozostaje
stage-receive = przyjęcie
stage-recognise = odczyt
stage-separate = podział
stage-extract = zrozumienie
stage-archive = archiwizacja
stage-index = indeksowanie
stage-follow_up = blokady
severity-info = informacja
severity-warning = uwaga
severity-error = błąd
reason-empty = pusty plik
reason-truncated = plik ucięty
reason-encrypted = zaszyfrowany
reason-not_a_document = to nie dokument
reason-unsupported = nieobsługiwany
reason-damaged = uszkodzony
reason-no_pages = bez stron
reason-limit = przekroczony limit
reason-nothing_readable = nic nie da się odczytać
reason-worker_lost = proces padł
reason-unreachable = nieosiągalny
quality-low_resolution = za mała rozdzielczość
quality-low_contrast = mały kontrast
quality-noise = szum
quality-skew = przekrzywiona
quality-cut_edge = ucięta krawędź
quality-folded = zagięta
quality-double_fed = podwójnie pobrana
quality-show_through = prześwituje
quality-blur = nieostra
quality-ink_without_words = zapis bez słów
quality-ink_over_text = zapis na tekście
quality-low_confidence = niepewny odczyt
quality-deadline = zabrakło czasu
quality-hidden_text_differs = ukryty tekst jest inny
rule-after = wartość stoi za zapowiedzią w tekście
rule-beside = wartość stoi w komórce obok zapowiedzi
rule-below = wartość stoi pod zapowiedzią
rule-label_words = słowa etykiety obok, w nieznanym brzmieniu
rule-weak_label = słowa przed nią mogą znaczyć też co innego
rule-under_title = numer sam w komórce pod tytułem
rule-added = to, co dodaje się do stopy referencyjnej
rule-before = wartość stoi przed słowami, które ją nazywają
rule-choice = przy zapowiedzi nazwano jedną ze znanych możliwości
rule-clause = postanowienie jest w dokumencie
rule-unit = jednostka mówi, co liczy
rule-named_after = nazywają ją słowa tuż za nią
rule-period = oba końce okresu wskazują na siebie
rule-head_of_page = data w nagłówku pierwszej strony
rule-agreement_referred_to = dzień umowy, do której pismo się odnosi
rule-proved_by_figures = nic jej nie zapowiada; dowodzą jej inne liczby dokumentu
rule-party = znaleziona przy nazwie strony, według jej roli
rule-schedule_row = odczytana z wierszy harmonogramu
rule-security = nazwana w części o zabezpieczeniach
rule-amount_in_words = słowa, które zapisują kwotę
rule-town_beside_date = miejscowość obok daty
rule-person = ustaliła osoba
rule-only_currency = jedyna waluta dokumentu
rule-letterhead = z nagłówka pisma
rule-signature_place = miejsce podpisu
rule-shared = wspólna dla stron
rule-joined = złączona z dwóch części
rule-fixed_then_variable = stała, potem zmienna
rule-statutory_items = elementy wymagane ustawą
rule-parts_of_cost = składniki kosztu
rule-amount_plus_cost = kwota + koszt = do zapłaty
rule-words_digits = słowa a cyfry
rule-check_digits = cyfry kontrolne
rule-birth_date_pesel = data urodzenia a PESEL
rule-term_dates = daty a okres
rule-rrso_recomputed = RRSO przeliczona
rule-required_fields = wymagane pola
rule-overdue_maximum = maksymalne odsetki za opóźnienie
rule-interest_maximum = odsetki maksymalne
rule-non_interest_limit = limit kosztów pozaodsetkowych
rule-margin_below_rate = stopa = wskaźnik + marża
rule-instalments_payable = liczba × rata
rule-instalments_in_order = kolejność rat
rule-date_not_after_scan = data nie po skanie
rule-given_type_differs = przekładka mówi o innym rodzaju
rule-given_value_differs = przekładka mówi co innego
rule-confirmed_type_differs = potwierdzono inny rodzaj
rule-confirmed_value_differs = potwierdzono inną wartość
rule-missing_pages = brakujące strony
rule-scanned_before = ten papier już skanowano
rule-separator_unclear = przekładka nieczytelna
rule-sidecar_unreadable = nieczytelny plik opisu
rule-unexpected_type = niespodziewany rodzaj
rule-no_own_file = brak własnego pliku
rule-not_understood = nie zrozumiano
action-received = przyjęto
action-recognise = odczytano
action-separate = podzielono
action-extract = zrozumiano
action-understood = zrozumiano
action-archive = zarchiwizowano
action-read = odczyt
action-searched = szukanie
action-listed = lista
action-corrected = poprawiono
action-reviewed = zatwierdzono
action-reviewed-first-of-two = zatwierdziła pierwsza z dwóch osób
action-rejected = odrzucono
action-review-postponed = odłożono
action-note-written = notatka
action-joined = dołączono do teczki
action-class-confirmed = potwierdzono klasę
action-hold-placed = wstrzymano
action-hold-released = zwolniono wstrzymanie
action-rescan-asked-for = prośba o ponowny skan
action-retried = podjęto na nowo
action-skipped = pominięto
action-signed-in = zalogowano
action-signed-out = wylogowano
action-token-made = utworzono token
action-token-revoked = unieważniono token
action-user-added = dodano osobę
action-user-changed = zmieniono osobę
action-disposal-prepared = przygotowano spis
action-disposed-of = wybrakowano
action-exported = wydano
action-export-asked = zażądano wydania
option-cash = gotówkowy
option-instalment = ratalny
option-consolidation = konsolidacyjny
option-mortgage = hipoteka / hipoteczny
option-working_capital = obrotowy
option-overdraft = w rachunku
option-investment = inwestycyjny
option-loan = pożyczka
option-fixed = stałe
option-variable = zmienne
option-mixed = mieszane
option-equal = równe
option-decreasing = malejące
option-surety = poręczenie
option-guarantee = gwarancja
option-policy_assignment = cesja polisy
option-promissory_note = weksel
option-pledge = zastaw
option-receivables_assignment = cesja wierzytelności
option-enforcement_statement = poddanie się egzekucji
option-present = jest
option-absent = brak
option-unclear = niejasne
page-kind = rodzaj
page-amount = kwota
page-description = opis
page-name = nazwa
page-role = rola
page-party = strona

# Liczby: każda w swojej odmianie
found = { $n ->
    [one] { $n } dokument
    [few] { $n } dokumenty
   *[many] { $n } dokumentów
}
documents-n = { $n ->
    [one] { $n } dokument
    [few] { $n } dokumenty
   *[many] { $n } dokumentów
}
pages-n = { $n ->
    [one] { $n } strona
    [few] { $n } strony
   *[many] { $n } stron
}
days-n = { $n ->
    [one] { $n } dzień
   *[many] { $n } dni
}
items-missing = { $n ->
    [one] brakuje { $n } elementu
   *[many] brakuje { $n } elementów
}
history-n = { $n ->
    [one] { $n } wpis
    [few] { $n } wpisy
   *[many] { $n } wpisów
}
review-items = { $n ->
    [0] Nic niepewnego
    [one] { $n } pole do sprawdzenia
    [few] { $n } pola do sprawdzenia
   *[many] { $n } pól do sprawdzenia
}
review-findings = { $n ->
    [one] { $n } zastrzeżenie kontroli
    [few] { $n } zastrzeżenia kontroli
   *[many] { $n } zastrzeżeń kontroli
}
review-left = { $n ->
    [one] czeka { $n } dokument
    [few] czekają { $n } dokumenty
   *[many] czeka { $n } dokumentów
}
hold-on-n = { $n ->
    [one] Obejmie { $n } dokument:
    [few] Obejmie { $n } dokumenty:
   *[many] Obejmie { $n } dokumentów:
}
due-n = { $n ->
    [0] Nic nie jest do brakowania
    [one] { $n } dokument do brakowania
    [few] { $n } dokumenty do brakowania
   *[many] { $n } dokumentów do brakowania
}
due-stays = { $n ->
    [one] { $n } dokument po terminie zostaje, bo coś go wstrzymuje.
    [few] { $n } dokumenty po terminie zostają, bo coś je wstrzymuje.
   *[many] { $n } dokumentów po terminie zostaje, bo coś je wstrzymuje.
}
seconds = { $n } s
version-n = wersja { $n }
page-n = strona { $n }
page-short = s. { $n }
scan-of-page = Skan strony { $n }
rescan-page = Poproś o ponowny skan strony { $n }
print-failed = strony { $n } nie da się wydrukować
disposal-n = Spis { $n }

# Wydania
way-packages = Wydania
packages-means = Wydanie jest paczką, która sama się dowodzi: obcy sprawdzi ją bez nas. Co wydano, komu i na jakiej podstawie, zostaje w rejestrze.
packages-none = Niczego jeszcze nie wydano.
package-recipient = Odbiorca i podstawa
package-purpose = Cel
package-purpose-how = Sprawa, wezwanie, jego data
package-given = { $x } z { $y }
package-take = Pobierz
package-take-of = Pobierz wydanie { $x }
package-making = Paczka powstaje
package-look = odśwież
package-failed = nie powstała
package-elsewhere = nie ma jej tutaj
package-new = Nowe wydanie
package-query = Szukanie, którego wynik zostanie wydany
package-query-how = Lista zostaje zamrożona w tej chwili, a zapytanie zapisane w paczce
package-entitled = Komu i na jakiej podstawie
package-profile = Postać
package-authority = dla organu, sądu, audytora
package-transfer = do innego archiwum
package-do = Wydaj
said-package = Wydanie jest w rejestrze, paczka powstaje.
action-taken = pobrano paczkę
package-of-n = { $n ->
    [one] { $n } dokument:
    [few] { $n } dokumenty:
   *[many] { $n } dokumentów:
}

undo = Cofnij
said-undone = Cofnięto; dokument znowu czeka.
said-kind = Rodzaj zmieniony; dokument czeka na sprawdzenie.
kind-change = Zmień rodzaj
kind-change-means = Inny rodzaj ma inne pola, kontrole i termin przechowywania: dokument wróci do sprawdzenia. Żaden późniejszy odczyt tego nie zmieni.
action-review-taken-back = cofnięto zatwierdzenie
action-type-said = ustalono rodzaj
