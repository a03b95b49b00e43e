"""thumbor_renuo.imaging.svg: what in an SVG runs or fetches."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.errors import TooLarge, UnreadableImage
from thumbor_renuo.imaging.svg import MAX_CHARACTERS, MAX_PARTS, MAX_SVG_BYTES, active_parts

NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
PIXELS = "data:image/png;base64,iVBORw0KGgo="


def svg(content: str = "", attributes: str = "", before: str = "") -> bytes:
    return f"{before}<svg {NAMESPACES} {attributes}>{content}</svg>".encode()


def laughs(size: int) -> str:
    """A document type of entities that stand for 10 of the one before: 10 to the power of size."""
    entities = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, size))
    return f'<!DOCTYPE svg [<!ENTITY e0 "ha">{entities}]>'


# Pictures


@pytest.mark.parametrize(
    "document",
    [
        svg(),
        svg('<path d="M0 0L10 10"/>', 'viewBox="0 0 10 10" width="10" height="10"'),
        svg('<linearGradient id="g"/><rect fill="url(#g)" clip-path="url( \'#c\' )"/>'),
        svg('<use xlink:href="#a"/><use href="#a"/><use href=" #a "/><use href=""/>'),
        svg(f'<image href="{PIXELS}"/><image xlink:href="{PIXELS}"/>'),
        svg('<image href="DATA:image/JPEG;base64,AA"/>'),
        svg("<style>.a{fill:red} #b{fill:url(#g)} /* } */</style>"),
        svg("<style><![CDATA[.a > .b { fill: red }]]></style>"),
        svg(f"<style>.a{{cursor:url({PIXELS}), auto}}</style>"),
        svg("<style>@font-face{font-family:x;src:url('data:font/woff2;base64,AA')}</style>"),
        svg("<style>@font-face{src:url(data:application/x-font-woff;base64,AA)}</style>"),
        svg('<g style="fill:url(#g);stroke:red"/>'),
        svg("<title>On scripts, javascript: and url(x)</title><text>onload</text>"),
        svg('<animate attributeName="x" values="0;1"/><set attributeName="fill" to="red"/>'),
        svg('<metadata xmlns:r="urn:r"><r:RDF r:resource="http://example.com/"/></metadata>'),
        svg("", "", '<?xml version="1.0" encoding="UTF-8"?><!-- made by hand -->'),
        svg(
            "",
            "",
            '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
            '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">',
        ),
        b'<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:g/></s:svg>',
        b"<svg/>",
        b"<svg>&lt;script&gt;&#106;</svg>",
        svg("<g>" * 10_000 + "</g>" * 10_000),
    ],
    ids=lambda document: document[:70].decode() + "…",
)
def test_a_picture_has_no_active_parts(document: bytes) -> None:
    """Shapes, references inside the file, pixels and fonts in data URLs."""
    assert active_parts(document) == []


def test_pictures_of_others_have_no_active_parts() -> None:
    """The icons that Django ships."""
    django = pytest.importorskip("django")
    icons = list(Path(django.__file__).parent.rglob("*.svg"))
    assert len(icons) > 10
    assert {icon.name: active_parts(icon.read_bytes()) for icon in icons} == {
        icon.name: [] for icon in icons
    }


# What runs


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("<script>alert(1)</script>", "script element"),
        ("<script/>", "script element"),
        ("<SCRIPT/>", "script element"),
        ("<g><g><script/></g></g>", "script element"),
        ('<x:script xmlns:x="http://www.w3.org/2000/svg"/>', "script element"),
        ('<x:ScRiPt xmlns:x="http://www.w3.org/1999/xhtml"/>', "script element"),
        ('<script xmlns=""/>', "script element"),
        ("<foreignObject/>", "foreignobject element"),
        ("<foreignobject/>", "foreignobject element"),
        ("<iframe/>", "iframe element"),
        ("<embed/>", "embed element"),
        ("<object/>", "object element"),
        ("<handler/>", "handler element"),
        ('<g onload="alert(1)"/>', "attribute onload"),
        ('<g ONLOAD="alert(1)"/>', "attribute onload"),
        ('<g onanything=""/>', "attribute onanything"),
        ('<g x:onload="" xmlns:x="urn:x"/>', "attribute onload"),
        ('<animate onbegin="alert(1)"/>', "attribute onbegin"),
        ('<a href="javascript:alert(1)"/>', "script URL in href"),
        ('<a xlink:href="javascript:alert(1)"/>', "script URL in href"),
        ('<a x:href="javascript:x" xmlns:x="http://www.w3.org/1999/xlink"/>', "script URL in href"),
        ('<a href=" JaVaScRiPt:alert(1)"/>', "script URL in href"),
        ('<a href="java&#10;script:alert(1)"/>', "script URL in href"),
        ('<a href="java&#9;script&#13;:alert(1)"/>', "script URL in href"),
        ('<a href="&#x6a;avascript:alert(1)"/>', "script URL in href"),
        (f'<a href="{" " * 5000}javascript:alert(1)"/>', "script URL in href"),
        ('<a href="vbscript:x"/>', "script URL in href"),
        ('<a href="data:text/html,&lt;script>"/>', "data URL in href"),
        ('<use href="data:image/svg+xml,x"/>', "data URL in href"),
        ('<image href="data:image/svg+xml;base64,AA"/>', "data URL in href"),
        ('<image href="data:,x"/>', "data URL in href"),
        ('<image href="data:image/png2,x"/>', "data URL in href"),
        ('<animate attributeName="href" to="javascript:x"/>', "animation of href"),
        ('<set attributeName="xlink:href" to="x"/>', "animation of href"),
        ('<ANIMATE attributename=" HREF "/>', "animation of href"),
        ('<set attributeName="onclick" to="x"/>', "animation of onclick"),
        ('<p xmlns="http://www.w3.org/1999/xhtml"/>', "element p of a web page"),
        ('<h:meta xmlns:h="http://www.w3.org/1999/xhtml"/>', "meta element"),
    ],
)
def test_what_runs_is_found(content: str, part: str) -> None:
    """Scripts, handlers, script URLs, pages, and animations of them: any prefix, any case."""
    assert active_parts(svg(content)) == [part]


# What fetches


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ('<image href="https://example.com/a.png"/>', "external reference in href"),
        ('<image href="//example.com/a.png"/>', "external reference in href"),
        ('<image xlink:href="a.png"/>', "external reference in href"),
        ('<use href="other.svg#a"/>', "external reference in href"),
        ('<a href="https://example.com/"/>', "external reference in href"),
        ('<image src="a.png"/>', "external reference in src"),
        ('<g xml:base="https://example.com/"/>', "external reference in base"),
        ('<rect fill="url(https://example.com/a.svg#b)"/>', "external reference in fill"),
        ('<rect fill="URL( \'a.svg#b\' )"/>', "external reference in fill"),
        ('<rect fill="url(#a) url(b)"/>', "external reference in fill"),
        ('<rect style="fill:url(&quot;a&quot;)"/>', "external reference in style"),
        (r'<rect style="fill:u\72l(a)"/>', "external reference in style"),
        (r'<rect style="fill:\000075\000072\00006C(a)"/>', "external reference in style"),
        (r'<rect style="fill:u\r\l(a)"/>', "external reference in style"),
        ('<rect style="fill:url(javascript:x)"/>', "script URL in style"),
        ("<style>@import 'a.css';</style>", "@import in a style sheet"),
        ("<style>@IMPORT url(#a);</style>", "@import in a style sheet"),
        (r"<style>@\69mport 'a.css';</style>", "@import in a style sheet"),
        ("<style><![CDATA[@im]]>port 'a.css';</style>", "@import in a style sheet"),
        ("<style>@im<!-- x -->port 'a.css';</style>", "@import in a style sheet"),
        ("<STYLE>a{fill:url(b)}</STYLE>", "external reference in a style sheet"),
        ("<x:style xmlns:x='x'>a{fill:url(b)}</x:style>", "external reference in a style sheet"),
        ("<style>a{fill:url(b</style>", "external reference in a style sheet"),
        ("<style>a{fill:url('b</style>", "external reference in a style sheet"),
        ("<style>a{fill:image-set('b' 1x)}</style>", "external reference in a style sheet"),
        ("<style>@font-face{src:url(a.woff)}</style>", "external reference in a style sheet"),
        ("<style>a{x:url(data:text/css,x)}</style>", "data URL in a style sheet"),
        ("<style>a{x:url(data:image/svg+xml,x)}</style>", "data URL in a style sheet"),
    ],
)  # fmt: skip
def test_what_fetches_is_found(content: str, part: str) -> None:
    """References to other files, in attributes and style sheets, however they are written."""
    assert active_parts(svg(content)) == [part]


def test_an_element_does_not_hide_a_style_sheet() -> None:
    """Browsers join the text before and behind it."""
    hidden = "<style>@im<style>b</style>port 'a.css';</style>"
    assert "element in a style sheet" in active_parts(svg(hidden))
    hidden = "<style>a{}<g/>b{fill:url(c)}</style>"
    assert active_parts(svg(hidden)) == [
        "element in a style sheet",
        "external reference in a style sheet",
    ]


def test_the_outermost_element_counts_as_well() -> None:
    """Its attributes are looked at like those of any other."""
    assert active_parts(svg("", 'onload="x" style="fill:url(a)"')) == [
        "attribute onload",
        "external reference in style",
    ]


def test_all_parts_are_told_once_in_their_order() -> None:
    """Ten scripts are one kind of part."""
    content = "<script/>" * 10 + '<a href="x"/>' * 10 + "<script/>"
    assert active_parts(svg(content)) == ["script element", "external reference in href"]


def test_no_more_is_told_than_is_of_use() -> None:
    """However many different ones there are, and however long their names."""
    handlers = "".join(f'<g on{"a" * number}=""/>' for number in range(1, 1000))
    parts = active_parts(svg(handlers))
    assert len(parts) == MAX_PARTS
    assert max(map(len, parts)) <= 60


# Prolog


def test_a_style_sheet_instruction_is_found() -> None:
    """It names a style sheet or a transformation that makes a page of it."""
    instruction = '<?xml-stylesheet type="text/xsl" href="a.xsl"?>'
    assert active_parts(svg(before=instruction)) == ["xml-stylesheet instruction"]
    assert active_parts(svg(before="<?xpacket x?>")) == []
    assert active_parts(svg() + instruction.encode()) == ["xml-stylesheet instruction"]


def test_declarations_in_the_document_type_are_found() -> None:
    """Default attributes could bring handlers, entities anything at all."""
    before = "<!DOCTYPE svg [<!ATTLIST svg onload CDATA 'x'>]>"
    assert active_parts(svg(before=before)) == [
        "document type with declarations",
        "attribute onload",
    ]
    assert active_parts(svg(before="<!DOCTYPE svg []>")) == ["document type with declarations"]


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY a "b">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY a PUBLIC "x" "https://example.com/">',
        '<!ENTITY % a SYSTEM "https://example.com/"> %a;',
        '<!ENTITY a "&a;">',
    ],
)
def test_no_entity_is_ever_resolved(declaration: str) -> None:
    """The reading ends at the first declaration, whatever follows."""
    document = svg("&a;<script/>", before=f"<!DOCTYPE svg [{declaration}]>")
    assert active_parts(document) == ["document type with declarations", "entity declaration"]


def test_a_billion_laughs_end_at_the_first() -> None:
    """Entities of entities take no time and no memory."""
    assert active_parts(svg("&e29;", before=laughs(30)))[-1] == "entity declaration"


def test_entities_of_an_external_document_type_are_left_out() -> None:
    """It is not fetched, so that they stand for nothing; browsers do the same."""
    before = '<!DOCTYPE svg SYSTEM "https://example.com/x.dtd">'
    assert active_parts(svg("&unknown;<script/>", before=before)) == ["script element"]


# Encodings


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "utf-16"),
        ("latin-1", "iso-8859-1"),
        ("cp1252", "windows-1252"),
        ("koi8-r", "koi8-r"),
        ("ascii", "us-ascii"),
    ],
)
def test_parts_are_found_in_each_encoding(encoding: str, declared: str) -> None:
    """As its declaration or byte order mark tells."""
    text = f'<?xml version="1.0" encoding="{declared}"?><svg><script/></svg>'
    assert active_parts(text.encode(encoding)) == ["script element"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_needs_no_byte_order_mark(encoding: str) -> None:
    """The first bytes tell."""
    text = '<?xml version="1.0" encoding="utf-16"?><svg><script/></svg>'
    assert active_parts(text.encode(encoding)) == ["script element"]


@pytest.mark.parametrize(
    "declared",
    ["utf-7", "shift_jis", "iso-2022-jp", "gb18030", "hz", "utf-32", "rot13", "hex", "nonsense",
     "iso-8859-99"],
)  # fmt: skip
def test_other_encodings_are_unreadable(declared: str) -> None:
    """What browsers might read otherwise than we do is no picture."""
    with pytest.raises(UnreadableImage):
        active_parts(f'<?xml version="1.0" encoding="{declared}"?><svg/>'.encode())


# What is no SVG


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b" ",
        b"hello",
        b"<svg>",
        b"<svg></SVG>",
        b"<svg/><svg/>",
        b"<svg a=b/>",
        b"<svg a='1' a='2'/>",
        b"<svg>\0</svg>",
        b"<svg a='\0'/>",
        b"<svg>\xff</svg>",
        b"<svg>&nothing;</svg>",
        b"<svg xlink:href='#a'/>",
        b"<svg><script></svg>",
        b"<svg>" + b"<g>" * 100_000,
        b"\x1f\x8b\x08\0" + bytes(20),
        b"<html xmlns='http://www.w3.org/1999/xhtml'/>",
        b"<g><svg/></g>",
    ],
    ids=lambda document: repr(document[:30]),
)
def test_what_is_no_svg_is_unreadable(document: bytes) -> None:
    """Anything that is not well-formed, holds a NUL, or has another outermost element."""
    with pytest.raises(UnreadableImage):
        active_parts(document)


def test_the_size_is_bounded() -> None:
    """One byte more than the limit is refused, and the limit told."""
    padding = MAX_SVG_BYTES - len(svg())
    assert active_parts(svg(" " * padding)) == []
    with pytest.raises(TooLarge) as refused:
        active_parts(svg(" " * (padding + 1)))
    assert refused.value.limit == MAX_SVG_BYTES


@pytest.mark.parametrize(
    ("piece", "parts"),
    [
        ("<g/>", []),
        ("&amp;", []),
        ("<!---->", []),
        ("\\75 ", []),
        ('<g style="\\75\\75\\75"/>', []),
        ('<g a="url("/>', []),
        ("<g " + " ".join(f'{a}{b}=""' for a in "abcdefgh" for b in "abcdefgh") + "/>", []),
        ("<style>url(</style>", []),
        ('<a href="x"/>', ["external reference in href"]),
        ("<style>url(x</style>", ["external reference in a style sheet"]),
    ],
)
def test_the_largest_document_is_read_to_its_end(piece: str, parts: list[str]) -> None:
    """However often one thing comes again; what stands last is found."""
    content = piece * ((MAX_SVG_BYTES - 1000) // len(piece))
    assert active_parts(svg(content + "<script/>")) == [*parts, "script element"]


def test_names_are_bounded_with_their_namespaces() -> None:
    """One that is declared once comes again with each element."""
    content = f'<g xmlns:a="{"n" * 500_000}">{"<a:g/>" * 40_000}</g>'
    with pytest.raises(TooLarge) as refused:
        active_parts(svg(content))
    assert refused.value.limit == MAX_CHARACTERS


def test_default_attributes_are_not_read_without_end() -> None:
    """Thousands of them, for thousands of elements: the declaration is enough."""
    names = " ".join(f'a{number} CDATA ""' for number in range(3000))
    document = f"<!DOCTYPE svg [<!ATTLIST g {names}>]>".encode() + svg("<g/>" * 20_000)
    assert active_parts(document) == ["document type with declarations"]


@given(st.binary(max_size=500))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing else is raised."""
    for document in (data, b"<svg>" + data + b"</svg>", b"<svg a='" + data + b"'/>"):
        try:
            parts = active_parts(document)
        except UnreadableImage:
            continue
        assert all(parts)


@given(st.text(max_size=200))
def test_any_text_is_judged_as_style(css: str) -> None:
    """A style sheet never ends in anything but an answer."""
    escaped = css.replace("&", "&amp;").replace("<", "&lt;")
    try:
        parts = active_parts(svg(f"<style>{escaped}</style>"))
    except UnreadableImage:
        return
    assert len(parts) <= 1
