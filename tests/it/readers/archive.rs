use huizong::files::open;

use super::{fixture, zipped};

fn ends(name: &str, bytes: &[u8]) -> Vec<String> {
    open(name.into(), bytes)
        .iter()
        .map(|opened| match &opened.outcome {
            Ok(document) => format!("{} {:?}", opened.name, document.kind),
            Err(refusal) => format!("{} refused: {}", opened.name, refusal.what.en),
        })
        .collect()
}

#[test]
fn every_member_has_its_own_end() {
    let bytes = zipped(&[
        ("乙/b.docx", &fixture("python-docx.docx")),
        ("a.csv", "x,y\n1,2\n".as_bytes()),
        ("__MACOSX/._a.csv", b"junk"),
        ("~$b.docx", b"lock"),
        (".DS_Store", b"\0\0"),
        ("照片.xlsx", b"\xff\xd8\xff\xe0\0\x10JFIF"),
    ]);
    assert_eq!(
        ends("年报.zip", &bytes),
        [
            "年报.zip!/a.csv Delimited",
            "年报.zip!/乙/b.docx Word",
            "年报.zip!/照片.xlsx refused: JPEG image"
        ]
    );
}

#[test]
fn an_archive_in_an_archive_is_opened_and_no_deeper() {
    let inner = zipped(&[("a.csv", b"x,y\n1,2\n")]);
    let middle = zipped(&[("inner.zip", &inner)]);
    assert_eq!(
        ends("m.zip", &middle),
        ["m.zip!/inner.zip!/a.csv Delimited"]
    );
    let outer = zipped(&[("middle.zip", &middle)]);
    assert_eq!(
        ends("o.zip", &outer),
        ["o.zip!/middle.zip!/inner.zip refused: oversized file"]
    );
}

#[test]
fn a_bomb_is_refused() {
    let zeros = vec![b' '; 64 << 20];
    let bytes = zipped(&[("bomb.csv", &zeros), ("a.csv", b"x,y\n1,2\n")]);
    assert!(bytes.len() < 1 << 20);
    assert_eq!(
        ends("z.zip", &bytes),
        [
            "z.zip!/a.csv Delimited",
            "z.zip!/bomb.csv refused: oversized file"
        ]
    );
}

/// Chinese Windows writes member names in GBK without saying so.
#[test]
fn names_in_gbk() {
    let placeholder = "AAAA.csv";
    let mut bytes = zipped(&[(placeholder, b"x,y\n1,2\n")]);
    let (name, ..) = encoding_rs::GBK.encode("北镇");
    assert_eq!(name.len(), 4);
    let places: Vec<usize> = bytes
        .windows(placeholder.len())
        .enumerate()
        .filter(|(_, w)| *w == placeholder.as_bytes())
        .map(|(at, _)| at)
        .collect();
    assert_eq!(places.len(), 2, "local header and directory");
    for at in places {
        bytes[at..at + 4].copy_from_slice(&name);
    }
    assert_eq!(ends("z.zip", &bytes), ["z.zip!/北镇.csv Delimited"]);
}

#[test]
fn nothing_in_it_is_said() {
    assert_eq!(
        ends("z.zip", &zipped(&[("__MACOSX/x", b"1")])),
        ["z.zip refused: empty archive"]
    );
}
