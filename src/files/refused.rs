//! What is recognised and not read, with what to do about it. Never guessed at.

use std::sync::Arc;

use super::Refusal;
use crate::text::Text;

/// Kinds of files that are recognised by content and refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing but white space.
    Empty,
    /// Word 97–2003 or WPS Writer.
    OldWord,
    /// Excel 2 to 4.
    OldWorkbook,
    /// A document protected by a password to open.
    Encrypted,
    /// PowerPoint and its kin.
    Presentation,
    /// OpenDocument text.
    OpenText,
    /// Rich text.
    RichText,
    /// Excel 2003 XML.
    XmlWorkbook,
    /// Word 2003 XML.
    XmlWord,
    /// Any other XML.
    Xml,
    /// PDF.
    Pdf,
    /// The fixed-layout format of Chinese offices.
    Ofd,
    /// A picture; which.
    Image(&'static str),
    /// An archive that is not zip; which.
    OtherArchive(&'static str),
    /// A zip file that cannot be opened.
    DamagedZip,
    /// An executable, a library, a package.
    Program,
    /// Sound or film.
    Media,
    /// A shortcut to a file that stayed behind.
    Shortcut,
    /// A database.
    Database,
    /// A mail saved by Outlook.
    OutlookMail,
    /// A compound file of no known content.
    UnknownOle,
    /// Not recognised at all.
    Unknown,
}

/// First bytes and what they mean.
const SIGNATURES: [(&[u8], Known); 27] = [
    (b"%PDF", Known::Pdf),
    (b"{\\rtf", Known::RichText),
    (b"\xff\xd8\xff", Known::Image("JPEG")),
    (b"\x89PNG", Known::Image("PNG")),
    (b"GIF8", Known::Image("GIF")),
    (b"II*\0", Known::Image("TIFF")),
    (b"MM\0*", Known::Image("TIFF")),
    (b"Rar!\x1a\x07", Known::OtherArchive("RAR")),
    (b"7z\xbc\xaf\x27\x1c", Known::OtherArchive("7z")),
    (b"\x1f\x8b", Known::OtherArchive("gzip")),
    (b"BZh", Known::OtherArchive("bzip2")),
    (b"\xfd7zXZ\0", Known::OtherArchive("xz")),
    (b"\x28\xb5\x2f\xfd", Known::OtherArchive("zstd")),
    (b"MSCF", Known::OtherArchive("cab")),
    (b"\x7fELF", Known::Program),
    (b"MZ", Known::Program),
    (b"\xca\xfe\xba\xbe", Known::Program),
    (b"SQLite format 3\0", Known::Database),
    (b"\0\x01\0\0Standard ", Known::Database),
    (b"PAR1", Known::Database),
    (b"L\0\0\0\x01\x14\x02\0", Known::Shortcut),
    (b"ID3", Known::Media),
    (b"OggS", Known::Media),
    (b"\x1aE\xdf\xa3", Known::Media),
    (b"AT&TFORM", Known::Image("DjVu")),
    (b"\xc5\xd0\xd3\xc6", Known::Image("EPS")),
    (b"%!PS", Known::Image("PostScript")),
];

impl Known {
    /// Recognises a file by its first bytes.
    pub fn by_signature(bytes: &[u8]) -> Option<Self> {
        if let Some((_, known)) = SIGNATURES.iter().find(|(lead, known)| {
            bytes.starts_with(lead) && (*known != Self::Program || bytes.contains(&0))
        }) {
            return Some(*known);
        }
        let at = |from: usize, what: &[u8]| bytes.get(from..from + what.len()) == Some(what);
        if at(0, b"RIFF") {
            return Some(if at(8, b"WEBP") {
                Self::Image("WebP")
            } else {
                Self::Media
            });
        }
        if at(4, b"ftyp") {
            let heic = [&b"heic"[..], b"heix", b"mif1", b"hevc", b"avif", b"msf1"]
                .iter()
                .any(|brand| at(8, brand));
            return Some(if heic {
                Self::Image("HEIC")
            } else {
                Self::Media
            });
        }
        // A bitmap states its own length and has two reserved words of zero.
        if at(0, b"BM") && at(6, &[0; 4]) {
            return Some(Self::Image("BMP"));
        }
        if at(257, b"ustar") {
            return Some(Self::OtherArchive("tar"));
        }
        let early = &bytes[..bytes.len().min(1024)];
        early
            .windows(5)
            .any(|five| five == b"%PDF-")
            .then_some(Self::Pdf)
    }

    /// The refusal of the file called `name`.
    pub fn refusal(self, name: &Arc<str>) -> Refusal {
        let what = self.what();
        let next = self.next_step();
        Refusal {
            message: Text::new(
                format!("{name}：{}。{}", what.zh, next.zh),
                format!("{name}: {}; {}", what.en, next.en),
            ),
            what,
        }
    }

    /// What the file is.
    fn what(self) -> Text {
        match self {
            Self::Empty => Text::new("空文件", "empty file"),
            Self::OldWord => Text::new(
                "旧版 Word 或 WPS 文字文档（.doc/.wps）",
                "Word 97–2003 or WPS document (.doc/.wps)",
            ),
            Self::OldWorkbook => {
                Text::new("Excel 4.0 或更早的工作簿", "Excel 4.0 workbook or older")
            }
            Self::Encrypted => Text::new(
                "设有打开密码的文档",
                "document that needs a password to open",
            ),
            Self::Presentation => Text::new("演示文稿", "presentation"),
            Self::OpenText => {
                Text::new("OpenDocument 文字文档（.odt）", "OpenDocument text (.odt)")
            }
            Self::RichText => Text::new("RTF 文档", "rich text document (RTF)"),
            Self::XmlWorkbook => Text::new("Excel 2003 XML 工作簿", "Excel 2003 XML workbook"),
            Self::XmlWord => Text::new("Word 2003 XML 文档", "Word 2003 XML document"),
            Self::Xml => Text::new("XML 文件", "XML file"),
            Self::Pdf => Text::new("PDF 文件", "PDF"),
            Self::Ofd => Text::new("OFD 版式文件", "OFD fixed-layout document"),
            Self::Image(kind) => Text::new(format!("{kind} 图片"), format!("{kind} image")),
            Self::OtherArchive(kind) => {
                Text::new(format!("{kind} 压缩包"), format!("{kind} archive"))
            }
            Self::DamagedZip => Text::new(
                "损坏的压缩包或办公文档（zip 结构不完整）",
                "damaged zip archive or office document (incomplete zip structure)",
            ),
            Self::Program => Text::new("程序文件", "program"),
            Self::Media => Text::new("音频或视频文件", "sound or film"),
            Self::Shortcut => Text::new("快捷方式", "shortcut"),
            Self::Database => Text::new("数据库文件", "database"),
            Self::OutlookMail => Text::new("Outlook 邮件（.msg）", "Outlook mail (.msg)"),
            Self::UnknownOle => Text::new(
                "无法辨认的 OLE 复合文档",
                "compound (OLE) file of unknown content",
            ),
            Self::Unknown => Text::new("无法辨认的二进制文件", "binary file of unknown kind"),
        }
    }

    /// What the user can do.
    fn next_step(self) -> Text {
        match self {
            Self::Empty => Text::new("请向填报单位重新索取", "ask the unit to send it again"),
            Self::OldWord | Self::OpenText | Self::RichText | Self::XmlWord => Text::new(
                "请用 WPS 或 Word 打开，另存为 .docx 后再放入",
                "open it in WPS or Word and save it as .docx",
            ),
            Self::OldWorkbook | Self::XmlWorkbook => Text::new(
                "请用 WPS 或 Excel 打开，另存为 .xlsx 后再放入",
                "open it in WPS or Excel and save it as .xlsx",
            ),
            Self::Encrypted => Text::new(
                "请用密码打开，取消密码保护后另存",
                "open it with its password, remove the protection and save it again",
            ),
            Self::Pdf | Self::Ofd => Text::new(
                "其中没有可靠的表格，不作猜测；请向填报单位索取 Word 或 Excel 原件，或用 WPS 转为 .docx 并核对后再放入",
                "it carries no dependable tables and is not guessed at; ask the unit for the Word or Excel original, or convert it to .docx in WPS, check it, and add that",
            ),
            Self::Image(_) => Text::new(
                "图片中的数字不作猜测；请向填报单位索取电子文档（.docx 或 .xlsx），或对照图片填写空白表",
                "numbers in pictures are not guessed at; ask the unit for the electronic file (.docx or .xlsx), or fill in a blank workbook from it",
            ),
            Self::OtherArchive(_) => Text::new(
                "请解压后放入其中的文件，或改用 .zip",
                "unpack it and add the files inside, or use .zip",
            ),
            Self::DamagedZip => Text::new(
                "文件可能没有传完，请重新下载或向填报单位重新索取",
                "it may have been cut short; download it again or ask the unit to send it again",
            ),
            Self::OutlookMail => Text::new(
                "请打开邮件，把附件存出后再放入",
                "open the mail and add its attachments",
            ),
            Self::Shortcut => Text::new(
                "它只指向别处的文件，请放入文件本身",
                "it only points to a file elsewhere; add the file itself",
            ),
            _ => Text::new(
                "它不能作为年报读取；请放入 .xlsx、.docx、网页、.csv、.json 或文本文件",
                "it cannot be read as a report; add an .xlsx, .docx, web page, .csv, .json or text file",
            ),
        }
    }
}

/// The refusal of a file whose kind nothing is known of.
pub(super) fn unknown(name: &Arc<str>) -> Refusal {
    Known::Unknown.refusal(name)
}

/// What a file is called when all that is known is that its reader gave up.
pub(super) fn some_file() -> Text {
    Text::new("文件", "file")
}

/// The refusal of a damaged file, with the cause its reader gave.
pub(super) fn damaged(name: &Arc<str>, what: &Text, cause: &str) -> Refusal {
    Refusal {
        what: Text::new(
            format!("损坏的 {}", what.zh),
            format!("damaged {}", what.en),
        ),
        message: Text::new(
            format!(
                "{name}：{}已损坏，无法读取（{cause}）。请在原程序中打开并重新保存，或向填报单位重新索取",
                what.zh
            ),
            format!(
                "{name}: damaged {} ({cause}); open it in its own program and save it again, or ask the unit to send it again",
                what.en
            ),
        ),
    }
}

/// The refusal of an office document that declares entities, as only attacks do (“billion laughs”).
pub(super) fn declares_entities(name: &Arc<str>) -> Refusal {
    Refusal {
        what: Text::new("声明了实体的 XML", "XML that declares entities"),
        message: Text::new(
            format!(
                "{name}：其 XML 声明了实体（<!ENTITY），办公软件从不这样做，出于安全未读取。请向填报单位重新索取"
            ),
            format!(
                "{name}: its XML declares entities (<!ENTITY), which no office program does; not read, for safety. Ask the unit to send it again"
            ),
        ),
    }
}

/// The refusal of an archive with nothing in it but folders and clutter.
pub(super) fn no_members(name: &Arc<str>) -> Refusal {
    Refusal {
        what: Text::new("空压缩包", "empty archive"),
        message: Text::new(
            format!("{name}：压缩包里没有文件。请向填报单位重新索取"),
            format!("{name}: there are no files in the archive; ask the unit to send it again"),
        ),
    }
}
