//! Letters as comparison sees them: folded to plain ASCII one for one, so that a place in the
//! folded text is the same place in the original; and how many slips of the eye part two words.
//!
//! Refuses to change the original: folding is for finding, never for showing.

/// One character as plain ASCII, case kept: diacritics off, one kind of space, dash and quote.
pub(crate) fn plain(c: char) -> char {
    match c {
        ' '..='~' | '\t' | '\n' | '\u{b}' | '\u{c}' => c,
        'ą' | 'á' | 'à' | 'ä' | 'â' | 'ã' | 'å' => 'a',
        'Ą' | 'Á' | 'À' | 'Ä' | 'Â' | 'Ã' | 'Å' => 'A',
        'ć' | 'č' | 'ç' => 'c',
        'Ć' | 'Č' | 'Ç' => 'C',
        'ę' | 'é' | 'è' | 'ë' | 'ê' | 'ě' => 'e',
        'Ę' | 'É' | 'È' | 'Ë' | 'Ê' => 'E',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ł' => 'l',
        'Ł' => 'L',
        'ń' | 'ñ' => 'n',
        'Ń' | 'Ñ' => 'N',
        'ó' | 'ò' | 'ö' | 'ô' | 'õ' => 'o',
        'Ó' | 'Ò' | 'Ö' | 'Ô' | 'Õ' => 'O',
        'ś' | 'š' => 's',
        'Ś' | 'Š' => 'S',
        'ú' | 'ù' | 'ü' | 'û' => 'u',
        'Ú' | 'Ü' => 'U',
        'ź' | 'ż' | 'ž' => 'z',
        'Ź' | 'Ż' | 'Ž' => 'Z',
        '\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '‐' | '‑' | '‒' | '–' | '—' | '−' | '\u{ad}' => '-',
        '„' | '”' | '“' | '«' | '»' | '‟' | '″' => '"',
        '’' | '‘' | '‚' | '´' => '\'',
        '…' => '.',
        '§' => '#',
        '°' | 'º' => '*',
        '⁄' | '∕' => '/',
        '•' | '·' | '●' | '▪' | '■' | '□' | '☐' | '☒' | '☑' => '*',
        _ => '?',
    }
}

/// The text folded: plain ASCII in lower case, one byte a character.
pub(crate) fn fold(text: &str) -> String {
    text.chars()
        .map(|c| plain(c).to_ascii_lowercase())
        .collect()
}

/// How many letters had to be misread, lost or added to make one word of the other, where that is
/// at most `limit`. Letters that scanners confuse (`l` `1` `i`, `o` `0`, `s` `5` `8` …) count half,
/// so the result is in halves.
pub(crate) fn slips(a: &[u8], b: &[u8], limit: usize) -> Option<usize> {
    const WIDTH: usize = 40;
    if a == b {
        return Some(0);
    }
    if a.len().abs_diff(b.len()) * 2 > limit || a.len() >= WIDTH || b.len() >= WIDTH {
        return None;
    }
    let mut row = [0usize; WIDTH];
    for (at, cell) in row.iter_mut().enumerate() {
        *cell = at * 2;
    }
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = (i + 1) * 2;
        let mut least = row[0];
        for (j, y) in b.iter().enumerate() {
            let cost = if x == y {
                0
            } else {
                2 - usize::from(alike(*x, *y))
            };
            let next = (diagonal + cost).min(row[j] + 2).min(row[j + 1] + 2);
            diagonal = row[j + 1];
            row[j + 1] = next;
            least = least.min(next);
        }
        if least > limit {
            return None;
        }
    }
    (row[b.len()] <= limit).then_some(row[b.len()])
}

/// Whether two words open with the same letter, or with letters that scanners confuse.
pub(crate) fn opens_alike(a: &[u8], b: &[u8]) -> bool {
    matches!((a.first(), b.first()), (Some(a), Some(b)) if a == b || alike(*a, *b))
}

/// Whether scanners take one of two characters for the other.
fn alike(a: u8, b: u8) -> bool {
    LOOKS[usize::from(a)] & LOOKS[usize::from(b)] != 0
}

/// For every character, the groups of look-alikes it belongs to, one bit a group.
static LOOKS: [u8; 256] = {
    const GROUPS: [&[u8]; 8] = [
        b"il1|!tj", b"o0ceq", b"s58$", b"b68h", b"z27", b"gq9y", b"nhmru", b"vyuw",
    ];
    let mut looks = [0; 256];
    let mut group = 0;
    while group < GROUPS.len() {
        let mut at = 0;
        while at < GROUPS[group].len() {
            looks[GROUPS[group][at] as usize] |= 1 << group;
            at += 1;
        }
        group += 1;
    }
    looks
};

#[cfg(test)]
mod tests {
    use super::{fold, slips};
    use proptest::prelude::*;

    #[test]
    fn folding_keeps_the_count_of_characters() {
        let text = "Zażółć GĘŚLĄ „jaźń” – 31\u{a0}000,00 § 3…";
        assert_eq!(fold(text), "zazolc gesla \"jazn\" - 31 000,00 # 3.");
        assert_eq!(fold(text).len(), text.chars().count());
    }

    #[test]
    fn slips_count_confusions_half() {
        let slips = |a: &str, b: &str| slips(a.as_bytes(), b.as_bytes(), 4);
        assert_eq!(slips("kredytu", "kredytu"), Some(0));
        assert_eq!(slips("kwota", "kw0ta"), Some(1));
        assert_eq!(slips("kwota", "kwta"), Some(2));
        assert_eq!(slips("kwota", "stopa"), None);
    }

    proptest! {
        #[test]
        fn folding_never_changes_the_length(text in "\\PC{0,60}") {
            prop_assert_eq!(fold(&text).len(), text.chars().count());
        }
    }
}
