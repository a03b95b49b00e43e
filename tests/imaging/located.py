"""Pictures that tell where they were taken, in every way that is looked for."""

import struct
import zlib
from itertools import pairwise

from PIL import Image

from tests.imaging.pictures import chunk, saved, scene, segment
from thumbor_renuo.imaging import location
from thumbor_renuo.imaging.metadata.patches import Patches

DAY = b"2031:07:19"
"""Stands in each GPS directory, and nowhere else."""
TOWN = b"Wallisellen"
"""Stands in each XMP packet and IPTC record that names a place."""
MAKER, OWNER = "A maker of cameras", b"The owner of the rights"
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825

XMP = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta '
    b'xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/"\n'
    b" exif:GPSLatitude=\"47,24.2N Wallisellen\"\n exif:GPSLongitude = '8,35.5E Wallisellen' "
    b'photoshop:City="Wallisellen" dc:rights="The owner of the rights">'
    b"<exif:GPSAltitude>431/1 Wallisellen</exif:GPSAltitude><exif:GPSMapDatum/>"
    b"<Iptc4xmpExt:LocationCreated><rdf:Bag><rdf:li Iptc4xmpExt:City='Wallisellen'>"
    b"<Iptc4xmpExt:LocationId>Wallisellen</Iptc4xmpExt:LocationId></rdf:li></rdf:Bag>"
    b"</Iptc4xmpExt:LocationCreated><tiff:Model>Camera</tiff:Model></rdf:Description></rdf:RDF>"
    b'</x:xmpmeta><?xpacket end="w"?>'
)


def record(dataset: int, text: bytes) -> bytes:
    return struct.pack(">BBBH", 0x1C, 2, dataset, len(text)) + text


IPTC = (
    record(5, b"Title") + record(90, TOWN) + b"\x1c\x02\x5c\x80\x04\0\0\0\x0b" + TOWN
    + record(101, TOWN) + record(116, OWNER) + b"\0\0"
)  # fmt: skip


def resource(number: int, content: bytes, name: bytes = b"") -> bytes:
    named = bytes([len(name)]) + name
    named += bytes(len(named) % 2)
    head = b"8BIM" + struct.pack(">H", number) + named + struct.pack(">I", len(content))
    return head + content + bytes(len(content) % 2)


def exif(order: str = "<") -> bytes:
    """EXIF data with the place, an orientation and a maker."""
    made = Image.Exif()
    made.endian = order
    made[ORIENTATION], made[MAKE] = 6, MAKER
    directory = made.get_ifd(GPS)
    directory[1], directory[2], directory[29] = "N", (47.0, 22.0, 33.125), DAY.decode()
    return made.tobytes()


def jpeg(*segments: bytes) -> bytes:
    plain = saved(scene(), "JPEG")
    return plain[:2] + b"".join(segments) + plain[2:]


def app1(content: bytes) -> bytes:
    return segment(0xE1, content)


