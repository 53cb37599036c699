//! What the pages themselves tell: page numbers that leave a page out, a last page without a place
//! to sign.

use super::Subject;
use crate::layout::Flow;
use model::{Finding, Page, Severity};
use regex::Regex;
use std::sync::LazyLock;

static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:strona|str\.?|page)\s*:?\s*([0-9]{1,3})\s*(?:z|/|of)\s*([0-9]{1,3})\b")
        .expect("a pattern in the source is sound")
});
static SIGNED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"podpis|pieczec|w imieniu|za bank|signature|signed|on behalf|\.{12}|_{8}|pozyczkobiorca|kredytobiorca",
    )
    .expect("a pattern in the source is sound")
});

/// Finds pages missing by their own numbers, and an agreement that ends without a place to sign.
pub(crate) fn look(
    subject: &Subject<'_>,
    flow: &Flow,
    pages: &[&Page],
    findings: &mut Vec<Finding>,
) {
    missing_pages(flow, pages, findings);
    if subject.schema.checks.iter().any(|c| c == "statutory_items") {
        signature_place(flow, pages, findings);
    }
}

fn missing_pages(flow: &Flow, pages: &[&Page], findings: &mut Vec<Finding>) {
    let mut seen: Vec<(u32, u32)> = Vec::new();
    let mut from = 0;
    for sheet in &flow.sheets {
        let text = &flow.folded[from.min(sheet.to)..sheet.to];
        from = sheet.to;
        let last = NUMBERED.captures_iter(text).last();
        let number = |group| {
            let text = last.as_ref()?.get(group)?.as_str();
            text.parse::<u32>().ok()
        };
        if let (Some(page), Some(of)) = (number(1), number(2))
            && (1..=of).contains(&page)
        {
            seen.push((page, of));
        }
    }
    let Some((_, of)) = seen.first().copied() else {
        return;
    };
    // Pages that count differently are several papers in one; who numbers only some says nothing.
    if seen.len() < flow.sheets.len() || seen.iter().any(|(_, total)| *total != of) {
        return;
    }
    let missing: Vec<String> = (1..=of)
        .filter(|page| seen.iter().all(|(known, _)| known != page))
        .map(|page| page.to_string())
        .collect();
    if !missing.is_empty() {
        let message = format!(
            "by their own numbers the pages are {of}; not among them: {}",
            missing.join(", ")
        );
        findings.push(Finding {
            rule: "missing_pages".into(),
            severity: Severity::Error,
            message,
            fields: Vec::new(),
            page: pages.last().map(|page| page.number),
            place: None,
        });
    }
}

/// An agreement ends with a place to sign; without one its last page is likely not there.
fn signature_place(flow: &Flow, pages: &[&Page], findings: &mut Vec<Finding>) {
    let from = flow.folded.len().saturating_sub(1_200);
    let from = (from..flow.folded.len())
        .find(|at| flow.folded.is_char_boundary(*at))
        .unwrap_or(0);
    if flow.folded.len() > 600 && !SIGNED.is_match(&flow.folded[from..]) {
        findings.push(Finding {
            rule: "signature_place".into(),
            severity: Severity::Warning,
            message: "no place to sign at the end: the last page may be missing".into(),
            fields: Vec::new(),
            page: pages.last().map(|page| page.number),
            place: None,
        });
    }
}
