//! Any bytes as the only strip of a sound TIFF: each compression, each way to count bits. The
//! first bytes choose what the directory says, the rest is decompressed.
#![no_main]

mod reading;

use libfuzzer_sys::fuzz_target;

const COMPRESSIONS: [u16; 11] = [1, 2, 3, 4, 5, 6, 7, 8, 32_766, 32_773, 32_946];

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, strip)) = bytes.split_first_chunk::<8>() else {
        return;
    };
    let pick = |n: usize, of: &[u16]| of[usize::from(choice[n]) % of.len()];
    let short = |tag: u16, value: u16| (tag, 3u16, u32::from(value));
    let samples = pick(3, &[1, 1, 3, 4]);
    let mut fields = vec![
        short(256, 1 + u16::from(choice[0])),
        short(257, 1 + u16::from(choice[1])),
        short(258, pick(2, &[1, 2, 4, 8, 12, 16])),
        short(259, pick(4, &COMPRESSIONS)),
        short(262, pick(5, &[0, 1, 2, 3, 5, 6])),
        short(266, 1 + u16::from(choice[6] & 1)),
        (273, 4, 8),
        short(277, samples),
        short(278, 1 + u16::from(choice[1])),
        (279, 4, u32::try_from(strip.len()).unwrap_or(u32::MAX)),
        short(292, u16::from(choice[6] >> 1) % 8),
        short(317, 1 + u16::from(choice[7] & 1)),
    ];
    if choice[7] & 2 != 0 {
        fields.push(short(284, 2));
        fields.sort_unstable();
    }
    let mut file = b"II*\0".to_vec();
    let at = u32::try_from(8 + strip.len()).unwrap_or(u32::MAX);
    file.extend(at.to_le_bytes());
    file.extend_from_slice(strip);
    file.extend(u16::try_from(fields.len()).unwrap_or(0).to_le_bytes());
    for (tag, kind, value) in fields {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(1u32.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 4]);
    reading::read(file);
});
