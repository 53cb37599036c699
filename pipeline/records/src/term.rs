//! Term arithmetic: from the day of an event to the last day on which a document must be there.
//!
//! Every rounding keeps longer, never shorter. A term counts in whole days of the bank's own zone;
//! it becomes a moment only when a lock needs one ([`start_of`]).

use crate::Count;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// Months after the end of a financial year in which its tax is paid (CIT Act art. 27(1)).
const TAX_MONTHS: i64 = 3;

/// On which day a bank's financial year starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FinancialYear {
    month: i8,
}

impl FinancialYear {
    /// The calendar year.
    pub const CALENDAR: Self = Self { month: 1 };

    /// As written: `07-01`. A financial year starts on the first of a month (Accounting Act
    /// art. 3(1)(9): it is twelve full calendar months).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let month = text.strip_suffix("-01")?;
        let fits = month.len() == 2 && month.bytes().all(|b| b.is_ascii_digit());
        let month = month.parse().ok().filter(|_| fits)?;
        (1..=12).contains(&month).then_some(Self { month })
    }

    /// The first day of the financial year after the one that a day lies in; none beyond the
    /// calendar.
    #[must_use]
    pub fn next_start(self, day: Date) -> Option<Date> {
        let this_year = Date::new(day.year(), self.month, 1).ok()?;
        if this_year > day {
            Some(this_year)
        } else {
            Date::new(day.year().checked_add(1)?, self.month, 1).ok()
        }
    }
}

/// The last day of a term; none beyond the calendar's end, which is kept for ever.
#[must_use]
pub fn last_day(event: Date, count: Count, years: u32, year: FinancialYear) -> Option<Date> {
    let span = i64::from(years).years();
    match count {
        // The day itself does not count (art. 111 § 2); 29 February ends on 28 (art. 112).
        Count::Day => event.checked_add(span).ok(),
        Count::FinancialYear => before(year.next_start(event)?.checked_add(span).ok()?),
        Count::CalendarYear => end_of_year(event.checked_add(span).ok()?),
        Count::TaxYear => {
            let paid = before(
                year.next_start(event)?
                    .checked_add(TAX_MONTHS.months())
                    .ok()?,
            )?;
            end_of_year(paid.checked_add(span).ok()?)
        }
        Count::CivilYear => end_of_year(event.checked_add(span).ok()?),
    }
}

fn before(day: Date) -> Option<Date> {
    day.yesterday().ok()
}

fn end_of_year(day: Date) -> Option<Date> {
    Some(date(day.year(), 12, 31))
}

/// The moment at which a day begins in a zone, never before it: where clocks skip midnight, the
/// first moment of the day that there is.
#[must_use]
pub fn start_of(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    day.to_zoned_datetime(zone.clone())
        .ok()
        .map(|zoned| zoned.timestamp())
}

/// The days from one to another, for sentences; 0 when it is past.
#[must_use]
pub(crate) fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days()).max(0)
}
