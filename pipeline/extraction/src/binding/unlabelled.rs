//! Values that need no label: counts that name what they count, the day at the head of a page.

use super::{Bound, Ground};
use crate::schema::Kind;

/// A reference rate names itself; „26 400,00 zł kredytu” says what it is right after it.
pub(super) fn named_after(ground: &Ground<'_>) -> Vec<Bound> {
    let text = &ground.flow.folded;
    let (rate, amount) = (
        ground.wanted("reference_rate"),
        ground.wanted("credit_amount"),
    );
    let named = ground.candidates.iter().filter_map(|c| match c.kind {
        Kind::ReferenceRate => Some((rate?, c, 0.6)),
        Kind::Money => {
            let after = text[c.span.end..].trim_start_matches(|x: char| {
                x.is_ascii_whitespace() || matches!(x, 'z' | 'l' | 'p' | 'n')
            });
            let says = ["kredytu", "pozyczki"].iter().any(|word| {
                after.strip_prefix(word).is_some_and(|rest| {
                    rest.starts_with(['.', ',', '\n', ' ', '(']) && !rest.starts_with(" do ")
                })
            });
            (says && text[c.span.end..].starts_with([' ', '\n'])).then_some((amount?, c, 0.6))
        }
        _ => None,
    });
    named
        .map(|(field, candidate, strength)| Bound {
            field,
            value: candidate.value.clone(),
            span: candidate.span.clone(),
            rule: "named_after",
            score: strength * candidate.quality,
            repaired: candidate.repaired,
            unit: candidate.unit,
            ..Bound::default()
        })
        .collect()
}

/// „WIBOR 3M + 1,45 p.p.”: what is added to a reference rate is the margin.
pub(super) fn added_margin(ground: &Ground<'_>) -> Option<Bound> {
    let field = ground.wanted("margin")?;
    let text = &ground.flow.folded;
    let rates = ground
        .candidates
        .iter()
        .filter(|c| c.kind == Kind::ReferenceRate);
    let points = |c: &&crate::candidates::Candidate| matches!(c.kind, Kind::Points | Kind::Rate);
    let margin = rates.clone().find_map(|rate| {
        ground.candidates.iter().filter(points).find(|c| {
            let near = c.span.start >= rate.span.end && c.span.start - rate.span.end < 40;
            let gap = near.then(|| text[rate.span.end..c.span.start].trim_end());
            gap.is_some_and(|gap| gap.ends_with(['+']) || gap.ends_with(" plus"))
        })
    })?;
    Some(Bound {
        field,
        value: margin.value.clone(),
        span: margin.span.clone(),
        rule: "added",
        score: 0.8 * margin.quality,
        ..Bound::default()
    })
}

/// „w 72 równych ratach”: a count whose unit says what it counts needs no label.
pub(super) fn self_named(ground: &Ground<'_>) -> Vec<Bound> {
    let Some(field) = ground.wanted("instalment_count") else {
        return Vec::new();
    };
    let counted = ground.candidates.iter().filter(|c| {
        let number: i64 = c.value.parse().unwrap_or(0);
        c.kind == Kind::Count && c.unit == Some("instalments") && (3..=600).contains(&number)
    });
    counted
        .map(|candidate| Bound {
            field,
            value: candidate.value.clone(),
            span: candidate.span.clone(),
            rule: "unit",
            score: 0.7 * candidate.quality,
            unit: candidate.unit,
            ..Bound::default()
        })
        .collect()
}

/// How far down the first page a number may stand under the title.
const HEAD: f64 = 0.35;

/// „UMOWA KREDYTU SAMOCHODOWEGO ⏎ AK/22/4/0088172”: a number alone in its cell right below or beside the
/// line of the title.
pub(super) fn number_under_title(ground: &Ground<'_>) -> Vec<Bound> {
    let application = ground.schemas.types[ground.kind].kind.as_str() == "credit_application";
    let name = if application {
        "application_number"
    } else {
        "agreement_number"
    };
    let Some(field) = ground.wanted(name) else {
        return Vec::new();
    };
    let flow = ground.flow;
    let Some(height) = flow.sheets.first().map(|sheet| sheet.height) else {
        return Vec::new();
    };
    let head = flow
        .lines
        .iter()
        .take_while(|line| line.sheet == flow.lines[0].sheet && line.frame.top < height * HEAD);
    let mut near_title = 0;
    let mut ties = Vec::new();
    for line in head {
        let text = &flow.folded[line.span.clone()];
        let titled = ["umow", "aneks", "ugod", "agreement", "wnios"]
            .iter()
            .any(|word| text.contains(word));
        near_title = if titled { 2 } else { near_title - 1 };
        if near_title < 0 {
            continue;
        }
        let mut from = line.span.start;
        for cell in text.split('\t') {
            let lead = ["nr ", "numer ", "no. ", "nr: "]
                .iter()
                .find(|lead| cell.starts_with(**lead));
            let at = from + lead.map_or(0, |lead| lead.len());
            let cell_end = from + cell.trim_end().len();
            from += cell.len() + 1;
            let Some((span, value)) = super::phrase_value::code_at(flow, at) else {
                continue;
            };
            let alone = span.end >= cell_end;
            let marked = value.contains(['/', '-']);
            let other = ground.candidates.iter().any(|c| {
                c.kind != Kind::Count && c.span.start < span.end && span.start < c.span.end
            });
            if alone && marked && !other {
                ties.push(Bound {
                    field,
                    value,
                    span,
                    rule: "under_title",
                    score: 0.6,
                    ..Bound::default()
                });
            }
        }
    }
    ties
}

