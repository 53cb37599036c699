//! The offices of those who act for a party: „– Dyrektora Oddziału”, „(ekspert kredytowy)”.

use super::head::Head;
use crate::layout::Flow;
use regex::Regex;
use std::sync::LazyLock;

/// The offices that a representative may hold, by how they are written.
static OFFICES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let offices = [
        (r"dyrektor\w*\s+oddzialu", "Dyrektor Oddziału"),
        (r"zastepc\w+\s+dyrektora", "Zastępca Dyrektora"),
        (r"prezes\w*\s+zarzadu", "Prezes Zarządu"),
        (r"wiceprezes\w*(?:\s+zarzadu)?", "Wiceprezes Zarządu"),
        (r"czlon\w+\s+zarzadu", "Członek Zarządu"),
        (r"doradc\w+\s+klienta", "Doradca Klienta"),
        (r"pelnomocni\w+", "Pełnomocnik"),
        (r"prokurent\w*", "Prokurent"),
        (r"wspolni\w+", "Wspólnik"),
        (
            r"specjali\w+\s+ds\.?\s+kredyt\w+",
            "Specjalista ds. kredytów",
        ),
        (r"kierowni\w+(?:\s+oddzialu)?", "Kierownik"),
        (
            r"president of the management board",
            "President of the Management Board",
        ),
        (
            r"member of the management board",
            "Member of the Management Board",
        ),
        (r"attorney", "Attorney"),
        (r"director", "Director"),
        (r"partner", "Partner"),
    ];
    let pattern = |text: &str| {
        Regex::new(&text.replace(' ', r"\s+")).expect("a pattern in the source is sound")
    };
    offices.map(|(text, office)| (pattern(text), office)).into()
});

/// What follows the name of somebody who acts for a party: „– dyrektor oddziału”, „(ekspert kredytowy)”.
static OFFICE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^\s?[-,(]{0,2}\s*(?:dyrektor|prezes|wiceprezes|czlon\w+\s+zarzadu|doradc|pelnomocni|prokurent|kierowni|specjalist|menedzer|manager|ekspert|starsz|glown|zastepc|naczelni|analityk|opiekun|koordynator|inspektor|referent|radc|country manager|proxy|director|member of|president|head of|attorney|chief|sprzedaw|agent|posredni)",
    )
    .expect("a pattern in the source is sound")
});

/// „przez Członka Zarządu Eryka Waligórę”: an office right before a name.
static OFFICE_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:(?:wice)?prezes\w*|czlon(?:ek|ka|kiem|kini\w*|ki)\s+zarzadu|dyrektor\w*|prokurent\w*|kierowni\w+|pelnomocni\w+|komplementariusz\w*)(?:\s+(?:zarzadu|oddzialu|departamentu|biura|pan[aiu]|pania|panem))*\s+$",
    )
    .expect("a pattern in the source is sound")
});

/// Whether an office stands right after a name, or right before it.
pub(super) fn holds_office(flow: &Flow, head: &Head) -> bool {
    let from = head.span.start.saturating_sub(50);
    OFFICE_BEFORE.is_match(&flow.folded[from..head.span.start])
        || OFFICE.is_match(&flow.folded[head.span.end..flow.folded.len().min(head.span.end + 45)])
}

/// The office after a representative's name: „– Dyrektora Oddziału”.
pub(super) fn office(flow: &Flow, head: &Head) -> Option<String> {
    let near = &flow.folded[head.span.end..flow.folded.len().min(head.span.end + 45)];
    let found = OFFICES
        .iter()
        .filter_map(|(pattern, office)| Some((pattern.find(near)?.start(), office)));
    found
        .min_by_key(|(at, _)| *at)
        .map(|(_, office)| (*office).to_owned())
}
