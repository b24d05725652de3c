//! Damage: what transmission, programs and malice do to bytes.

#![allow(clippy::single_range_in_vec_init)] // a stretch of bytes, and not the numbers of it

use std::ops::Range;

use huizong::synth::Random;

/// Bytes after the damage, and which of the bytes before it were concerned.
pub struct Damaged {
    pub bytes: Vec<u8>,
    /// Stretches of the original that were changed, moved, copied or lost; an empty one is a place where something was
    /// put in.
    pub touched: Vec<Range<usize>>,
    pub what: &'static str,
}

/// Pieces that mean something to one reader or another.
const TOKENS: [&[u8]; 56] = [
    b"<table>",
    b"</table>",
    b"<tr>",
    b"</tr>",
    b"<td>",
    b"</td>",
    b"<td colspan=\"7\">",
    b"<td rowspan=\"2000000000\">",
    b"<th>",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<?",
    b"<script>",
    b"&#x0;",
    b"&amp;",
    b"&lol9;",
    b"&#1114112;",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"<w:tc>",
    b"</w:tc>",
    b"<w:tr>",
    b"</w:tbl>",
    b"<w:del>",
    b"<w:t>",
    b"</w:p>",
    b"<w:gridSpan w:val=\"4294967295\"/>",
    b"<v>",
    b"</v>",
    b" r=\"XFD1048576\"",
    b" r=\"A0\"",
    b" t=\"s\"",
    b" t=\"e\"",
    b"<mergeCell ref=\"A1:XFD1048576\"/>",
    b" table:number-columns-repeated=\"16384\"",
    b" table:number-rows-repeated=\"2000000000\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b",",
    b":",
    b"\n",
    b"\r\n",
    b"|",
    b"\t",
    b";",
    b"-",
    b"1e308",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\x00",
];

/// Damages bytes in one way.
pub fn damage(original: &[u8], random: &mut Random) -> Damaged {
    let len = original.len();
    let mut bytes = original.to_vec();
    if len < 4 {
        bytes.push(random.bits() as u8);
        return Damaged {
            bytes,
            touched: vec![0..len],
            what: "appended",
        };
    }
    let at = random.index(len);
    let block = |random: &mut Random| {
        let from = random.index(len);
        let most = if random.chance(700) { 48 } else { 2048 };
        from..(from + 1 + random.index(most)).min(len)
    };
    let (touched, what) = match random.below(12) {
        0..3 => {
            let count = 1 + random.index(8);
            let places: Vec<usize> = (0..count).map(|_| random.index(len)).collect();
            for place in &places {
                bytes[*place] ^= 1 << random.below(8);
            }
            (
                places.into_iter().map(|at| at..at + 1).collect(),
                "bits flipped",
            )
        }
        3 => {
            bytes.truncate(at);
            (vec![at..len], "cut off")
        }
        4 => {
            let (a, b) = (block(random), block(random));
            let (a, b) = if a.start <= b.start { (a, b) } else { (b, a) };
            let b = b.start.max(a.end)..b.end.max(a.end);
            bytes = [
                &original[..a.start],
                &original[b.clone()],
                &original[a.end..b.start],
                &original[a.clone()],
                &original[b.end..],
            ]
            .concat();
            (vec![a, b], "blocks swapped")
        }
        5 => {
            let copied = block(random);
            bytes.splice(at..at, original[copied.clone()].iter().copied());
            (vec![copied, at..at], "block copied")
        }
        6 => {
            let lost = block(random);
            bytes.drain(lost.clone());
            (vec![lost], "block lost")
        }
        7 => {
            let put: Vec<u8> = (0..1 + random.index(16))
                .map(|_| random.bits() as u8)
                .collect();
            bytes.splice(at..at, put);
            (vec![at..at], "bytes put in")
        }
        8 => {
            let blank = block(random);
            let fill = random.pick(&[0, 0xff, b' ', b'0']).copied().unwrap_or(0);
            bytes[blank.clone()].fill(fill);
            (vec![blank], "block blanked")
        }
        9 => {
            let token = random.pick(&TOKENS).copied().unwrap_or_default();
            let end = (at + token.len()).min(len);
            bytes[at..end].copy_from_slice(&token[..end - at]);
            (vec![at..end], "token written over")
        }
        10 => {
            let digits: Vec<usize> = (0..len).filter(|at| bytes[*at].is_ascii_digit()).collect();
            let place = random.pick(&digits).copied().unwrap_or(at);
            bytes[place] = b'0' + random.below(10) as u8;
            (vec![place..place + 1], "digit changed")
        }
        _ => {
            let token = random.pick(&TOKENS).copied().unwrap_or_default();
            bytes.splice(at..at, token.iter().copied());
            (vec![at..at], "token put in")
        }
    };
    Damaged {
        bytes,
        touched,
        what,
    }
}
