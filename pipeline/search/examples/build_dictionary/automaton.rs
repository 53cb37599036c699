//! Reads Morfologik's dictionary: a CFSA2 automaton of rows `form;code;tags`, and the code that
//! turns a form into its lemma.
//!
//! The formats are those of morfologik-stemming 2.1 (`morfologik.fsa.CFSA2`,
//! `morfologik.stemming.TrimPrefixAndSuffixEncoder`). Only what the Polish dictionary uses is read:
//! flags FLEXIBLE, STOPBIT and NEXTBIT, no numbered states. Anything else is refused.

/// A byte of a row read from the automaton.
type Offset = usize;

const TARGET_NEXT: u8 = 0x80;
const LAST_ARC: u8 = 0x40;
const FINAL_ARC: u8 = 0x20;
const LABEL_INDEX: u8 = 0x1f;

/// A CFSA2 automaton, in memory.
pub(crate) struct Automaton {
    labels: Vec<u8>,
    arcs: Vec<u8>,
}

impl Automaton {
    /// Takes the bytes of a `.dict` file.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let [b'\\', b'f', b's', b'a', 0xc6, high, low, count, rest @ ..] = bytes else {
            return Err("not a CFSA2 automaton (magic `\\fsa`, version 0xc6)".into());
        };
        let flags = u16::from_be_bytes([*high, *low]);
        if flags & !0x7 != 0 {
            return Err(format!("flags {flags:#x}: numbered states are not read"));
        }
        let (labels, arcs) = rest
            .split_at_checked(usize::from(*count))
            .ok_or("the label table is cut short")?;
        Ok(Self {
            labels: labels.to_vec(),
            arcs: arcs.to_vec(),
        })
    }

    /// Gives every row, in the order of its bytes.
    pub(crate) fn rows(&self, each: &mut dyn FnMut(&[u8])) {
        let root = self.target(0);
        self.walk(root, &mut Vec::new(), each);
    }

    fn walk(&self, state: Offset, row: &mut Vec<u8>, each: &mut dyn FnMut(&[u8])) {
        let mut arc = state;
        loop {
            row.push(self.label(arc));
            if self.arcs[arc] & FINAL_ARC != 0 {
                each(row);
            }
            let target = self.target(arc);
            if target != 0 {
                self.walk(target, row, each);
            }
            row.pop();
            if self.arcs[arc] & LAST_ARC != 0 {
                return;
            }
            arc = self.after(arc);
        }
    }

    fn label(&self, arc: Offset) -> u8 {
        match self.arcs[arc] & LABEL_INDEX {
            0 => self.arcs[arc + 1],
            index => self.labels[usize::from(index)],
        }
    }

    /// Where an arc's target address would begin.
    fn address(&self, arc: Offset) -> Offset {
        arc + if self.arcs[arc] & LABEL_INDEX == 0 {
            2
        } else {
            1
        }
    }

    /// The state an arc leads to; 0 is the end.
    fn target(&self, arc: Offset) -> Offset {
        if self.arcs[arc] & TARGET_NEXT == 0 {
            return self.number(self.address(arc)).0;
        }
        let mut arc = arc;
        while self.arcs[arc] & LAST_ARC == 0 {
            arc = self.after(arc);
        }
        self.after(arc)
    }

    /// What stands behind an arc.
    fn after(&self, arc: Offset) -> Offset {
        let address = self.address(arc);
        if self.arcs[arc] & TARGET_NEXT == 0 {
            self.number(address).1
        } else {
            address
        }
    }

    /// A number of seven bits a byte, lowest first, and what stands behind it.
    fn number(&self, mut at: Offset) -> (usize, Offset) {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.arcs[at];
            value |= usize::from(byte & 0x7f) << shift;
            at += 1;
            shift += 7;
            if byte & 0x80 == 0 {
                return (value, at);
            }
        }
    }
}

/// One row: a form, its lemma and its tags.
pub(crate) struct Row {
    /// The form as spelt.
    pub(crate) form: String,
    /// Its dictionary form.
    pub(crate) lemma: String,
    /// Morphosyntactic tags of the National Corpus of Polish, joined by `+`.
    pub(crate) tags: String,
}

impl Row {
    /// Decodes `form;code;tags`, the code being: bytes to drop in front, bytes to drop behind
    /// (each counted from `A`, 255 for all), and what to add behind.
    pub(crate) fn parse(row: &[u8]) -> Result<Self, String> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|e| e.to_string());
        let wrong = || format!("row {:?}", String::from_utf8_lossy(row));
        let mut parts = row.splitn(3, |&b| b == b';');
        let form = parts.next().ok_or_else(wrong)?;
        let (&[front, behind, ref added @ ..], Some(tags)) =
            (parts.next().ok_or_else(wrong)?, parts.next())
        else {
            return Err(wrong());
        };
        let (front, behind) = (front.wrapping_sub(b'A'), behind.wrapping_sub(b'A'));
        let kept = if front == 255 || behind == 255 {
            &[][..]
        } else {
            let end = form
                .len()
                .checked_sub(usize::from(behind))
                .ok_or_else(wrong)?;
            form.get(usize::from(front)..end).ok_or_else(wrong)?
        };
        Ok(Self {
            form: text(form)?,
            lemma: text(&[kept, added].concat())?,
            tags: text(tags)?,
        })
    }
}
