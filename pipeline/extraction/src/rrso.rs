//! The annual percentage rate of charge (RRSO): the rate at which what the consumer pays is worth
//! what the consumer gets (Directive 2008/48/EC annex I part I; zał. 4 to the Consumer Credit Act).
//!
//! Flows are floating point here and nowhere else: the rate is the root of an equation and is
//! compared after rounding. Two timings are in use in Poland: equal months of a twelfth of a year,
//! and actual days over 365; both are offered, neither is guessed.

use jiff::civil::Date;
use jiff::{SpanRound, ToSpan, Unit};

/// One payment: when, in years from the first drawdown, and how much; positive to the consumer,
/// negative from the consumer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CashFlow {
    /// Years from the first drawdown.
    pub years: f64,
    /// In units of the currency.
    pub amount: f64,
}

/// The rate in percent at which the flows are worth nothing together; none where there is no such
/// rate between −99 % and 10 000 000 %, or the flows do not change their sign.
///
/// Solved by bisection: the value falls steadily when all that is received comes before what is
/// paid, and the bracket is halved until it is narrower than 10⁻⁹ points.
#[must_use]
pub fn rate_of_charge(flows: &[CashFlow]) -> Option<f64> {
    let value = |rate: f64| -> f64 {
        flows
            .iter()
            .map(|flow| flow.amount * (1.0 + rate).powf(-flow.years))
            .sum()
    };
    let (mut low, mut high) = (-0.99, 1.0);
    while value(high) < 0.0 {
        high *= 4.0;
        if high > 1e5 {
            return None;
        }
    }
    if value(low) > 0.0 || flows.iter().all(|flow| flow.amount >= 0.0) {
        return None;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if value(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
        if high - low < 1e-11 {
            break;
        }
    }
    Some(f64::midpoint(low, high) * 100.0)
}

/// The years between two days as the directive counts equal months: whole months back from the
/// later day, a twelfth each, and the odd days over 365, or 366 where the year that ends with them
/// has a 29 February.
#[must_use]
pub fn years_in_months(from: Date, to: Date) -> f64 {
    let mut months = 0_i32;
    let back = |months: i32| {
        let day = to.checked_sub(months.months()).unwrap_or(Date::MIN);
        // The last day of a month goes back to the last day of a month.
        if to == to.last_of_month() {
            day.last_of_month()
        } else {
            day
        }
    };
    while back(months + 1) >= from && months < 1_200 {
        months += 1;
    }
    let before = back(months);
    let days = if same_month_end(from, before) {
        0.0
    } else {
        days_between(from, before)
    };
    let year_before = before.checked_sub(1.year()).unwrap_or(Date::MIN);
    let year = days_between(year_before, before);
    f64::from(months) / 12.0 + days / year
}

fn same_month_end(a: Date, b: Date) -> bool {
    a.year() == b.year() && a.month() == b.month() && a == a.last_of_month() && b == a
}

/// The years between two days as actual days over 365.
#[must_use]
pub fn years_in_days(from: Date, to: Date) -> f64 {
    days_between(from, to) / 365.0
}

fn days_between(from: Date, to: Date) -> f64 {
    let days = from
        .until(to)
        .and_then(|span| span.round(SpanRound::new().largest(Unit::Day).days_are_24_hours()));
    days.map_or(0.0, |span| f64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::{CashFlow, rate_of_charge, years_in_days, years_in_months};
    use jiff::civil::date;

    fn check(flows: &[(f64, f64)], expected: f64) {
        let flows: Vec<CashFlow> = flows
            .iter()
            .map(|(years, amount)| CashFlow {
                years: *years,
                amount: *amount,
            })
            .collect();
        let rate = rate_of_charge(&flows).unwrap();
        assert!((rate - expected).abs() < 1e-6, "{rate} is not {expected}");
    }

    #[test]
    fn rates_worked_by_hand() {
        check(&[(0.0, 1000.0), (1.0, -1100.0)], 10.0);
        check(&[(0.0, 1000.0), (2.0, -1210.0)], 10.0);
        check(&[(0.0, 1000.0), (0.5, -1100.0)], 21.0); // 1.1² − 1
        check(&[(0.0, 1000.0), (0.0, -20.0), (1.0, -1078.0)], 10.0);
        // 500 + 600/1.2 = 1000
        check(&[(0.0, 1000.0), (0.0, -500.0), (1.0, -600.0)], 20.0);
    }

    #[test]
    fn no_rate_where_none_is() {
        assert_eq!(
            rate_of_charge(&[CashFlow {
                years: 0.0,
                amount: 1000.0
            }]),
            None
        );
        assert_eq!(rate_of_charge(&[]), None);
    }

    #[test]
    fn time_is_counted_as_the_directive_does() {
        let check = |from, to, years: f64| {
            assert!(
                (years_in_months(from, to) - years).abs() < 1e-12,
                "{from} to {to}"
            );
        };
        check(
            date(2012, 1, 12),
            date(2012, 2, 15),
            1.0 / 12.0 + 3.0 / 365.0,
        );
        check(
            date(2013, 1, 12),
            date(2013, 2, 15),
            1.0 / 12.0 + 3.0 / 366.0,
        );
        check(date(2019, 1, 31), date(2019, 2, 28), 1.0 / 12.0);
        check(date(2019, 2, 28), date(2019, 3, 31), 1.0 / 12.0);
        check(date(2019, 1, 12), date(2020, 1, 12), 1.0);
        assert!((years_in_days(date(2024, 1, 1), date(2025, 1, 1)) - 366.0 / 365.0).abs() < 1e-12);
    }
}
