"""Files that nobody should send: what `tools/hostile.py` lays beside a good report. Standard library only."""

import io
import struct
import zipfile

CONTENT_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OPEN = "urn:oasis:names:tc:opendocument:xmlns"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "haha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]>"
)
WORD = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def pack(members, level=9):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, data in members:
            with archive.open(name, "w", force_zip64=True) as member:
                for piece in [data] if isinstance(data, bytes) else data:
                    member.write(piece)
    return out.getvalue()


def xlsx(sheet, strings=None):
    """A workbook of one sheet part."""
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    links = f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    root = f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    members = [("[Content_Types].xml", CONTENT_TYPES), ("_rels/.rels", root.encode()), ("xl/workbook.xml", book.encode()), ("xl/_rels/workbook.xml.rels", links.encode())]
    if strings is not None:
        members.append(("xl/sharedStrings.xml", strings))
    return pack(members + [("xl/worksheets/sheet1.xml", sheet)])


def sheet(rows, after=""):
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'.encode()


def docx(body, before=b""):
    text = before + b"<w:document " + WORD + b"><w:body>" + body + b"</w:body></w:document>"
    return pack([("[Content_Types].xml", CONTENT_TYPES), ("word/document.xml", text)])


def fods(table, before=b'<?xml version="1.0"?>'):
    head = f'<office:document xmlns:office="{OPEN}:office:1.0" xmlns:table="{OPEN}:table:1.0" xmlns:text="{OPEN}:text:1.0" office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body><office:spreadsheet>'
    return before + head.encode() + table + b"</office:spreadsheet></office:body></office:document>"


def ods(table):
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return pack([("mimetype", kind), ("content.xml", fods(table)), ("META-INF/manifest.xml", b"<manifest/>")])


def zeros(size, step=1 << 20):
    for _ in range(size // step):
        yield bytes(step)


def nested(depth):
    data = pack([("report.csv", b"a,b\n1,2\n")])
    for level in range(depth):
        data = pack([(f"{level}.zip", data)])
    return data


def encrypted():
    """A compound file with the two streams of a workbook under a password."""

    def entry(name, kind, left=-1, right=-1, child=-1, start=-2, size=0):
        wide = name.encode("utf-16-le") + b"\0\0"
        return wide.ljust(64, b"\0") + struct.pack("<HBBiii", len(wide), kind, 1, left, right, child) + bytes(36) + struct.pack("<iQ", start, size)

    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<iiiiiiiii", 0, 1, 1, 0, 4096, -2, 0, -2, 0) + struct.pack("<i", 0) + struct.pack("<i", -1) * 108
    table = struct.pack("<ii", -3, -2) + struct.pack("<i", -1) * 126
    folder = entry("Root Entry", 5, child=1) + entry("EncryptionInfo", 2, right=2) + entry("EncryptedPackage", 2) + bytes(128)
    return header + table + folder


def refused(good):
    """Files by name, with what may become of them: name, content (bytes, or a function that writes a path), ends."""
    deep = 200_000
    cell = '<row r="1"><c r="A1"><v>1</v></c></row>'
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    merges = "".join(f'<mergeCell ref="A{n}:XFD1048576"/>' for n in range(1, 200))
    wide = "2000000000"
    span = f'<table:table table:name="a"><table:table-row table:number-rows-repeated="{wide}"><table:table-cell table:number-columns-repeated="{wide}" table:number-columns-spanned="{wide}" table:number-rows-spanned="{wide}"><text:p>1</text:p></table:table-cell></table:table-row></table:table>'
    no = {"unreadable"}
    any_end = {"unreadable", "not-a-report"}

    def sparse(path):
        with open(path, "wb") as file:
            file.write(b"unit,year,key,value\n")
            file.truncate(2 << 30)

    def long_line(path):
        with open(path, "wb") as file:
            for _ in range(200):
                file.write(b"12345678," * (1 << 17))

    laughs = b"<sst xmlns='x'><si><t>&a9;</t></si></sst>"
    return [
        ("zip bomb in an archive (1 GB of zeros)", "bomb.zip", pack([("report.csv", zeros(1 << 30))]), no),
        ("zip bomb in a workbook (sheet of 1 GB)", "bomb.xlsx", xlsx(zeros(1 << 30)), no),
        ("zip bomb in a Word file (1 GB)", "bomb.docx", pack([("[Content_Types].xml", CONTENT_TYPES), ("word/document.xml", zeros(1 << 30))]), no),
        ("zip bomb in an ods (1 GB)", "bomb.ods", pack([("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", zeros(1 << 30))]), no),
        ("archive in archive, twenty deep", "nested.zip", nested(20), no),
        ("archive of 100,000 members", "many.zip", pack(((f"{n}.csv", b"a") for n in range(100_000)), 1), no),
        ("billion laughs in a workbook", "laughs.xlsx", xlsx(sheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), LAUGHS + laughs), any_end),
        ("billion laughs in a Word file", "laughs.docx", docx(b"<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>", LAUGHS), any_end),
        ("billion laughs in a flat ods", "laughs.fods", fods(b"<table:table><table:table-row><table:table-cell><text:p>&a9;</text:p></table:table-cell></table:table-row></table:table>", LAUGHS), any_end),
        ("billion laughs in a web page", "laughs.html", LAUGHS + b"<html><table><tr><td>&a9;</td></tr></table></html>", any_end),
        ("span of 2,000,000,000 in a web page", "span.html", f'<html><table><tr><td rowspan="{wide}" colspan="{wide}">x</td><td>1</td></tr></table></html>'.encode(), any_end),
        ("span of 2,000,000,000 in a Word file", "span.docx", docx(b'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2000000000"/></w:tcPr><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc></w:tr></w:tbl>'), any_end),
        ("span and repeat of 2,000,000,000 in an ods", "span.ods", ods(span.encode()), any_end),
        ("199 merged areas over the whole sheet", "merged.xlsx", xlsx(sheet(cell, f"<mergeCells>{merges}</mergeCells>")), any_end),
        ("200,000 open brackets in JSON", "deep.json", b"[" * deep, no),
        ("200,000 open objects in JSON", "deeper.json", b'{"a":' * deep, no),
        ("200,000 open elements in a web page", "deep.html", b"<html>" + b"<div>" * deep, any_end),
        ("200,000 open tables in a web page", "tables.html", b"<html>" + b"<table><tr><td>" * deep, any_end),
        ("200,000 open formatting tags in paragraphs", "format.html", b"<html>" + b"<p><b>" * deep, any_end),
        ("200,000 open elements in a Word file", "deep.docx", docx(b"<w:tbl><w:tr><w:tc>" * deep), any_end),
        ("200,000 open elements in a flat ods", "deep.fods", fods(b"<text:span>" * deep), any_end),
        ("200,000 open elements in a workbook", "deep.xlsx", xlsx(sheet("<a>" * deep)), any_end),
        ("a cell at XFD1048576", "far.xlsx", xlsx(sheet(cell + far)), any_end),
        ("a dimension of A1:XFD1048576", "claims.xlsx", xlsx(sheet(cell).replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')), any_end),
        ("a csv of 2 GB in one line (sparse)", "line.csv", sparse, no),
        ("a csv line of 225 MB", "line225.csv", long_line, no),
        ("a picture called .xlsx", "photo.xlsx", bytes.fromhex("ffd8ffe000104a46494600010100") + bytes(range(256)) * 400, no),
        ("a workbook cut off in the middle", "cut.xlsx", good[: len(good) // 2], no),
        ("a workbook under a password", "password.xlsx", encrypted(), no),
        ("an empty file", "empty.xlsx", b"", no),
    ]
