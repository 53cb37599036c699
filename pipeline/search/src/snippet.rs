//! A few words around the hits, safe to put into a page of HTML.

use crate::sought::Mark;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::ops::Range;

/// Bytes of a snippet, about: two lines of a list.
const LENGTH: usize = 240;
/// Bytes shown before the first hit, about.
const LEAD: usize = 60;
/// Hits looked at for the best place to cut.
const TRIED: usize = 200;

/// The snippet of a text around its marks: escaped, hits in `<mark>`, white space made one space.
/// Without marks it is the text's beginning.
pub(crate) fn snippet(text: &str, marks: &[Mark]) -> String {
    let window = window(text, marks);
    let mut out = String::with_capacity(LENGTH * 2);
    if window.start > 0 {
        out.push('…');
    }
    let mut at = window.start;
    for mark in marks {
        if mark.range.start < at || mark.range.end > window.end {
            continue;
        }
        escape(&text[at..mark.range.start], &mut out);
        out.push_str("<mark>");
        escape(&text[mark.range.clone()], &mut out);
        out.push_str("</mark>");
        at = mark.range.end;
    }
    escape(&text[at..window.end], &mut out);
    if window.end < text.trim_end().len() {
        out.push('…');
    }
    out
}

/// How many different things a snippet of the marks would show.
pub(crate) fn variety(text: &str, marks: &[Mark]) -> usize {
    shown(&window(text, marks), marks).0
}

/// The bytes to show: where the most different things were found, then the most.
fn window(text: &str, marks: &[Mark]) -> Range<usize> {
    let around = |start: usize| {
        let from = start.saturating_sub(LEAD);
        word_start(text, from)..word_end(text, from + LENGTH)
    };
    let starts = marks.iter().take(TRIED).map(|mark| mark.range.start);
    let windows = starts.map(around);
    let best = windows.max_by_key(|window| (shown(window, marks), usize::MAX - window.start));
    best.unwrap_or_else(|| around(0))
}

fn shown(window: &Range<usize>, marks: &[Mark]) -> (usize, usize) {
    let inside = |mark: &&Mark| mark.range.start >= window.start && mark.range.end <= window.end;
    let inside: Vec<&Mark> = marks.iter().filter(inside).collect();
    let different: HashSet<&str> = inside.iter().map(|mark| &*mark.what).collect();
    (different.len(), inside.len())
}

/// The end of the word that an offset falls into, going back.
fn word_start(text: &str, at: usize) -> usize {
    let at = text.floor_char_boundary(at);
    let space = text[..at].rfind(char::is_whitespace);
    space.map_or(0, |space| {
        space + text[space..].chars().next().map_or(0, char::len_utf8)
    })
}

fn word_end(text: &str, at: usize) -> usize {
    let at = text.ceil_char_boundary(at.min(text.len()));
    let space = text[at..].find(char::is_whitespace);
    space.map_or(text.trim_end().len().max(at), |space| at + space)
}

fn escape(text: &str, out: &mut String) {
    let mut space = out.ends_with(' ');
    for letter in text.chars() {
        if letter.is_whitespace() || letter.is_control() {
            if !space {
                out.push(' ');
            }
            space = true;
            continue;
        }
        space = false;
        match letter {
            '<' | '>' | '&' | '"' | '\'' => {
                write!(out, "&#{};", u32::from(letter)).expect("a string takes everything");
            }
            letter => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Mark, snippet};
    use proptest::prelude::*;

    fn mark(text: &str, word: &str) -> Mark {
        let start = text.find(word).unwrap();
        Mark {
            range: start..start + word.len(),
            what: word.into(),
        }
    }

    #[test]
    fn hits_are_marked_and_everything_is_escaped() {
        let text = "Umowa <b>kredytu</b>\n  \"dla\" A&B";
        let shown = snippet(text, &[mark(text, "kredytu")]);
        assert_eq!(
            shown,
            "Umowa &#60;b&#62;<mark>kredytu</mark>&#60;/b&#62; &#34;dla&#34; A&#38;B"
        );
        assert_eq!(snippet("", &[]), "");
    }

    #[test]
    fn it_is_cut_where_most_is_found() {
        let far = format!(
            "{}rata {} kwota rata koniec",
            "a ".repeat(300),
            "b ".repeat(300)
        );
        let second = far.rfind("rata").unwrap();
        let marks = [
            mark(&far, "rata"),
            mark(&far, "kwota"),
            Mark {
                range: second..second + 4,
                what: "rata".into(),
            },
        ];
        let shown = snippet(&far, &marks);
        assert!(
            shown.ends_with("b <mark>kwota</mark> <mark>rata</mark> koniec"),
            "{shown}"
        );
        assert!(shown.starts_with('…') && shown.len() < 400);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_or_lets_markup_through(text in "\\PC{0,400}", from in 0usize..400, length in 1usize..20) {
            let start = text.floor_char_boundary(from);
            let end = text.floor_char_boundary(start + length);
            let marks = [Mark { range: start..end, what: "".into() }];
            let shown = snippet(&text, if start < end { &marks } else { &[] });
            let plain = shown.replace("<mark>", "").replace("</mark>", "");
            prop_assert!(!plain.contains(['<', '>', '"']));
        }
    }
}
