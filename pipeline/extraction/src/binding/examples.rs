//! Paragraphs that speak of another credit than the document's own: representative examples.

use crate::label::{Phrase, Terms};
use crate::layout::Flow;
use crate::schema::{Kind, Schemas};
use std::ops::Range;

/// The paragraphs that a decoy disowns whole (a representative example), with what they disown.
pub(crate) fn examples<'a>(
    flow: &Flow,
    terms: &Terms<'_>,
    schemas: &'a Schemas,
) -> Vec<(Range<usize>, &'a [Kind])> {
    let decoys: Vec<_> = schemas
        .decoys
        .iter()
        .filter(|decoy| decoy.paragraph)
        .collect();
    let phrases: Vec<&Phrase> = decoys.iter().map(|decoy| &decoy.phrase).collect();
    let found = terms.find(&phrases).into_iter();
    found
        .map(|f| {
            let zone = f.span.start..paragraph_end(flow, &f.span);
            (zone, decoys[f.phrase].kinds.as_slice())
        })
        .collect()
}

/// Where the paragraph ends that a phrase stands in: at a block's end or a numbered line, at most
/// 600 characters on. A phrase that is a heading stands for its whole section.
fn paragraph_end(flow: &Flow, phrase: &Range<usize>) -> usize {
    let from = phrase.end;
    let text = &flow.folded[from..flow.folded.len().min(from + 700)];
    let heading = text
        .trim_start_matches([' ', '.', ':'])
        .starts_with(['\n', '\u{b}'])
        && flow
            .line_at(phrase.start)
            .is_some_and(|line| line.span.len() < phrase.len() + 12);
    let opens_section =
        |at: usize| text[at + 1..].starts_with('#') || capitals(&flow.cased[from + at + 1..]);
    let numbered = |at: usize| {
        let rest = text[at + 1..].trim_start_matches(|c: char| c.is_ascii_digit());
        rest.len() < text.len() - at - 1 && rest.starts_with(['.', ')'])
    };
    let stop = text.char_indices().find(|(at, c)| match c {
        '\u{c}' => true,
        '\u{b}' | '\n' if heading => *at > 20 && opens_section(*at),
        '\u{b}' => true,
        '\n' => numbered(*at) || opens_section(*at),
        _ => false,
    });
    from + stop.map_or(text.len(), |(at, _)| at)
}

/// Whether a line is set in capitals.
fn capitals(text: &str) -> bool {
    let line = text
        .split(['\n', '\u{b}', '\u{c}'])
        .next()
        .unwrap_or_default();
    let letters = line.bytes().filter(u8::is_ascii_alphabetic).count();
    letters > 5 && !line.bytes().any(|b| b.is_ascii_lowercase())
}
