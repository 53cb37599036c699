//! A decision in sentences: kept until when, by which rule and article, since which event, and what
//! would change it. Polish and English; the law's names stay as the schedule writes them.

use crate::term::days_between;
use crate::{Decision, Due, EventKind, Knowledge, Term, TermState};
use jiff::civil::Date;
use model::Language;

const MONTHS: [&str; 12] = [
    "stycznia",
    "lutego",
    "marca",
    "kwietnia",
    "maja",
    "czerwca",
    "lipca",
    "sierpnia",
    "września",
    "października",
    "listopada",
    "grudnia",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What a person sees of a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The ledger's number for it.
    pub id: i64,
    /// The matter, in neutral words where it is confidential and the reader may not know it.
    pub matter: String,
}

/// A decision as paragraphs, one sentence or two each.
#[must_use]
pub fn sentences(
    name: &str,
    decision: &Decision<'_>,
    holds: &[Held],
    knowledge: Knowledge,
    today: Date,
    language: Language,
) -> Vec<String> {
    let teller = Teller { language };
    let mut said = vec![
        teller.class(name, decision, knowledge),
        teller.due(decision, today),
    ];
    said.extend(decision.terms.iter().map(|term| teller.term(term)));
    if holds.is_empty() {
        said.push(teller.either("Nie jest objęty żadnym wstrzymaniem.", "No hold is on it."));
    }
    said.extend(holds.iter().map(|held| teller.held(held)));
    said.push(teller.changes(decision, holds, knowledge));
    said
}

/// A day as it is written in a letter.
#[must_use]
pub fn day(day: Date, language: Language) -> String {
    let month = usize::from(day.month().unsigned_abs()) - 1;
    match language {
        Language::Pl => format!("{} {} {}", day.day(), MONTHS[month], day.year()),
        Language::En => format!("{} {} {}", day.day(), MONTHS_EN[month], day.year()),
    }
}

struct Teller {
    language: Language,
}

impl Teller {
    fn either(&self, pl: impl Into<String>, en: impl Into<String>) -> String {
        match self.language {
            Language::Pl => pl.into(),
            Language::En => en.into(),
        }
    }

    fn day(&self, on: Date) -> String {
        day(on, self.language)
    }

    fn class(&self, name: &str, decision: &Decision<'_>, knowledge: Knowledge) -> String {
        let class = decision.class;
        let title = class.title(self.language);
        let category = class.category.map_or_else(|| "–".to_owned(), String::from);
        let symbol = class.symbol.as_deref().unwrap_or("–");
        let pl = if knowledge == Knowledge::Confirmed {
            "klasę potwierdzono"
        } else {
            "klasa wynika z odczytu i czeka na potwierdzenie"
        };
        let en = if knowledge == Knowledge::Confirmed {
            "a person confirmed the class"
        } else {
            "the class comes from reading and waits to be confirmed"
        };
        self.either(
            format!(
                "{name} należy do klasy „{title}” (JRWA {symbol}, kategoria {category}); {pl}."
            ),
            format!(
                "{name} is of the class “{title}” (file plan {symbol}, category {category}); {en}."
            ),
        )
    }

    fn due(&self, decision: &Decision<'_>, today: Date) -> String {
        match decision.due {
            Due::Never => self.either(
                "Jest materiałem archiwalnym: nie podlega brakowaniu.",
                "It is kept for ever and is never disposed of.",
            ),
            Due::Undecided => self.either(
                "Żadna reguła klasy nie ma zastosowania, więc jest przechowywany bezterminowo, aż ktoś wskaże klasę.",
                "No rule of the class applies, so it is kept without end until somebody names a class.",
            ),
            Due::Waits => {
                let awaited = self.list(&decision.awaited());
                self.either(
                    format!("Jest przechowywany bezterminowo: nie zaszło jeszcze zdarzenie: {awaited}."),
                    format!("It is kept without end: what it waits for has not happened: {awaited}."),
                )
            }
            Due::On(first) => self.due_on(decision, first, today),
        }
    }

    fn due_on(&self, decision: &Decision<'_>, first: Date, today: Date) -> String {
        let last = first.yesterday().unwrap_or(first);
        let basis = decision
            .deciding()
            .map_or("", |term| term.rule.basis.as_str());
        let (last, on, left) = (self.day(last), self.day(first), days_between(today, first));
        let remain = match left {
            0 => self.either("termin już minął", "the term is over"),
            left => self.either(
                format!("pozostało dni: {left}"),
                format!("{left} days from today"),
            ),
        };
        self.either(
            format!("Jest przechowywany do {last} włącznie, a brakowanie jest możliwe od {on} ({remain}); decyduje najdłuższy termin: {basis}."),
            format!("It is kept until the end of {last} and may be disposed of from {on} ({remain}); the longest term decides: {basis}."),
        )
    }

