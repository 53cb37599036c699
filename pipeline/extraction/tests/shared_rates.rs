//! Judges the RRSO against published worked examples, where that data is at hand.
//!
//! It is data to measure on, not part of the project: without it the test says so and passes.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use extraction::rrso::{CashFlow, rate_of_charge, years_in_months};
use serde_json::Value;

/// A sum of fractions: `3/365+1/12`.
fn years(text: &str) -> f64 {
    let part = |part: &str| match part.trim().split_once('/') {
        Some((over, under)) => over.parse::<f64>().unwrap() / under.parse::<f64>().unwrap(),
        None => part.trim().parse().unwrap(),
    };
    text.split('+').map(part).sum()
}

fn flows(case: &Value) -> Vec<CashFlow> {
    let mut flows = Vec::new();
    for flow in case["flows"].as_array().unwrap() {
        let amount = flow["amount"].as_f64().unwrap();
        match flow["series"].as_object() {
            None => flows.push(CashFlow {
                years: years(flow["t"].as_str().unwrap()),
                amount,
            }),
            Some(series) => {
                let of = |key: &str| years(series[key].as_str().unwrap());
                let count = u32::try_from(series["count"].as_u64().unwrap()).unwrap();
                let due = (0..count).map(|n| of("first") + f64::from(n) * of("step"));
                flows.extend(due.map(|years| CashFlow { years, amount }));
            }
        }
    }
    flows
}

#[test]
fn published_examples_come_out_as_stated() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/numbers/apr.json"
    );
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: no shared data");
        return;
    };
    let data: Value = serde_json::from_str(&text).unwrap();
    let mut judged = 0;
    for case in data["eu_mortgage_credit_directive_2015"]
        .as_array()
        .unwrap()
    {
        let stated = case["expected_X_percent"].as_f64().unwrap();
        let tolerance = case["suggested_tolerance_pp"].as_f64().unwrap();
        let rate = rate_of_charge(&flows(case)).unwrap();
        assert!(
            (rate - stated).abs() <= tolerance,
            "{}: {rate}, not {stated}",
            case["id"]
        );
        judged += 1;
    }
    for case in data["polish_representative_examples"].as_array().unwrap() {
        let stated = case["expected_APR_percent"].as_f64().unwrap();
        let tolerance = case["tolerance_pp"].as_f64().unwrap();
        let rate = rate_of_charge(&flows(case)).unwrap();
        let other_timing = case["also"]["recomputed_percent"].as_f64().unwrap_or(rate);
        let apart = (rate - stated).abs().min((other_timing - stated).abs());
        assert!(apart <= tolerance, "{}: {rate}, not {stated}", case["id"]);
        judged += 1;
    }
    let negative = &data["negative_cases"][0];
    let rate = rate_of_charge(&flows(negative)).unwrap();
    let stated = negative["stated"]["RRSO"].as_f64().unwrap();
    assert!(
        (rate - stated).abs() > 0.1,
        "{rate} must be told from {stated}"
    );
    let intervals = &data["eu_time_interval_vectors"]["vectors"];
    for vector in intervals.as_array().unwrap() {
        let day = |key: &str| vector[key].as_str().unwrap().parse().unwrap();
        let counted = years_in_months(day("from_"), day("to"));
        let stated = years(vector["interval"].as_str().unwrap());
        assert!((counted - stated).abs() < 1e-9, "{vector}: {counted}");
        judged += 1;
    }
    println!("{judged} examples judged");
}
