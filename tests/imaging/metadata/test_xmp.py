"""thumbor_renuo.imaging.metadata.xmp: the names of places in XML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbor_renuo.imaging.metadata import xmp
from thumbor_renuo.imaging.metadata.blob import Blob, StoredFile, Unwalkable
from thumbor_renuo.imaging.metadata.patches import Patches


def blanked(data: bytes) -> bytes:
    async def read(at: int, count: int) -> bytes:
        return data[at : at + count]

    file = StoredFile(read, len(data))
    with pytest.raises(StopIteration):
        xmp.blank(Blob(file, [(0, len(data))])).send(None)
    return Patches.of(file.written).applied(data, 0)


@pytest.mark.parametrize("part", [
    b'exif:GPSLatitude="47,2N"', b"exif:GPSLatitude='47,2N'", b'exif:gpsLatitude\n=\t"47>2N"',
    b"<exif:GPSLatitude>47</exif:GPSLatitude>", b"<exif:GPSLatitude/>", b"<GPSLatitude />",
    b'<exif:GPSVersionID xml:lang="x">2</exif:GPSVersionID\n>', b"<geo:lat>47</geo:lat>",
    b'drone-dji:GpsLongtitude="+8.5"', b'photoshop:City="Zug"', b'photoshop:State="ZG"',
    b'photoshop:Country="CH"', b'Iptc4xmpCore:CountryCode="CHE"', b'Iptc4xmpCore:Location="x"',
    b"<a:LocationShown><rdf:Bag><rdf:li a:City='Zug'/></rdf:Bag></a:LocationShown>",
    b"<a:Location><a:LocationId>1</a:LocationId></a:Location>",
])  # fmt: skip
def test_a_place_is_blanked(part: bytes) -> None:
    """Each name of a place, as an attribute and as an element, and nothing around it."""
    around = b"<rdf:Alt a:b='c' %b d:e='f'>" if b"=" in part and part[:1] != b"<" else b"<a>%b</a>"
    assert blanked(around % part) == around % (b" " * len(part))


@pytest.mark.parametrize("text", [
    b"<rdf:Alt><rdf:li xml:lang='x'>Zug</rdf:li></rdf:Alt>",
    b"<tiff:Model>GPSLatitude</tiff:Model>",
    b"<a xmlns:gps='http://x/' xmlns:location='http://y/'/>",
    b"<photoshop:Credit>x</photoshop:Credit>",
    b"<dc:title>city: the state of the country</dc:title>", b"<a:altitude>1</a:altitude>",
    b"<longer:name/><latter/><a:velocity>1</a:velocity>",
])  # fmt: skip
def test_other_names_stay(text: bytes) -> None:
    """Titles, cameras, languages and the declarations of names."""
    assert blanked(text) == text


@pytest.mark.parametrize("text", [
    "<a b:GPSLatitude='47'/>".encode("utf-16"), b"<a:GPSLatitude>47", b"<a:GPSLatitude",
    b"<a:gps<a:city/>",
    b"<a b:GPSLatitude='47/>", b"<a:gps><a:gps>1</a:gps>2</a:gps>", b"<a:gpsa>1</a:gpsb>",
    b"\0<a/>", b"<a:gps/>" * 3000,
])  # fmt: skip
def test_a_packet_that_is_not_understood_is_blanked_as_a_whole(text: bytes) -> None:
    """Another encoding, or names that are not as XML has them."""
    assert blanked(text) == b" " * len(text)


@given(st.lists(st.sampled_from([
    b"<", b">", b"/>", b"</", b"a:GPSLatitude", b"a:City", b"='", b"'", b'"', b" ", b"x", b"\n",
])).map(b"".join))  # fmt: skip
def test_no_property_of_a_place_is_left(text: bytes) -> None:
    """Whatever stands there, nothing reads as a place afterwards, and no byte has moved."""
    kept = blanked(text)
    assert len(kept) == len(text)
    assert xmp.PROPERTY.search(kept) is None


def test_a_packet_has_a_limit() -> None:
    """One byte more than is looked through is refused, and not read."""

    async def read(at: int, count: int) -> bytes:
        return b" " * count

    size = xmp.MAX_PACKET_BYTES
    walk = xmp.blank(Blob(StoredFile(read, size), [(0, size)]))
    with pytest.raises(StopIteration):
        walk.send(None)
    with pytest.raises(Unwalkable, match="XMP"):
        xmp.blank(Blob(StoredFile(read, size + 1), [(0, size + 1)])).send(None)
