//! The branch that a bank's letterhead names: „Oddział 3 w Iłży”, „Filia w Kurowie”, „Punkt Kasowy nr 8”.

use super::{Bound, Ground};
use regex::Regex;
use std::sync::LazyLock;

static BRANCH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:^|[\n\t\x0b\x0c])(?P<branch>(?:[Oo]ddzial|[Ff]ilia|[Pp]lacowka|[Pp]unkt\s+[Kk]asowy|[Pp]unkt\s+[Oo]bslugi|[Ee]kspozytura|[Cc]entrum\s+(?:[Oo]bslugi|[Kk]redyt|[Kk]orporac|[Hh]ipotecz)[a-z]*)(?:\s+(?:[A-Z][A-Za-z-]+|[0-9]{1,4}|[IVX]+|nr|w|we|dla|Firm|Klienta|Kredytow|Hipotecznych|Korporacyjnych)){1,6})\s?(?:[,;\n\t\x0b\x0c]|$)",
    )
    .expect("a pattern in the source is sound")
});

/// How far down the first page a letterhead goes, as a part of its height.
const LETTERHEAD: f64 = 0.16;

/// The branch in the head of the first page.
pub(super) fn branch(ground: &Ground<'_>) -> Option<Bound> {
    let field = ground.wanted("branch")?;
    let height = ground.flow.sheets.first()?.height;
    let span = BRANCH
        .captures_iter(&ground.flow.cased)
        .filter_map(|c| c.name("branch").map(|m| m.range()))
        .find(|span| {
            let frame = ground.flow.frame(span);
            frame.is_some_and(|(sheet, f)| sheet == 0 && f.top < height * LETTERHEAD)
        })?;
    let written = ground.flow.text(&span);
    let mut letters = written.chars();
    let first = letters.next()?.to_uppercase();
    Some(Bound {
        field,
        value: first.chain(letters).collect(),
        span,
        rule: "letterhead",
        score: 0.8,
        ..Bound::default()
    })
}
