//! The retention schedule: classes, rules and their arithmetic as data, checked when it is read.

use crate::{EventKind, FinancialYear};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::Language;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// The version of the schedule's form.
const FORMAT: u32 = 1;
/// No law of the schedule's kind asks for more; a longer term is a slip of the pen.
const MOST_YEARS: u32 = 100;

/// The schedule of a bank.
#[derive(Clone, Debug)]
pub struct Schedule {
    zone: TimeZone,
    year: FinancialYear,
    longest_compliance_years: u32,
    classes: BTreeMap<String, Class>,
}

/// How the documents of a class are kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Its name in Polish.
    pub pl: String,
    /// Its name in English.
    pub en: String,
    /// Its symbol in the bank's file plan (JRWA); none for what is in no plan.
    pub symbol: Option<String>,
    /// Its category in the file plan.
    pub category: Option<Category>,
    /// The bases for keeping it.
    pub rules: Vec<Rule>,
}

/// A category of the file plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Category {
    /// Never disposed of.
    A,
    /// Kept that many years.
    B(u32),
    /// Kept that many years, then an expert gives an opinion.
    Be(u32),
    /// Kept while it is of use.
    Bc,
}

impl TryFrom<String> for Category {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no category: A, B5, BE10, Bc");
        match text.as_str() {
            "A" => Ok(Self::A),
            "Bc" => Ok(Self::Bc),
            other => match other.strip_prefix("BE") {
                Some(years) => years.parse().map(Self::Be).map_err(|_| wrong()),
                None => other
                    .strip_prefix('B')
                    .and_then(|years| years.parse().ok())
                    .map(Self::B)
                    .ok_or_else(wrong),
            },
        }
    }
}

impl From<Category> for String {
    fn from(category: Category) -> Self {
        match category {
            Category::A => "A".into(),
            Category::B(years) => format!("B{years}"),
            Category::Be(years) => format!("BE{years}"),
            Category::Bc => "Bc".into(),
        }
    }
}

/// One basis for keeping a class, with its term.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The law: act and article.
    pub basis: String,
    /// The term in words.
    pub term: String,
    /// The events that all must have happened.
    pub after: Vec<EventKind>,
    /// How the term is counted.
    pub count: Count,
    /// How many years.
    pub years: u32,
    /// What lock the store may be given for it.
    pub lock: LockRule,
    /// The first day whose event starts this term.
    pub from: Option<Date>,
    /// The last such day.
    pub until: Option<Date>,
    /// The event without which the rule does not count.
    pub only_if: Option<EventKind>,
    /// Whether personal data has to go when the term ends.
    #[serde(default)]
    pub must_go: bool,
}

/// How a term is counted from the day of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// From the day to the same day (Civil Code art. 111 and 112).
    Day,
    /// From the start of the financial year after that of the event.
    FinancialYear,
    /// From the end of the event's calendar year.
    CalendarYear,
    /// From the end of the calendar year in which the tax was to be paid.
    TaxYear,
    /// From the day, and on to 31 December (Civil Code art. 118).
    CivilYear,
}

/// What lock a rule allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockRule {
    /// None: it can be reviewed at any time.
    None,
    /// One that trusted people may lift.
    Governance,
    /// One that nobody lifts.
    Compliance,
}