    fn term(&self, term: &Term<'_>) -> String {
        let (basis, words) = (&term.rule.basis, &term.rule.term);
        match &term.state {
            TermState::Runs { since, last } => {
                let (what, on) = (since.kind.words(self.language), self.day(since.day));
                let (id, source, last) = (since.id, &since.source, self.day(*last));
                let mut said = self.either(
                    format!("· {basis}: {}; bieg rozpoczęło: {what} {on} (zdarzenie nr {id}, źródło: {source}), termin kończy się {last}.", self.count(term)),
                    format!("· {basis}: {words}; it runs since the {what} on {on} (event {id}, source: {source}) and ends with {last}."),
                );
                if term.rule.must_go {
                    said += &self.either(
                        " Potem dane osobowe trzeba usunąć.",
                        " After that, personal data has to go.",
                    );
                }
                said
            }
            TermState::Waits { missing } => {
                let missing = self.list(missing);
                self.either(
                    format!("· {basis}: {}; czeka na: {missing}.", self.count(term)),
                    format!("· {basis}: {words}; it waits for: {missing}."),
                )
            }
            TermState::NotInForce => self.either(
                format!("· {basis}: nie ma zastosowania w tym czasie."),
                format!("· {basis}: not in force at that time, so it does not count."),
            ),
            TermState::NotClaimed { unless } => {
                let unless = unless.words(self.language);
                self.either(
                    format!("· {basis}: podstawa podlegająca przeglądowi; nie liczy się, bo nikt nie zgłosił: {unless}."),
                    format!("· {basis}: a reviewable basis; it does not count, because nobody reported {unless}."),
                )
            }
        }
    }

    /// A rule's term in Polish, from its data: the schedule's own words are English.
    fn count(&self, term: &Term<'_>) -> String {
        use crate::Count;
        let years = term.rule.years;
        let unit = match (years, years % 10, years % 100) {
            (1, _, _) => "rok",
            (_, 2..=4, rest) if !(12..=14).contains(&rest) => "lata",
            _ => "lat",
        };
        let from = match term.rule.count {
            Count::Day => "od dnia zdarzenia",
            Count::FinancialYear => "od początku roku po roku obrotowym zdarzenia",
            Count::CalendarYear => "od końca roku kalendarzowego zdarzenia",
            Count::TaxYear => "od końca roku, w którym upłynął termin płatności podatku",
            Count::CivilYear => "od dnia zdarzenia, do 31 grudnia",
        };
        format!("{years} {unit} {from}")
    }

    fn held(&self, held: &Held) -> String {
        let Held { id, matter } = held;
        self.either(
            format!("Wstrzymanie nr {id} („{matter}”) nie pozwala na brakowanie, dopóki nie zostanie zwolnione, niezależnie od terminów."),
            format!("Hold {id} (“{matter}”) forbids disposal until it is released, whatever the terms."),
        )
    }

    fn changes(&self, decision: &Decision<'_>, holds: &[Held], knowledge: Knowledge) -> String {
        let mut ways = Vec::new();
        if knowledge == Knowledge::Read {
            ways.push(self.either(
                "potwierdzenie albo zmiana klasy",
                "confirming or changing the class",
            ));
        }
        let awaited = decision.awaited();
        if !awaited.is_empty() {
            let list = self.list(&awaited);
            ways.push(self.either(format!("zdarzenie: {list}"), format!("the event: {list}")));
        }
        for id in decision.started_by() {
            ways.push(self.either(
                format!("odwołanie zdarzenia nr {id} albo późniejsze zdarzenie tego rodzaju"),
                format!("reversing event {id}, or a later event of its kind"),
            ));
        }
        if decision
            .terms
            .iter()
            .any(|t| matches!(t.state, TermState::NotClaimed { .. }))
        {
            let what = EventKind::ClaimExpected.words(self.language);
            ways.push(self.either(format!("zgłoszenie: {what}"), format!("reporting {what}")));
        }
        ways.push(if holds.is_empty() {
            self.either("założenie wstrzymania", "a hold being placed")
        } else {
            self.either("zwolnienie wstrzymań", "the holds being released")
        });
        let ways = ways.join("; ");
        self.either(
            format!("Zmieniłoby to: {ways}."),
            format!("What would change it: {ways}."),
        )
    }

    fn list(&self, kinds: &[EventKind]) -> String {
        let words: Vec<&str> = kinds.iter().map(|kind| kind.words(self.language)).collect();
        words.join(", ")
    }
}

impl Decision<'_> {
    /// The events that started terms, by number, each once.
    fn started_by(&self) -> Vec<i64> {
        let mut ids: Vec<i64> = self
            .terms
            .iter()
            .filter_map(|term| match &term.state {
                TermState::Runs { since, .. } => Some(since.id),
                _ => None,
            })
            .collect();
        // What is only supposed has no number, and cannot be reversed.
        ids.retain(|id| *id > 0);
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}
