//! The receipt as a person at the scanner reads it, in Polish: what to do stands first.

use super::{Form, PageVerdict, PaperFinding, State};
use model::{PageKind, QualityReason, Verdict};

/// The short form of a receipt.
pub(super) fn letter(form: &Form) -> String {
    let mut lines = vec![headline(form)];
    if let Some(trouble) = &form.trouble {
        let page = trouble
            .page
            .map(|page| format!(" (strona {page})"))
            .unwrap_or_default();
        lines.push(format!(
            "Powód: {}{page}: {}",
            trouble.reason, trouble.message
        ));
        lines.push(format!("Co zrobić: {}", trouble.remedy));
    }
    if let Some(first) = form.repeat_of {
        lines.push(format!("Te same bajty przyszły już wcześniej: {first}."));
    }
    if let Some(pages) = &form.pages {
        lines.push(format!(
            "Stron: {} (przeczytane {}, puste {}, separatory {}, nieczytelne {})",
            pages.received, pages.read, pages.blank, pages.separator, pages.failed
        ));
    }
    lines.extend(form.findings.iter().map(finding_line));
    lines.extend(form.page_verdicts.iter().filter_map(page_line));
    lines.push(String::new());
    lines.push(format!("Zgłoszenie: {}", form.submission));
    lines.push(format!("SHA-256: {}", form.sha256));
    lines.join("\n") + "\n"
}

fn headline(form: &Form) -> String {
    let file = &form.file;
    match form.state {
        State::Accepted => format!("PRZYJĘTO: {file}"),
        State::Repeat => format!("PRZYJĘTO, POWTÓRZENIE: {file}"),
        State::Parked => format!("ODŁOŻONO, potrzebna decyzja: {file}"),
        State::Done if form.page_verdicts.iter().any(needs_a_look) || !form.findings.is_empty() => {
            format!("PRZYJĘTO, sprawdź strony: {file}")
        }
        State::Done => format!("PRZYJĘTO, wszystko w porządku: {file}"),
    }
}

/// What a finding about the paper says; its form says more, and in English.
fn finding_line(finding: &PaperFinding) -> String {
    let pages: Vec<String> = finding.pages.iter().map(u32::to_string).collect();
    let pages = pages.join(", ");
    match finding.rule.as_str() {
        "missing_pages" => {
            format!("! strony {pages}: według ich własnej numeracji brakuje stron")
        }
        _ => format!("! strony {pages}: {}", finding.message),
    }
}

/// Whether the paper should be looked at while it is there.
fn needs_a_look(page: &PageVerdict) -> bool {
    page.kind == PageKind::Failed || (page.kind == PageKind::Text && page.verdict != Verdict::Good)
}

/// What is to be said of a page; nothing of one that reads well.
fn page_line(page: &PageVerdict) -> Option<String> {
    let number = page.number;
    let mut said: Vec<&str> = match page.kind {
        PageKind::Failed => vec!["nie dała się przeczytać"],
        PageKind::Blank if page.reasons.contains(&QualityReason::ShowThrough) => {
            vec!["pusta; przebija druga strona albo druk jest bardzo blady"]
        }
        PageKind::Blank => vec!["pusta"],
        PageKind::Separator => vec!["separator"],
        PageKind::Text => Vec::new(),
    };
    match page.turned {
        // Which way round a separator lies does not matter.
        _ if page.kind != PageKind::Text => {}
        90 | 270 => said.push("leży bokiem"),
        180 => said.push("leży do góry nogami"),
        _ => {}
    }
    if page.kind == PageKind::Text {
        said.extend(page.quality_words());
    }
    if said.is_empty() {
        return None;
    }
    let mark = match (page.kind, page.verdict) {
        (PageKind::Failed, _) | (PageKind::Text, Verdict::Unreadable) => "ZESKANUJ PONOWNIE: ",
        _ => "",
    };
    Some(format!("{mark}strona {number}: {}", said.join(", ")))
}

impl PageVerdict {
    fn quality_words(&self) -> impl Iterator<Item = &'static str> {
        let bad = self.verdict != Verdict::Good;
        self.reasons
            .iter()
            .filter(move |_| bad)
            .map(|reason| match reason {
                QualityReason::LowResolution => "za mała rozdzielczość",
                QualityReason::LowContrast => "za blada",
                QualityReason::Noise => "zabrudzona",
                QualityReason::Skew => "krzywo podana",
                QualityReason::CutEdge => "ucięta przy krawędzi",
                QualityReason::Folded => "prawdopodobnie zagięta",
                QualityReason::DoubleFed => "dłuższa od innych: pobrano dwie kartki naraz?",
                QualityReason::ShowThrough => "przebija druga strona",
                QualityReason::Blur => "nieostra",
                QualityReason::InkWithoutWords => "jest ślad bez słów (pieczęć, podpis?)",
                QualityReason::InkOverText => "pieczęć lub dopisek na tekście",
                QualityReason::LowConfidence => "słowa odczytane niepewnie",
                QualityReason::Deadline => "czytanie przerwane po limicie czasu",
                QualityReason::HiddenTextDiffers => "ukryty tekst różni się od widocznego",
            })
    }
}