/// Why a schedule cannot be used.
#[derive(Debug, Error)]
pub enum ScheduleError {
    /// It is no TOML of that form.
    #[error("the retention schedule does not parse")]
    Form(#[from] toml::de::Error),
    /// It parses and says something that cannot be.
    #[error("the retention schedule cannot be used: {0}")]
    Sense(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    format: u32,
    time_zone: String,
    financial_year_starts: String,
    longest_compliance_years: u32,
    class: BTreeMap<String, Class>,
}

impl Schedule {
    /// The schedule this program comes with.
    ///
    /// # Errors
    /// Never for a program that passed its tests.
    pub fn built_in() -> Result<Self, ScheduleError> {
        Self::parse(include_str!("../../../schemas/retention.toml"))
    }

    /// A schedule, as `schemas/retention.toml` is written.
    ///
    /// # Errors
    /// When a key is unknown, a rule counts from no event, a reviewable rule has a lock, or a
    /// COMPLIANCE term is longer than the schedule allows.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let raw: Raw = toml::from_str(text)?;
        let sense = |message: String| Err(ScheduleError::Sense(message));
        if raw.format != FORMAT {
            return sense(format!("format {} is not {FORMAT}", raw.format));
        }
        let Ok(zone) = TimeZone::get(&raw.time_zone) else {
            return sense(format!("`{}` is no time zone", raw.time_zone));
        };
        let Some(year) = FinancialYear::parse(&raw.financial_year_starts) else {
            let starts = &raw.financial_year_starts;
            return sense(format!(
                "a financial year starts on a first of a month, as `07-01`: `{starts}`"
            ));
        };
        let schedule = Self {
            zone,
            year,
            longest_compliance_years: raw.longest_compliance_years,
            classes: raw.class,
        };
        for (name, class) in &schedule.classes {
            for rule in &class.rules {
                if let Some(why) = schedule.objection(rule) {
                    return sense(format!("class {name}, {}: {why}", rule.basis));
                }
            }
        }
        Ok(schedule)
    }

    fn objection(&self, rule: &Rule) -> Option<String> {
        if rule.after.is_empty() {
            return Some("`after` names no event".into());
        }
        if rule.only_if.is_some() && rule.lock != LockRule::None {
            return Some("a reviewable rule has no lock".into());
        }
        if rule.years > MOST_YEARS {
            return Some(format!("{} years are more than {MOST_YEARS}", rule.years));
        }
        if rule.lock == LockRule::Compliance && rule.years > self.longest_compliance_years {
            let most = self.longest_compliance_years;
            return Some(format!("no COMPLIANCE lock is longer than {most} years"));
        }
        if rule
            .from
            .zip(rule.until)
            .is_some_and(|(from, until)| from > until)
        {
            return Some("`from` is after `until`".into());
        }
        None
    }

    /// A class by its name.
    #[must_use]
    pub fn class(&self, name: &str) -> Option<&Class> {
        self.classes.get(name)
    }

    /// The classes by name.
    pub fn classes(&self) -> impl Iterator<Item = (&str, &Class)> {
        self.classes
            .iter()
            .map(|(name, class)| (name.as_str(), class))
    }

    /// Where the bank's days begin.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The bank's financial year.
    #[must_use]
    pub const fn year(&self) -> FinancialYear {
        self.year
    }

    /// No COMPLIANCE lock ends later than this many years after it is set.
    #[must_use]
    pub const fn longest_compliance_years(&self) -> u32 {
        self.longest_compliance_years
    }

    /// The same schedule for a bank whose financial year starts elsewhere.
    #[must_use]
    pub fn with_year(self, year: FinancialYear) -> Self {
        Self { year, ..self }
    }
}

impl Class {
    /// Its name.
    #[must_use]
    pub fn title(&self, language: Language) -> &str {
        match language {
            Language::Pl => &self.pl,
            Language::En => &self.en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Category, Schedule};

    fn check(edit: impl Fn(String) -> String, expected: &str) {
        let text = include_str!("../../../schemas/retention.toml").to_owned();
        let error = Schedule::parse(&edit(text)).unwrap_err();
        let said = format!("{error}: {:?}", error);
        assert!(said.contains(expected), "{said}");
    }

    #[test]
    fn the_built_in_schedule_is_sound_and_its_words_say_its_years() {
        let schedule = Schedule::built_in().unwrap();
        assert_eq!(schedule.classes().count(), 9);
        for (name, class) in schedule.classes() {
            for rule in &class.rules {
                let unit = if rule.years == 1 { "year" } else { "years" };
                let years = format!("{} {unit}", rule.years);
                assert!(rule.term.contains(&years), "{name}: {}", rule.term);
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        check(|t| t.replace("format = 1", "format = 2"), "format 2");
        check(
            |t| t.replacen("years = 5", "years = 50", 1),
            "no COMPLIANCE lock",
        );
        check(
            |t| {
                t.replacen(
                    "lock = \"none\", only_if",
                    "lock = \"compliance\", only_if",
                    1,
                )
            },
            "reviewable",
        );
        check(|t| t.replacen("[\"settled\"]", "[]", 1), "no event");
        check(|t| t.replacen("\"settled\"", "\"finished\"", 1), "finished");
        check(|t| t.replacen("years = 5", "yeers = 5", 1), "yeers");
        check(
            |t| t.replace("Europe/Warsaw", "Europe/Warszawa"),
            "no time zone",
        );
        check(|t| t.replace("\"01-01\"", "\"13-01\""), "financial year");
    }

    #[test]
    fn categories_are_written_as_the_file_plan_writes_them() {
        for text in ["A", "B5", "B25", "BE10", "Bc"] {
            let category = Category::try_from(text.to_owned()).unwrap();
            assert_eq!(String::from(category), text);
        }
        for wrong in ["", "B", "BE", "C5", "B-5", "b5"] {
            assert!(Category::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
