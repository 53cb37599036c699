//! CCITT T.4 and T.6 (fax group 3 and 4) to packed bits, one strip at a time.
//!
//! A strip that breaks off keeps the rows it had; saying so is the caller's part.

use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext};

/// Rows of packed bits, 1 for black, whatever the file's own polarity.
pub(crate) struct Rows {
    pub(crate) bits: Vec<u8>,
    pub(crate) stride: usize,
    columns: usize,
    limit: usize,
}

impl Decoder for Rows {
    fn push_row(&mut self, changes: &[u32]) {
        if self.bits.len() >= self.limit {
            return;
        }
        let start = self.bits.len();
        self.bits.resize(start + self.stride, 0);
        let row = &mut self.bits[start..];
        for span in changes.chunks(2) {
            let from = (span[0] as usize).min(self.columns);
            let to = span
                .get(1)
                .map_or(self.columns, |&to| (to as usize).min(self.columns));
            blacken(row, from, to);
        }
    }
}

/// Sets the bits of columns `from..to`.
fn blacken(row: &mut [u8], from: usize, to: usize) {
    if from >= to {
        return;
    }
    let (first, last) = (from / 8, (to - 1) / 8);
    let (head, foot) = (0xFF >> (from % 8), 0xFFu8 << (7 - (to - 1) % 8));
    if first == last {
        row[first] |= head & foot;
    } else {
        row[first] |= head;
        row[first + 1..last].fill(0xFF);
        row[last] |= foot;
    }
}

/// Decodes a strip into at most `settings.rows` rows; fewer where the data ends or breaks.
pub(crate) fn decode(data: &[u8], settings: DecodeSettings) -> Rows {
    let columns = settings.columns as usize;
    let stride = columns.div_ceil(8);
    let mut rows = Rows {
        bits: Vec::new(),
        stride,
        columns,
        limit: stride * settings.rows as usize,
    };
    rows.bits.reserve_exact(rows.limit);
    // An error ends the rows; how many there are tells the caller all it needs.
    let _ = hayro_ccitt::decode(data, &mut rows, &mut DecoderContext::new(settings));
    rows
}

#[cfg(test)]
mod tests {
    use super::blacken;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_run_of_black_is_as_long_as_it_says(from in 0usize..40, to in 0usize..40) {
            let mut row = [0u8; 5];
            blacken(&mut row, from, to);
            for x in 0..40 {
                let black = row[x / 8] & (0x80 >> (x % 8)) != 0;
                prop_assert_eq!(black, (from..to).contains(&x));
            }
        }
    }
}
