//! The type of interest of a credit whose rate is fixed for its first years and variable after them: what
//! one sentence says alone („stopa stała”, „oprocentowanie zmienne”) is only half of it.

use super::{Bound, Ground};
use regex::Regex;
use std::sync::LazyLock;

/// A fixed rate for a time: „przez pierwszych 60 miesięcy … stałej stopy”, „okresowo stała”.
static FOR_A_TIME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        \bokresowo[\s-]+(?:stal|niezmienn)\w*
        |\b(?:przez|w)\s+(?:okres\w*\s+)?(?:pierwsz\w+|poczatkow\w+)\s[^.;]{0,60}?\b(?:miesi\w+|lat\w*|rok\w*)\b[^.;]{0,80}?\b(?:stal|niezmienn)(?:[aeaj]|ej|ym|ego)\b
        |\b(?:stal|niezmienn)(?:[aeaj]|ej|ym|ego)\b[^.;]{0,70}?\b(?:przez|w)\s+(?:okres\w*\s+)?(?:pierwsz\w+|poczatkow\w+)\s[^.;]{0,40}?\b(?:miesi\w+|lat\w*|rok\w*)\b
        |\bstal\w{1,3}\s+(?:stop\w+\s+(?:procentow\w+\s+)?)?(?:przez|na)\s+(?:okres\s+)?[0-9]{1,2}\s+(?:\([^)]{1,30}\)\s+)?lat\b
        |\bfixed\s+(?:rate\s+)?for\s+the\s+first\s
        ",
    )
    .expect("a pattern in the source is sound")
});
/// What follows the fixed time.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:zmienn(?:a|e|ej|ym|ego)|variable|floating|wibor|wiron|polstr|euribor|saron)\b",
    )
    .expect("a pattern in the source is sound")
});

/// „mixed” where a rate is fixed for a time and variable later.
pub(super) fn interest(ground: &Ground<'_>) -> Option<Bound> {
    let field = ground.wanted("interest_type")?;
    let text = &ground.flow.folded;
    let fixed = FOR_A_TIME.find_iter(text).find(|m| {
        let before = &text[m.start().saturating_sub(40)..m.start()];
        !["rat ", "raty", "ryczalt", "oplat", "mozliw", "moze "]
            .iter()
            .any(|word| before.contains(word))
    })?;
    let later = &text[fixed.end()..text.len().min(fixed.end() + 900)];
    let says_so = text[fixed.range()].starts_with("okresowo");
    (says_so || VARIABLE.is_match(later)).then(|| Bound {
        field,
        value: "mixed".into(),
        span: fixed.range(),
        rule: "fixed_then_variable",
        score: 1.15,
        ..Bound::default()
    })
}