/// „od dnia 6.08.2016 do dnia 6.08.2017”: a period's two ends name each other.
pub(super) fn periods(ground: &Ground<'_>) -> Vec<Bound> {
    let text = &ground.flow.folded;
    let days: Vec<_> = ground
        .candidates
        .iter()
        .filter(|c| c.kind == Kind::Date)
        .collect();
    let mut ties = Vec::new();
    for pair in days.windows(2) {
        let before = text[..pair[0].span.start].trim_end();
        let opens = [" od", "\nod", " od dnia", "\nod dnia", "from"]
            .iter()
            .any(|word| before.ends_with(word));
        let gap: Vec<&str> = text[pair[0].span.end..pair[1].span.start]
            .split_whitespace()
            .collect();
        let closes = matches!(
            &gap[..],
            ["do" | "to" | "until"]
                | ["do", "dnia"]
                | ["r." | "roku", "do"]
                | ["r." | "roku", "do", "dnia"]
        );
        if !opens || !closes || pair[0].value >= pair[1].value {
            continue;
        }
        let first = if of_instalments(before) {
            "first_instalment_date"
        } else {
            "start_date"
        };
        for (name, day) in [(first, pair[0]), ("final_repayment_date", pair[1])] {
            if let Some(field) = ground.wanted(name) {
                ties.push(Bound {
                    field,
                    value: day.value.clone(),
                    span: day.span.clone(),
                    rule: "period",
                    score: 0.95,
                    ..Bound::default()
                });
            }
        }
    }
    ties
}

/// The first day in the head of the first page, after a town („Kraków, 16 kwietnia 2025 r.”) or
/// alone: the day of the document where nothing says otherwise.
pub(super) fn head_dates(ground: &Ground<'_>) -> Vec<Bound> {
    let Some(field) = ground.wanted("agreement_date") else {
        return Vec::new();
    };
    let Some(height) = ground.flow.sheets.first().map(|sheet| sheet.height) else {
        return Vec::new();
    };
    let heading = ground.candidates.iter().filter(|c| {
        let frame = ground.flow.frame(&c.span);
        c.kind == Kind::Date && frame.is_some_and(|(sheet, f)| sheet == 0 && f.top < height * 0.35)
    });
    let signed = ground.candidates.iter().filter(|c| {
        let town = crate::signing::beside(&ground.flow.cased, &c.span);
        let opens = town.is_some_and(|town| {
            let edge = ['\n', '\u{b}', '\u{c}', '\t'];
            let opens = ground.flow.folded[..town.start].ends_with(edge);
            opens
                && ground
                    .schemas
                    .names
                    .town(&ground.flow.text(&town))
                    .is_some()
        });
        c.kind == Kind::Date && opens
    });
    heading
        .take(2)
        .chain(signed.take(1))
        .map(|candidate| Bound {
            field,
            value: candidate.value.clone(),
            span: candidate.span.clone(),
            rule: "head_of_page",
            score: if crate::signing::beside(&ground.flow.cased, &candidate.span).is_some() {
                0.8
            } else {
                0.4
            },
            ..Bound::default()
        })
        .collect()
}

/// Whether instalments are what a period is said of: „w 18 ratach po 400,00 zł, od … do …”.
fn of_instalments(before: &str) -> bool {
    let clause = &before[before.len().saturating_sub(90)..];
    let clause = clause
        .rfind(['\u{b}', ';'])
        .map_or(clause, |at| &clause[at..]);
    [" rat ", " ratach ", " raty ", " instalments "]
        .iter()
        .any(|word| clause.contains(word))
}
