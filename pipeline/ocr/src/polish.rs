//! The § sign, which Tesseract's Polish model does not know.
//!
//! It is read as `8`, `$`, `S` or `&`. The ink tells: the sign reaches below the line on which the
//! figures stand, an eight does not. A word repaired keeps what was read among its alternatives.

use crate::binding::{ImageError, Pix};
use crate::reading_order::OrderedLine;
use crate::second_look::Spotted;
use model::Place;

/// What the sign is read as.
const CONFUSED: [char; 12] = ['8', '$', 'S', '&', 's', 'ś', 'Ś', '6', '5', 'B', '€', '3'];

/// Share of a figure's height by which the sign reaches below it, at least: Times has 22 %, Arial
/// and Liberation Sans 29 %; a stray pixel makes 5 %.
const BELOW: f64 = 0.1;

/// Repairs the § signs in the words of a page, line by line.
pub(crate) fn repair_signs(
    ink: &Pix,
    words: &mut [Spotted],
    lines: &[OrderedLine],
) -> Result<(), ImageError> {
    for line in lines {
        for (position, &index) in line.items.iter().enumerate() {
            let next = line
                .items
                .get(position + 1)
                .map(|&next| words[next].clone());
            if let Some(text) = repaired(ink, &words[index], next.as_ref())? {
                let read = std::mem::replace(&mut words[index].text, text);
                words[index].alternatives.insert(0, read);
            }
        }
    }
    Ok(())
}

/// The word with its § sign, where its ink shows one.
fn repaired(
    ink: &Pix,
    word: &Spotted,
    next: Option<&Spotted>,
) -> Result<Option<String>, ImageError> {
    let mut letters = word.text.chars();
    let Some(first) = letters.next().filter(|c| CONFUSED.contains(c)) else {
        return Ok(None);
    };
    let rest = letters.as_str();
    if rest.is_empty() || rest.chars().all(|c| CONFUSED.contains(&c)) && rest.len() == 1 {
        // The sign by itself: the next word has the figure.
        let Some(next) = next.filter(|next| is_number(&next.text)) else {
            return Ok(None);
        };
        let (Some(sign), Some(figure)) = (glyphs(ink, word.place)?, glyphs(ink, next.place)?)
        else {
            return Ok(None);
        };
        if reaches_below(sign[0], figure[0]) {
            let double = sign.len() > 1 && reaches_below(sign[1], figure[0]);
            return Ok(Some(if double { "§§" } else { "§" }.to_owned()));
        }
        if rest.is_empty() {
            return Ok(None);
        }
    }
    if !is_number(rest) {
        return Ok(None);
    }
    // Run together with its figure.
    let Some(glyphs) = glyphs(ink, word.place)?.filter(|glyphs| glyphs.len() > 1) else {
        return Ok(None);
    };
    let is_sign = first != '3' && reaches_below(glyphs[0], glyphs[1]);
    Ok(is_sign.then(|| format!("§ {rest}")))
}

/// `1`, `12.`, `3,`, `4a`, `5–7`: what can follow the sign.
fn is_number(text: &str) -> bool {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let rest = &text[digits..];
    (1..=3).contains(&digits) && rest.chars().count() <= 4 && !rest.contains(['%', '/', ':'])
}

fn reaches_below(sign: Place, figure: Place) -> bool {
    let below = f64::from(sign.bottom()) - f64::from(figure.bottom());
    let height = f64::from(figure.h);
    below >= (height * BELOW).max(2.0)
        && f64::from(sign.h) >= height * 1.08
        && sign.h < figure.h * 2
        && sign.y < figure.y + figure.h / 3
}

/// The rectangles of letters and figures from left to right, without stops; none for no ink.
fn glyphs(ink: &Pix, place: Place) -> Result<Option<Vec<Place>>, ImageError> {
    let mut glyphs = letters_at(ink, place)?;
    // A dot is no letter.
    let tallest = glyphs.iter().map(|p| p.h).max().unwrap_or(0);
    glyphs.retain(|p| p.h * 2 > tallest);
    Ok((!glyphs.is_empty()).then_some(glyphs))
}

/// The rectangles of all signs in a word's place, from left to right, parts of one sign joined.
pub(crate) fn letters_at(ink: &Pix, place: Place) -> Result<Vec<Place>, ImageError> {
    let margin = place.h / 3;
    let (x, y) = (place.x.saturating_sub(2), place.y.saturating_sub(margin));
    let right = (place.right() + 2).min(ink.width());
    let bottom = (place.bottom() + margin).min(ink.height());
    if right <= x || bottom <= y {
        return Ok(Vec::new());
    }
    let mut parts = ink
        .clipped(Place::new(x, y, right - x, bottom - y))?
        .components();
    // Ink of the line above or below, cut off by the margin, is no part of the word.
    parts.retain(|p| {
        let middle = y + p.y + p.h / 2;
        middle >= place.y && middle <= place.bottom()
    });
    parts.sort_by_key(|p| p.x);
    let mut joined: Vec<Place> = Vec::new();
    for part in parts {
        match joined.last_mut() {
            Some(last) if part.x + part.w / 2 < last.right() => *last = last.union(part),
            _ => joined.push(part),
        }
    }
    Ok(joined
        .into_iter()
        .map(|p| Place::new(x + p.x, y + p.y, p.w, p.h))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::repair_signs;
    use crate::binding::{Fill, Pix};
    use crate::reading_order::OrderedLine;
    use crate::second_look::Spotted;
    use model::Place;

    /// A line of words; `^` in the drawing is a glyph that reaches below the line.
    fn check(drawn: &str, read: &str, expected: &str) {
        let mut ink = Pix::new(1200, 100, 1).unwrap();
        let mut places = Vec::new();
        let mut x = 20;
        for word in drawn.split(' ') {
            let start = x;
            for glyph in word.chars() {
                let below = if glyph == '^' { 7 } else { 0 };
                ink.fill(Place::new(x, 40, 14, 28 + below), Fill::Ink);
                x += 18;
            }
            places.push(Place::new(
                start,
                40,
                x - start - 4,
                if word.contains('^') { 35 } else { 28 },
            ));
            x += 20;
        }
        let mut words: Vec<Spotted> = read
            .split(' ')
            .zip(places)
            .map(|(text, place)| Spotted {
                text: text.into(),
                place,
                confidence: 0.9,
                line: 0,
                alternatives: vec![],
            })
            .collect();
        let line = OrderedLine {
            items: (0..words.len()).collect(),
            block: 0,
        };
        repair_signs(&ink, &mut words, &[line]).unwrap();
        let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(text.join(" "), expected);
    }

    #[test]
    fn a_sign_that_reaches_below_the_line_is_a_section() {
        check("^ xx", "8 1.", "§ 1.");
        check("^ xx", "$ 12", "§ 12");
        check("^xx", "81.", "§ 1.");
        check("^^ x", "88 5", "§§ 5");
    }

    #[test]
    fn an_eight_on_the_line_stays_an_eight() {
        check("x xx", "8 1.", "8 1.");
        check("xxx", "81.", "81.");
        check("x xxxxx", "8 maja", "8 maja");
    }
}
