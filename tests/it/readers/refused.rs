use super::{fixture, outcome};

fn what(name: &str, bytes: &[u8]) -> String {
    let refusal = match outcome(name, bytes) {
        Ok(document) => panic!("{name} was read as {:?}", document.kind),
        Err(refusal) => refusal,
    };
    for words in [&refusal.message.zh, &refusal.message.en] {
        assert!(words.starts_with(name), "{words}");
    }
    assert!(
        refusal.message.zh.contains('请'),
        "no next step: {}",
        refusal.message.zh
    );
    refusal.what.en
}

#[test]
fn known_by_content_and_never_by_name() {
    for (name, lead, expected) in [
        (
            "photo.xlsx",
            &b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01"[..],
            "JPEG image",
        ),
        ("a.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG image"),
        ("a.xls", b"GIF89a\x01\0", "GIF image"),
        ("a.docx", b"RIFF\x24\0\0\0WEBPVP8 ", "WebP image"),
        ("a.docx", b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC image"),
        ("a.bmp", b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0", "BMP image"),
        ("a.tif", b"II*\0\x08\0\0\0", "TIFF image"),
        ("a.zip", b"Rar!\x1a\x07\x01\0", "RAR archive"),
        ("a.zip", b"7z\xbc\xaf\x27\x1c\0\x04", "7z archive"),
        ("report.txt", b"MZ\x90\0\x03\0\0\0", "program"),
        ("a.xlsx", b"", "empty file"),
        ("a.txt", b" \r\n\t ", "empty file"),
        ("a.xlsx", b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        ("a.lnk", b"L\0\0\0\x01\x14\x02\0\0\0\0\0", "shortcut"),
        (
            "a.csv",
            b"\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x11\0\0\0",
            "binary file of unknown kind",
        ),
        (
            "a.xml",
            b"<?xml version=\"1.0\"?><a><b>1</b></a>",
            "XML file",
        ),
    ] {
        assert_eq!(what(name, lead), expected, "{name}");
    }
}

#[test]
fn files_other_programs_wrote() {
    for (name, expected) in [
        (
            "libreoffice-writer.doc",
            "Word 97–2003 or WPS document (.doc/.wps)",
        ),
        ("libreoffice-writer.odt", "OpenDocument text (.odt)"),
        ("libreoffice-writer.rtf", "rich text document (RTF)"),
        ("libreoffice-writer.pdf", "PDF"),
    ] {
        assert_eq!(what(name, &fixture(name)), expected);
        assert_eq!(what("北镇.xlsx", &fixture(name)), expected);
    }
}

#[test]
fn the_way_out_is_named() {
    let refusal = outcome("北镇.doc", &fixture("libreoffice-writer.doc")).unwrap_err();
    assert!(refusal.message.zh.contains("另存为 .docx"), "{refusal:?}");
    assert!(
        refusal.message.en.contains("save it as .docx"),
        "{refusal:?}"
    );
}

/// A compound file with nothing but the named streams.
fn compound(streams: &[&str]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
    for name in streams {
        use std::io::Write;
        file.create_stream(format!("/{name}"))
            .unwrap()
            .write_all(&[0; 64])
            .unwrap();
    }
    file.into_inner().into_inner()
}

#[test]
fn compound_files_by_their_streams() {
    assert_eq!(
        what(
            "secret.xlsx",
            &compound(&["EncryptionInfo", "EncryptedPackage"])
        ),
        "document that needs a password to open"
    );
    assert_eq!(
        what("a.wps", &compound(&["WordDocument"])),
        "Word 97–2003 or WPS document (.doc/.wps)"
    );
    assert_eq!(
        what("a.xls", &compound(&["PowerPoint Document"])),
        "presentation"
    );
    assert_eq!(
        what("a.xls", &compound(&["Contents"])),
        "compound (OLE) file of unknown content"
    );
}