def extended_xmp(packet: bytes, parts: int) -> list[bytes]:
    """The segments of a packet that is split; the last one first."""
    cuts = [len(packet) * part // parts for part in range(parts + 1)]
    head = b"http://ns.adobe.com/xmp/extension/\0" + b"0123456789ABCDEF" * 2
    made = [
        app1(head + struct.pack(">II", len(packet), start) + packet[start:end])
        for start, end in pairwise(cuts)
    ]
    return made[::-1]


def multi_picture() -> bytes:
    """A JPEG with a preview behind it, as cameras write it (CIPA DC-007)."""
    preview = jpeg(app1(exif(">")))

    def first(size: int) -> bytes:
        base = 2 + 4 + 4
        entries = struct.pack(">IIIHH", 0x030000, size, 0, 0, 0)
        entries += struct.pack(">IIIHH", 0x010001, len(preview), size - base, 0, 0)
        index = b"MM\0*\0\0\0\x08\0\x03" + struct.pack(">HHI4s", 0xB000, 7, 4, b"0100")
        index += struct.pack(">HHII", 0xB001, 4, 1, 2)
        index += struct.pack(">HHII", 0xB002, 7, 32, 8 + 2 + 36 + 4) + bytes(4)
        return jpeg(segment(0xE2, b"MPF\0" + index + entries))

    return first(len(first(1000))) + preview


def png(*chunks: bytes) -> bytes:
    plain = saved(scene(), "PNG")
    return plain[:33] + b"".join(chunks[:-1]) + plain[33:-12] + chunks[-1] + plain[-12:]


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    plain = saved(scene(), "WEBP", exif=exif())
    body = plain[12:] + b"".join(
        kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
        for kind, content in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def tiff(*, big: bool, order: str = "<") -> bytes:
    """A TIFF with GPS, XMP, IPTC and Photoshop's resources in a directory at its end."""
    data = saved(scene(size=(20, 15)), "TIFF", big_tiff=big)
    data += bytes(-len(data) % 8)
    count, wide = ("Q", "Q") if big else ("H", "I")
    size = 20 if big else 12
    (at,) = struct.unpack_from(order + wide, data, 8 if big else 4)
    (entries,) = struct.unpack_from(order + count, data, at)
    first = at + struct.calcsize(order + count)
    known = [data[first + n * size : first + (n + 1) * size] for n in range(entries)]

    def entry(tag: int, kind: int, number: int, value: int) -> bytes:
        return struct.pack(order + "HH" + wide * 2, tag, kind, number, value)

    def added(content: bytes) -> int:
        nonlocal data
        place = len(data)
        data += content + bytes(-len(content) % 8)
        return place

    date = added(DAY + b"\0")
    gps = added(struct.pack(order + count, 1) + entry(29, 2, 11, date) + bytes(8))
    packet, records = added(XMP), added(IPTC)
    resources = resource(0x0404, IPTC) + resource(0x0422, exif()) + resource(0x0424, XMP)
    more = [
        entry(GPS, 4, 1, gps),
        entry(0x02BC, 1, len(XMP), packet),
        entry(0x83BB, 7, len(IPTC), records),
        entry(0x8649, 7, len(resources), added(resources)),
    ]
    directory = sorted(known + more, key=lambda raw: struct.unpack(order + "H", raw[:2]))
    start = added(struct.pack(order + count, len(directory)) + b"".join(directory) + bytes(8))
    head = (
        data[:8] + struct.pack(order + "Q", start) if big else data[:4] + struct.pack("<I", start)
    )
    return head + data[len(head) :]


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def full(kind: bytes, content: bytes, version: int = 0) -> bytes:
    return box(kind, bytes([version, 0, 0, 0]) + content)


def heic() -> bytes:
    """The boxes of a HEIC with EXIF in two pieces of the file, and XMP within `meta`."""
    data = b"\0\0\0\x06Exif\0\0" + exif(">")[6:]
    brands = box(b"ftyp", b"heic\0\0\0\0mif1heic")
    cut = 60

    def meta(place: int) -> bytes:
        infos = (
            full(b"infe", struct.pack(">HH", 1, 0) + b"hvc1\0", 2)
            + full(b"infe", struct.pack(">HH", 2, 0) + b"Exif\0", 2)
            + full(b"infe", struct.pack(">IH", 3, 0) + b"mime\0application/rdf+xml\0", 3)
        )
        places = (
            struct.pack(">HHHHII", 1, 0, 0, 1, 0, 4)
            + struct.pack(">HHHHIIII", 2, 0, 0, 2, place, cut, place + cut + 8, len(data) - cut)
            + struct.pack(">HHHHII", 3, 1, 0, 1, 0, len(XMP))
        )
        return full(
            b"meta",
            full(b"hdlr", bytes(4) + b"pict" + bytes(13))
            + full(b"iinf", struct.pack(">H", 3) + infos)
            + full(b"iloc", b"\x44\0" + struct.pack(">H", 3) + places, 1)
            + box(b"idat", XMP),
        )

    start = len(brands) + len(meta(0)) + 8
    return brands + meta(start) + box(b"mdat", data[:cut] + bytes(8) + data[cut:])


def jpeg_xl() -> bytes:
    return (
        b"\0\0\0\x0cJXL \r\n\x87\n" + box(b"ftyp", b"jxl \0\0\0\0jxl ")
        + box(b"Exif", bytes(4) + exif()[6:]) + box(b"xml ", XMP)
        + box(b"brob", b"xml " + TOWN) + box(b"jxlc", b"\xff\x0a")
    )  # fmt: skip


def jpeg_2000() -> bytes:
    return (
        b"\0\0\0\x0cjP  \r\n\x87\n" + box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
        + box(b"uuid", b"JpgTiffExif->JP2" + exif()[6:])
        + box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + XMP)
        + box(b"uuid", bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38") + IPTC)
        + struct.pack(">I", 0) + b"jp2c" + b"pixels"
    )  # fmt: skip


def photoshop() -> bytes:
    resources = resource(0x0404, IPTC, b"name") + resource(0x0422, exif()) + resource(0x0424, XMP)
    return b"8BPS\0\1" + bytes(20) + bytes(4) + struct.pack(">I", len(resources)) + resources


def itxt(keyword: bytes, text: bytes, packed: int = 0) -> bytes:
    return chunk(b"iTXt", keyword + bytes([0, packed, 0]) + b"en\0here\0" + text)


KEY = b"XML:com.adobe.xmp"
XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
HEX = (exif()[6:] + DAY).hex().encode()
PACKED = zlib.compress(XMP)
WITH_PLACE = {
    "jpeg": jpeg(app1(exif())),
    "jpeg, big-endian": jpeg(app1(exif(">"))),
    "jpeg, XMP": jpeg(app1(XMP_HEAD + XMP)),
    "jpeg, XMP over segments": jpeg(*extended_xmp(XMP, 7)),
    "jpeg, UTF-16": jpeg(app1(XMP_HEAD + XMP.decode().encode("utf-16"))),
    "jpeg, Photoshop": jpeg(
        segment(0xED, b"Photoshop 3.0\0" + resource(0x0404, IPTC) + resource(0x0422, exif())[:40]),
        segment(0xED, b"Photoshop 3.0\0" + resource(0x0422, exif())[40:] + resource(0x0424, XMP)),
    ),
    "jpeg, stuffing": jpeg(b"\xff\xff\xff\xd0" + b"junk", app1(exif())),
    "jpeg, several pictures": multi_picture(),
    "png": png(chunk(b"eXIf", exif()[6:]), itxt(KEY, XMP)),
    "png, header of APP1": png(chunk(b"eXIf", exif(">")), chunk(b"tEXt", KEY + b"\0" + XMP)),
    "png, packed": png(itxt(KEY, PACKED, 1), chunk(b"zTXt", KEY + b"\0\0" + PACKED)),
    "png, ImageMagick": png(
        chunk(b"tEXt", b"Raw profile type exif\0\nexif\n" + HEX),
        chunk(b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(IPTC)),
        chunk(b"tEXt", b"exif:GPSDateStamp\0" + DAY),
    ),
    "webp": webp(),
    "webp, XMP": webp((b"XMP ", XMP), (b"EXIF", exif(">"))),
    "tiff": tiff(big=False),
    "tiff, big": tiff(big=True),
    "avif": saved(scene(), "AVIF", exif=exif(), xmp=XMP),
    "heic": heic(),
    "jpeg xl": jpeg_xl(),
    "jpeg 2000": jpeg_2000(),
    "psd": photoshop(),
}  # fmt: skip
"""Name → a file that tells a place, by DAY or by TOWN."""
SHOWN = [name for name in WITH_PLACE if name not in {"heic", "jpeg xl", "jpeg 2000", "psd"}]
"""Those that Pillow shows."""


async def found_in(data: bytes, media_type: str = "image/jpeg") -> tuple[Patches, list[int]]:
    """What is to be put into a file, and how many bytes each read took."""
    reads: list[int] = []

    async def read(at: int, count: int) -> bytes:
        reads.append(count)
        return data[at : at + count]

    return await location.find(read, len(data), media_type), reads


async def stripped(data: bytes, media_type: str = "image/jpeg") -> bytes:
    """The file as it is served."""
    patches, _reads = await found_in(data, media_type)
    return patches.applied(data, 0)
