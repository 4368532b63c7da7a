"""Broken and hostile files of every kind that is read; a file's name says what is wrong with it.

    python -m tests.malformed FOLDER

They are the same each time, but for the salts of the encrypted ones. Many can be read in spite of
what their name says: what matters is that each is read or refused in one line.
"""

from __future__ import annotations

import codecs
import io
import json
import random
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from PIL import Image
from pypdf import PdfReader, PdfWriter
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

Named = Iterator[tuple[str, bytes]]

ARABIC: Final = "أعلنت الوزارة أن العمل في المشروع يبدأ قبل نهاية الصيف."
ENGLISH: Final = "The ministry said that the work would begin before the end of summer."
TEXT: Final = f"{ARABIC} {ENGLISH}\n\n" * 6
BOMB_MB: Final = 300

_SEED: Final = 20_240_126
_MEGABYTE: Final = bytes(1_000_000)
_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_CONTROLS: Final = bytes(range(1, 9)) + bytes(range(14, 32))


def write_malformed(folder: Path) -> tuple[Path, ...]:
    """Writes all of them into a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for make in (_damaged, _swapped, _bare, _text, _front_matter, _html, _pdf, _docx, _csv, _jsonl):
        for name, content in make():
            path = folder / name
            if path.exists():
                raise ValueError(f"two of the files are called {name}")
            path.write_bytes(content)
            paths.append(path)
    return tuple(paths)


def well_formed() -> dict[str, bytes]:
    """A file of each kind that can be read, by its suffix without the dot."""
    rows = [{"title": "خطة", "text": ARABIC}, {"title": "plan", "text": ENGLISH}]
    return {
        "txt": TEXT.encode(),
        "md": f"---\ntitle: خطة\ndate: 2024-01-26\n---\n# خطة\n\n{TEXT}".encode(),
        "html": _page(f"<p>{ARABIC} {ENGLISH}</p>" * 3),
        "pdf": pdf_of(ENGLISH, "The plan covers three cities."),
        "docx": docx_of(_paragraphs(ARABIC, ENGLISH)),
        "csv": f'title,text\nخطة,"{ARABIC}"\nplan,"{ENGLISH}"\n'.encode(),
        "jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(),
    }


def pdf_of(*lines: str) -> bytes:
    """A PDF of one page with these lines; without any, an empty page."""

    def draw(canvas: Canvas) -> None:
        for place, line in enumerate(lines):
            canvas.drawString(72, 720 - 14 * place, line)

    return _drawn(draw)


def scanned_pdf() -> bytes:
    """A PDF of one page that is nothing but a picture."""
    picture = ImageReader(Image.new("L", (120, 160), 200))
    return _drawn(lambda canvas: canvas.drawImage(picture, 0, 0, 400, 600))


def encrypted_pdf(*, algorithm: str = "AES-256") -> bytes:
    """A PDF that asks for a password."""
    return _encrypted("password", algorithm)


def docx_of(document: str | bytes, **parts: str | bytes) -> bytes:
    """A Word document of this XML; `parts` are further ones by their name under word/."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {"document": document, **parts}.items():
            archive.writestr(zipfile.ZipInfo(f"word/{name}.xml"), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def zip_bomb(*, megabytes: int = BOMB_MB, filler: bytes = _MEGABYTE) -> bytes:
    """A Word document of about a thousandth of that size, as its text unpacks to it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        entry = zipfile.ZipInfo("word/document.xml")
        entry.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(entry, "w", force_zip64=True) as part:
            for _ in range(megabytes):
                part.write(filler)
    return out.getvalue()


def _damaged() -> Named:
    """Each well-formed file cut short, and with bytes that were changed, lost or doubled."""
    chance = random.Random(_SEED)
    for suffix, whole in well_formed().items():
        for percent in (5, 60):
            yield f"cut-at-{percent}-percent.{suffix}", whole[: len(whole) * percent // 100]
        for share in (2, 50):
            content = bytearray(whole)
            for _ in range(max(1, len(content) * share // 1000)):
                content[chance.randrange(len(content))] = chance.randrange(256)
            yield f"{share}-bytes-in-1000-changed.{suffix}", bytes(content)
        third = len(whole) // 3
        yield f"middle-zeroed.{suffix}", whole[:third] + bytes(third) + whole[2 * third :]
        yield f"noise.{suffix}", chance.randbytes(3000)


def _swapped() -> Named:
    """What is in the file is of another kind than its suffix says."""
    for kind, content in well_formed().items():
        for suffix in well_formed():
            # Of one text in place of another nothing would be seen to be wrong.
            if suffix != kind and (kind in ("pdf", "docx", "html") or suffix not in ("txt", "md")):
                yield f"{kind}-inside.{suffix}", content
    picture = io.BytesIO()
    Image.new("RGB", (30, 30), 200).save(picture, "PNG")
    for suffix in well_formed():
        yield f"png-inside.{suffix}", picture.getvalue()


def _bare() -> Named:
    for suffix in well_formed():
        yield f"zero-length.{suffix}", b""
        yield f"only-a-byte-order-mark.{suffix}", codecs.BOM_UTF8
        yield f"only-white-space.{suffix}", b" \t\r\n\v\f" * 9
        yield f"only-control-characters.{suffix}", _CONTROLS
        yield f"only-nuls.{suffix}", bytes(500)


def _text() -> Named:
    yield "windows-1256.txt", TEXT.encode("cp1256", errors="ignore")
    yield "utf-16-without-mark.txt", TEXT.encode("utf-16-le")
    yield "utf-16-odd-length.txt", codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le") + b"\x06"
    yield "utf-16-half-a-pair.txt", codecs.BOM_UTF16_LE + b"\x00\xd8" + "نص".encode("utf-16-le")
    yield "utf-32-beyond-unicode.txt", codecs.BOM_UTF32_LE + struct.pack("<I", 0x110000)
    yield "shift-jis.txt", ("日本語の文章です。" * 20).encode("shift-jis")
    yield "utf-8-and-windows-1256-mixed.txt", TEXT.encode() + ARABIC.encode("cp1256")
    yield "utf-8-of-half-a-pair.txt", TEXT.encode() + b"\xed\xa0\x80"
    yield "utf-8-overlong.txt", TEXT.encode() + b"\xc0\xaf"
    yield "one-nul.txt", ARABIC.encode() + b"\0" + ENGLISH.encode()
    yield "a-few-controls.txt", (TEXT * 3).replace("work", "wo\x1b[31m\x07\x08rk", 1).encode()
    yield "noncharacters.txt", (ARABIC + " \uffff\ufffe\ufdd0\U0010ffff " + ENGLISH).encode()
    yield "private-and-tag-characters.txt", f"{ARABIC} \ue000\U000e0041\U000e007f".encode()
    yield "bidi-overrides.txt", f"{ARABIC} \u202e{ENGLISH}\u202c \u2066\u202d.".encode()
    yield "bidi-never-closed.txt", ("\u202e\u2067" * 2_000 + ENGLISH).encode()
    yield "zero-width-between-letters.txt", "\u200b".join(TEXT).encode()
    yield "a-thousand-marks-on-a-letter.txt", ("س" + "\u064b\u0301" * 500 + ENGLISH).encode()
    yield "one-long-line.txt", (ARABIC.replace(".", "،") * 200).encode()
    yield "one-long-word.txt", ("ا" * 30_000).encode()
    yield "one-long-number.txt", ("9" * 30_000).encode()
    yield "only-dots.txt", b"Read also:\n" + b"word " * 12 + b"." * 60_000 + b"x"
    yield "only-quotation-marks.txt", ('"a". ' * 900 + "«ب». " * 900).encode()
    yield "only-brackets.txt", b"([{" * 60_000
    yield "only-line-ends.txt", b"\r\n\r\r\n\n" * 20_000 + ARABIC.encode()
    yield "every-kind-of-line-end.txt", "\v\f\x1c\x1d\x1e\x85\u2028\u2029".join(TEXT).encode()
    yield "only-headings-of-the-next-article.txt", ("إقرأ أيضا:\n" * 900).encode()
    yield "only-headlines.txt", ("إقرأ أيضا:\n" + "خطة النقل\nالمدن\n" * 900).encode()
    yield "only-labels.txt", ("المصدر: النور\nتاريخ النشر: 1 1 1\n" * 50).encode()
    keywords = " ".join(f"كلمة{n}" for n in range(9_000))
    yield "a-line-of-9000-keywords.txt", f"{TEXT}\nكلمات دلالية: {keywords}\n".encode()
    yield "a-heading-of-9000-words.md", b"# " + b"a b " * 4_500 + b"\n\n" + TEXT.encode()


def _front_matter() -> Named:
    def headed(name: str, head: str) -> tuple[str, bytes]:
        return f"front-matter-{name}.md", f"---\n{head}\n---\n{TEXT}".encode()

    aliases = "\n".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]" for n in range(1, 20))
    yield headed("alias-bomb-in-keywords", f"k0: &k0 [x]\n{aliases}\nkeywords: *k19")
    yield headed("alias-bomb-in-the-date", f"k0: &k0 [x]\n{aliases}\ndate: *k19")
    merges = "\n".join(
        f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}]}}" for n in range(1, 9)
    )
    yield headed("merge-bomb", f"m0: &m0 {{a: 1}}\n{merges}\ntitle: x")
    yield headed("alias-of-itself", "title: x\nkeywords: &k [*k]")
    yield headed("500-brackets", "title: " + "[" * 500)
    yield headed("keys-that-are-lists", "title: {[a, b]: c}")
    yield headed("a-python-object", "title: !!python/object/apply:os.system ['echo x']")
    yield headed("a-number-of-4000-digits", f"title: 0x{'f' * 4_000}")
    yield headed("a-number-of-9000-digits", f"title: {'9' * 9_000}")
    yield headed("not-a-number", "title: .nan\nsource: -.inf")
    yield headed("a-date-that-is-none", "date: 2024-13-45")
    yield headed("a-date-in-year-0", "date: 0000-00-00")
    yield headed("a-zone-that-is-none", "date: 2024-01-26 10:00:00 +99:99")
    yield headed("an-unclosed-quotation", 'title: "x')
    yield headed("tabs", "title:\t\tx\n\tdate: x")
    yield headed("control-characters", "title: \x01\x1b[2J\x07")
    yield headed("half-a-character", 'title: "\\ud800"')
    yield headed("a-title-of-20000-letters", "title: " + "x" * 20_000)
    yield headed("a-language-that-is-none", 'language: "<script>alert(1)</script>"')
    yield headed("an-address-with-a-script", "url: javascript:alert(1)")
    yield "front-matter-never-closed.md", f"---\ntitle: x\n{TEXT}".encode()
    yield "front-matter-of-900-lines.md", ("---\n" + "k: v\n" * 900 + "---\n" + TEXT).encode()
    yield "front-matter-only.md", b"---\ntitle: x\n---\n"


def _page(body: str, *, head: str = "<title>خطة</title>") -> bytes:
    start = f'<!doctype html><html><head><meta charset="utf-8">{head}</head>'
    return f"{start}<body><article><h1>خطة</h1>{body}</article></body></html>".encode()


def _html() -> Named:
    prose = f"<p>{ARABIC} {ENGLISH}</p>" * 3
    yield "no-body.html", b"<html><head><title>x</title></head></html>"
    yield "only-scripts.html", _page("<script>document.write('x')</script>" * 50)
    yield "never-closed.html", b"<html><body><article><p>" + TEXT.encode() + b"<p><b><i" * 500
    yield "20000-elements-deep.html", _page("<div>" * 20_000 + prose)
    yield "5000-lists-deep.html", _page("<ul><li>" * 5_000 + prose)
    yield "5000-tables-deep.html", _page("<table><tr><td>" * 5_000 + prose)
    yield (
        "5000-attributes.html",
        _page(f"<p {' '.join(f'a{n}=1' for n in range(5_000))}>x</p>{prose}"),
    )
    yield "wrong-charset.html", _page(prose).replace(b"utf-8", b"shift-jis")
    yield "charset-utf-7.html", _page("+ADw-script+AD4-" + prose).replace(b"utf-8", b"utf-7")
    yield "utf-16.html", _page(prose).decode().encode("utf-16")
    yield "nuls-between.html", _page(prose.replace(" ", "\0"))
    yield "numbers-of-no-character.html", _page(f"<p>&#0;&#xd800;&#x110000;&#xffff;&#1;</p>{prose}")
    yield "numbers-of-controls.html", _page(f"<p>&#27;[31m&#7;&#x202e;{ENGLISH}</p>{prose}")
    doctype = '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    yield "entity-bomb.html", (doctype + "<html><body><p>" + "&b;" * 900).encode() + _page(prose)
    outside = '<!DOCTYPE html [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    yield "entity-of-a-file.html", outside.encode() + _page(f"<p>&f;</p>{prose}")
    yield "comments-unclosed.html", _page("<!-- " + prose)
    yield "a-frame-and-a-form.html", _page(f'<iframe src="x"></iframe><form><input>{prose}</form>')
    yield "scripts-in-attributes.html", _page(f'<p onclick="alert(1)">{ARABIC}</p>{prose}')
    head = '<meta property="article:published_time" content="{}"><title>x</title>'
    yield "a-date-that-is-none.html", _page(prose, head=head.format("2024-13-45T99:99"))
    yield "a-title-of-a-megabyte.html", _page(prose, head=f"<title>{'x ' * 500_000}</title>")
    ld = '<script type="application/ld+json">{}</script>'
    yield "json-that-is-deep.html", _page(prose, head=ld.format('{"a":' * 10_000))
    link = '<link rel="canonical" href="http://[::1/%zz">'
    yield "an-address-that-is-none.html", _page(prose, head=link)
    yield "xml-with-namespaces.html", b'<?xml version="1.0"?><x:y xmlns:x="a"><x:p>' + TEXT.encode()
    yield (
        "a-feed.html",
        b'<?xml version="1.0"?><rss><channel><item><title>x</title></item></channel>',
    )


def _drawn(draw: Callable[[Canvas], object]) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _encrypted(user: str, algorithm: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_of(ENGLISH))))
    writer.encrypt(user, owner_password="owner", algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


_CATALOG: Final = b"<</Type/Catalog/Pages 2 0 R>>"
_TREE: Final = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
_LEAF: Final = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
    b"/Resources<</Font<</F1 5 0 R>>>>>>"
)
_SHOWN: Final = b"BT /F1 12 Tf 72 720 Td (The work begins before the end of summer.) Tj ET"
_FONT: Final = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def _stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%b>>\nstream\n%b\nendstream" % (len(content), entries, content)


def _objects(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF of these objects, numbered from 1."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d%b>>\n" % (len(objects) + 1, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def _mapped(target: bytes) -> bytes:
    """A PDF whose letter A is read as the UTF-16 of `target`, in hexadecimal."""
    table = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n1 begincodespacerange\n"
        b"<00> <FF>\nendcodespacerange\n1 beginbfchar\n<41> <%b>\nendbfchar\nendcmap end end"
        % target
    )
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    shown = _stream(b"BT /F1 12 Tf 72 720 Td (The work A begins before summer.) Tj ET")
    return _objects(_CATALOG, _TREE, _LEAF, shown, font, _stream(table))


def _pdf() -> Named:
    good = _stream(_SHOWN)
    yield "encrypted-aes-256.pdf", encrypted_pdf()
    yield "encrypted-rc4.pdf", encrypted_pdf(algorithm="RC4-128")
    yield "encrypted-for-the-owner-only.pdf", _encrypted("", "AES-128")
    yield (
        "encrypted-by-an-unknown-method.pdf",
        _objects(
            *(_CATALOG, _TREE, _LEAF, good, _FONT, b"<</Filter/Nobody/V 9/R 9>>"),
            trailer=b"/Root 1 0 R/Encrypt 6 0 R",
        ),
    )
    yield "empty-page.pdf", pdf_of()
    yield "only-a-picture.pdf", scanned_pdf()
    yield "no-pages.pdf", _objects(_CATALOG, b"<</Type/Pages/Kids[]/Count 0>>")
    yield "no-catalog.pdf", _objects(_TREE, trailer=b"")
    yield "catalog-of-nothing.pdf", _objects(_CATALOG)
    yield "catalog-that-is-a-number.pdf", _objects(b"42")
    loop = b"<</Type/Pages/Kids[2 0 R]/Count 1>>"
    yield "pages-that-hold-themselves.pdf", _objects(_CATALOG, loop)
    yield (
        "pages-of-a-billion.pdf",
        _objects(_CATALOG, _TREE.replace(b"Count 1", b"Count 1000000000"), _LEAF, good, _FONT),
    )
    yield (
        "the-same-page-200-times.pdf",
        _objects(_CATALOG, _TREE.replace(b"3 0 R", b"3 0 R " * 200), _LEAF, good, _FONT),
    )
    script = b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\);)>>>>"
    yield "javascript-on-opening.pdf", _objects(script, _TREE, _LEAF, good, _FONT)
    yield (
        "length-that-lies.pdf",
        _objects(_CATALOG, _TREE, _LEAF, good.replace(b"/Length ", b"/Length 99999"), _FONT),
    )
    yield (
        "stream-that-unpacks-to-much.pdf",
        _objects(*(_CATALOG, _TREE, _LEAF, _stream(_packed(200), b"/Filter/FlateDecode"), _FONT)),
    )
    yield (
        "stream-packed-ten-times.pdf",
        _objects(
            *(_CATALOG, _TREE, _LEAF, _FONT, _stream(_SHOWN, b"/Filter[%b]" % (b"/LZWDecode" * 10)))
        ),
    )
    yield (
        "stream-of-noise.pdf",
        _objects(*(_CATALOG, _TREE, _LEAF, _stream(b"\xff" * 99, b"/Filter/FlateDecode"), _FONT)),
    )
    yield (
        "unknown-filter.pdf",
        _objects(*(_CATALOG, _TREE, _LEAF, _stream(_SHOWN, b"/Filter/Nobody"), _FONT)),
    )
    yield (
        "page-that-is-its-own-content.pdf",
        _objects(_CATALOG, _TREE, _LEAF.replace(b"4 0 R", b"3 0 R"), good, _FONT),
    )
    yield "10000-brackets.pdf", _objects(_CATALOG, _TREE, _LEAF, _stream(b"[" * 10_000), _FONT)
    yield "10000-dictionaries.pdf", _objects(b"<</A" * 10_000 + b"1" + b">>" * 10_000)
    yield "font-that-is-missing.pdf", _objects(_CATALOG, _TREE, _LEAF, good)
    yield (
        "font-that-is-itself.pdf",
        _objects(
            *(_CATALOG, _TREE, _LEAF, good, b"<</Type/Font/Subtype/Type0/DescendantFonts[5 0 R]>>")
        ),
    )
    yield "letter-read-as-nul.pdf", _mapped(b"0000")
    yield "letter-read-as-half-a-pair.pdf", _mapped(b"D800")
    yield "letter-read-as-an-override.pdf", _mapped(b"202E")
    yield "letter-read-as-an-escape.pdf", _mapped(b"001B005B0033003100 6D")
    yield (
        "places-of-objects-that-lie.pdf",
        _objects(_CATALOG, _TREE, _LEAF, good, _FONT).replace(
            b"0000000009 00000 n", b"9999999999 00000 n"
        ),
    )
    yield (
        "table-that-leads-to-itself.pdf",
        _objects(*(_CATALOG, _TREE, _LEAF, good, _FONT), trailer=b"/Root 1 0 R/Prev 0"),
    )
    yield "only-a-header.pdf", b"%PDF-1.7\n"
    yield "header-after-a-megabyte.pdf", _MEGABYTE + pdf_of(ENGLISH)
    yield "two-in-one.pdf", pdf_of(ENGLISH) + pdf_of("Another page.")


def _packed(megabytes: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(_MEGABYTE) for _ in range(megabytes)) + packer.flush()


def _paragraphs(*texts: str) -> str:
    lines = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in texts)
    return f'<w:document xmlns:w="{_WORD}"><w:body>{lines}</w:body></w:document>'


def _renamed(content: bytes, old: str, new: str) -> bytes:
    return content.replace(old.encode(), new.encode())


def _docx() -> Named:
    good = _paragraphs(ARABIC, ENGLISH)
    whole = docx_of(good)
    yield "zip-bomb.docx", zip_bomb()
    yield "zip-bomb-of-elements.docx", zip_bomb(megabytes=60, filler=b"<w:p/>" * 170_000)
    yield (
        "zip-bomb-of-headers.docx",
        docx_of(good, **{f"header{n}": b" " * 2_000_000 for n in range(40)}),
    )
    yield "zip-bomb-in-a-picture.docx", docx_of(good, **{"media/image1": bytes(30_000_000)})
    bomb = bytearray(zip_bomb(megabytes=30))
    place = bomb.rindex(b"PK\x01\x02")
    bomb[place + 24 : place + 28] = struct.pack("<I", 1_000)
    yield "zip-bomb-that-lies-about-its-size.docx", bytes(bomb)
    yield "zip-in-a-zip.docx", docx_of(good, **{"embeddings/inner": zip_bomb(megabytes=5)})
    yield "empty-zip.docx", b"PK\x05\x06" + bytes(18)
    yield "no-document.docx", docx_of(good).replace(b"word/document", b"word/another_")
    yield "document-that-is-empty.docx", docx_of("")
    yield "document-without-text.docx", docx_of(_paragraphs())
    yield "document-that-is-no-xml.docx", docx_of("نص")
    yield "document-that-is-cut-short.docx", docx_of(good[:-30])
    yield (
        "document-in-an-unknown-encoding.docx",
        docx_of('<?xml version="1.0" encoding="x"?>' + good),
    )
    yield "document-in-utf-7.docx", docx_of('<?xml version="1.0" encoding="utf-7"?>' + good)
    yield "document-in-shift-jis.docx", docx_of('<?xml version="1.0" encoding="shift-jis"?>' + good)
    yield "document-in-utf-16.docx", docx_of(good.encode("utf-16"))
    yield "document-with-a-nul.docx", docx_of(good.replace(" ", "\0", 1))
    yield "document-with-a-control.docx", docx_of(good.replace(" ", "&#27;", 1))
    yield "document-with-half-a-pair.docx", docx_of(good.replace(" ", "&#xD800;", 1))
    yield "document-of-another-namespace.docx", docx_of(_renamed(good.encode(), _WORD, "urn:x"))
    yield "document-50000-elements-deep.docx", docx_of("<a>" * 50_000 + "</a>" * 50_000)
    laughs = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    entities = f'<!DOCTYPE x [<!ENTITY e0 "ha">{laughs}]>'
    yield "billion-laughs.docx", docx_of(entities + good.replace(ENGLISH, "&e9;"))
    file = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    yield "entity-of-a-file.docx", docx_of(file + good.replace(ENGLISH, "&f;"))
    address = '<!DOCTYPE x SYSTEM "http://localhost:9/x.dtd">'
    yield "doctype-at-an-address.docx", docx_of(address + good)
    yield "entity-unknown.docx", docx_of(good.replace(ENGLISH, "&nobody;"))
    yield (
        "entity-of-itself.docx",
        docx_of('<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">]>' + good.replace(ENGLISH, "&a;")),
    )
    long = f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>'
    yield "entity-that-is-long-and-often.docx", docx_of(long + good.replace(ENGLISH, "&a;" * 5_000))
    yield "header-that-is-broken.docx", docx_of(good, header1="<w:hdr>")
    yield "20000-parts.docx", docx_of(good, **{f"part{n}": "" for n in range(20_000)})
    yield "part-with-a-password.docx", _flagged(whole, 0x01)
    yield "part-by-an-unknown-method.docx", _packed_by(whole, 99)
    yield "part-said-to-be-bzip2.docx", _packed_by(whole, zipfile.ZIP_BZIP2)
    yield "part-said-to-be-lzma.docx", _packed_by(whole, zipfile.ZIP_LZMA)
    yield "part-said-to-be-stored.docx", _packed_by(whole, zipfile.ZIP_STORED)
    yield "part-with-a-wrong-sum.docx", _patched(whole, b"PK\x01\x02", 16, b"\0\0\0\0")
    yield "part-at-a-wrong-place.docx", _patched(whole, b"PK\x01\x02", 42, b"\xff\xff\xff\x7f")
    yield (
        "part-with-a-name-in-no-encoding.docx",
        _flagged(whole.replace(b"document", b"docu\xff\xfe\xfdt"), 0x800),
    )
    yield "part-from-a-later-version.docx", _patched(whole, b"PK\x01\x02", 6, b"\xff\0")
    yield "part-that-climbs-out.docx", docx_of(good, **{"../../../escaped": "x"})
    yield (
        "the-same-part-twice.docx",
        _renamed(docx_of(good, document2=good), "word/document2.xml", "word/document.xml\0"),
    )
    yield "an-older-doc.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3_000)


def _patched(content: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    """The last record of a zip that begins with `mark`, changed at an offset."""
    place = content.rindex(mark) + offset
    return content[:place] + value + content[place + len(value) :]


def _flagged(content: bytes, flag: int) -> bytes:
    both = _patched(content, b"PK\x01\x02", 8, struct.pack("<H", flag))
    return _patched(both, b"PK\x03\x04", 6, struct.pack("<H", flag))


def _packed_by(content: bytes, method: int) -> bytes:
    both = _patched(content, b"PK\x01\x02", 10, struct.pack("<H", method))
    return _patched(both, b"PK\x03\x04", 8, struct.pack("<H", method))


def _csv() -> Named:
    yield "unbalanced-quotation.csv", f'title,text\nx,"{TEXT}'.encode() + b"x,y\n" * 40_000
    yield "quotation-inside-a-field.csv", f'title,text\nx,a"b"{ENGLISH}"c\n'.encode()
    yield "a-field-of-a-megabyte.csv", b"title,text\nx," + b"word " * 200_000 + b"\n"
    yield "a-heading-of-a-megabyte.csv", b"x" * 1_000_000 + b",b\n1,2\n"
    yield "a-heading-of-many-lines.csv", f'"a\nb\r\n\x1b[2J\t",{ENGLISH * 9}\n1,2\n'.encode()
    yield "20000-columns.csv", (b"x," * 20_000 + b"text\n" + b"1," * 20_000 + ENGLISH.encode())
    yield "more-fields-than-headings.csv", f"title,text\nx,{ENGLISH},1,2,3\n".encode()
    yield "fewer-fields-than-headings.csv", f"title,source,text\nx\n\nx,y,{ENGLISH}\n".encode()
    yield (
        "20000-headings-over-20000-rows.csv",
        (",".join([*map(str, range(20_000)), "text"]) + "\n" + "x\n" * 20_000).encode(),
    )
    yield "the-same-heading-twice.csv", f"text,text\n,{ENGLISH}\n".encode()
    yield "headings-only.csv", b"title,text\n"
    yield "no-headings.csv", f"{ARABIC},{ENGLISH}\n".encode()
    yield "a-blank-line-first.csv", f"\n\ntitle,text\nx,{ENGLISH}\n".encode()
    yield "only-delimiters.csv", b",;\t|" * 20_000
    yield "nul-in-a-field.csv", f"title,text\nx,{ENGLISH}\0\n".encode()
    yield "old-line-ends.csv", f"title,text\rx,{ENGLISH}\r".encode()
    yield "a-formula.csv", f"title,text\n=cmd|' /C calc'!A0,{ENGLISH}\n".encode()
    yield "a-date-that-is-none.csv", f"date,text\n99/99/9999,{ENGLISH}\n".encode()
    yield "a-title-of-many-lines.csv", f'title,text\n"a\nb\n\nSYSTEM: c",{ENGLISH}\n'.encode()


def _jsonl() -> Named:
    def line(name: str, value: str) -> tuple[str, bytes]:
        return f"{name}.jsonl", f"\n{value}\n".encode()

    yield line("broken-line", '{"text": "x"')
    yield line("no-objects", '[1]\n"x"\nnull\n42')
    yield line("10000-brackets", '{"text": ' + "[" * 10_000)
    yield line("10000-brackets-closed", '{"keywords": ' + "[" * 10_000 + "]" * 10_000 + "}")
    yield line("10000-objects-closed", '{"a":' * 10_000 + "1" + "}" * 10_000)
    nested = "[" * 900 + "]" * 900
    for field in ("keywords", "date", "title", "nothing"):
        yield line(f"{field}-900-lists-deep", f'{{"text": "x", "{field}": {nested}}}')
    yield line("number-of-5000-digits", f'{{"text": {"9" * 5_000}}}')
    yield line("number-of-4000-digits", f'{{"text": {"9" * 4_000}}}')
    yield line("number-without-end", '{"text": 1e999, "title": -1e999, "date": 1e999}')
    yield line("not-a-number", '{"text": NaN, "title": Infinity}')
    yield line("text-that-is-a-number", '{"text": 42}')
    yield line("text-that-is-a-list", '{"text": ["x"]}')
    yield line("text-that-is-false", '{"text": false}')
    yield line("date-that-is-a-mapping", '{"text": "x", "date": {"$date": 1}}')
    yield line("date-that-is-a-list", '{"text": "x", "date": [2024, 1, 26]}')
    yield line("date-that-is-a-number", '{"text": "x", "date": 99999999999999999999}')
    yield line("keywords-that-are-mappings", '{"text": "x", "keywords": [{"a": 1}, ["b"]]}')
    yield line("language-that-is-a-mapping", '{"text": "x", "language": {"a": 1}}')
    for field in ("text", "title", "source", "keywords", "language", "url"):
        yield line(f"half-a-character-in-{field}", f'{{"text": "x", "{field}": "a\\ud800b"}}')
    for field in ("text", "title", "keywords"):
        yield line(f"nul-in-{field}", f'{{"text": "x {ENGLISH}", "{field}": "a\\u0000b"}}')
    yield line("controls", '{"text": "a\\u001b[2J\\u0007\\u0008b", "title": "\\u001b]0;x\\u0007"}')
    yield line("title-of-a-megabyte", f'{{"text": "x", "title": "{"x " * 500_000}"}}')
    yield line("source-of-a-megabyte", f'{{"text": "x", "source": "{"x " * 500_000}"}}')
    yield line("same-key-twice", '{"text": "", "text": "x", "body": "y"}')
    yield line("20000-keys", "{" + ",".join(f'"k{n}": 1' for n in range(20_000)) + "}")
    yield "one-array.jsonl", json.dumps([{"text": ENGLISH}] * 3, indent=1).encode()
    yield "comma-at-the-end.jsonl", f'{{"text": "{ENGLISH}"}},\n{{"text": "x"}},\n'.encode()
    yield (
        "marks-between-lines.jsonl",
        f'\ufeff{{"text": "{ENGLISH}"}}\n\ufeff{{"text": "x"}}'.encode(),
    )


if __name__ == "__main__":
    sys.stdout.write(f"{len(write_malformed(Path(sys.argv[1])))} files\n")
