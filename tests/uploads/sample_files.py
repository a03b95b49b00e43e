"""Small files of many formats, made here, as the first bytes that `true_type` is given."""

import gzip
import io
import sqlite3
import struct
import tarfile
import wave
import zipfile
from collections.abc import Mapping

from PIL import Image

ODF = "application/vnd.oasis.opendocument."
OOXML = "application/vnd.openxmlformats-officedocument."
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def picture(kind: str, **options: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(made, kind, **options)
    return made.getvalue()


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    made = io.BytesIO()
    frames[0].save(made, kind, save_all=True, append_images=frames[1:])
    return made.getvalue()


def archive(entries: Mapping[str, str], *, stored: bool = False) -> bytes:
    made = io.BytesIO()
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(made, "w", method) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return made.getvalue()


def streamed_archive(*names: str) -> bytes:
    """As made by a program that cannot go back: sizes stand behind the content."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.made = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:
            self.made += data
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, name * 10)
    return bytes(pipe.made)


def with_mimetype(media_type: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("mimetype", media_type)
        file.writestr("META-INF/manifest.xml", "<x/>")
    return made.getvalue()


def office(folder: str) -> bytes:
    names = ("[Content_Types].xml", "_rels/.rels", "docProps/app.xml", f"{folder}/document.xml")
    return archive(dict.fromkeys(names, "<x/>"))


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def branded(major: bytes, *others: bytes) -> bytes:
    return box(b"ftyp", major + bytes(4) + b"".join(others)) + box(b"mdat", bytes(64))


def tar() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as file:
        file.addfile(tarfile.TarInfo("empty"))
    return made.getvalue()


def sound() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(100))
    return made.getvalue()


def database() -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (x)")
    return connection.serialize()


def frames(header: bytes, length: int) -> bytes:
    return (header + bytes(length - len(header))) * 3


def ole(stream: str) -> bytes:
    return OLE + bytes(504) + stream.encode("utf-16-le") + bytes(64)


# Layer III, 128 kbit/s, 44.1 kHz: 417 bytes a frame. MPEG-2, 64 kbit/s, 22.05 kHz: 208.
MP3 = frames(b"\xff\xfb\x90\x00", 417)
MP3_2 = frames(b"\xff\xf3\x80\x00", 208)
ADTS = frames(b"\xff\xf1\x50\x80\x01\x9f\xfc", 12)
PE = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + bytes(100)

FILES = {
    "jpeg": (picture("JPEG"), "image/jpeg"),
    "png": (picture("PNG"), "image/png"),
    "apng": (moving("PNG"), "image/png"),
    "gif": (picture("GIF"), "image/gif"),
    "webp": (picture("WEBP"), "image/webp"),
    "webp, moving": (moving("WEBP"), "image/webp"),
    "avif": (picture("AVIF"), "image/avif"),
    "avif, moving": (moving("AVIF"), "image/avif"),
    "avif by its compatible brands": (branded(b"mif1", b"miaf", b"avif"), "image/avif"),
    "tiff": (picture("TIFF"), "image/tiff"),
    "tiff, big-endian": (b"MM\0*" + bytes(40), "image/tiff"),
    "big tiff": (b"II+\0\x08" + bytes(40), "image/tiff"),
    "bmp": (picture("BMP"), "image/bmp"),
    "ico": (picture("ICO"), "image/x-icon"),
    "psd": (b"8BPS\0\x01" + bytes(40), "image/vnd.adobe.photoshop"),
    "heic": (branded(b"heic", b"mif1", b"heic"), "image/heic"),
    "heic, 10 bits": (branded(b"heix", b"mif1"), "image/heic"),
    "heic by its compatible brands": (branded(b"mif1", b"heic"), "image/heic"),
    "heif": (branded(b"mif1", b"unci"), "image/heif"),
    "jpeg xl": (b"\xff\x0a" + bytes(40), "image/jxl"),
    "jpeg xl in boxes": (b"\0\0\0\x0cJXL \r\n\x87\n" + branded(b"jxl "), "image/jxl"),
    "jpeg 2000": (b"\0\0\0\x0cjP  \r\n\x87\n" + branded(b"jp2 ", b"jp2 "), "image/jp2"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "application/pdf"),
    "pdf behind a byte order mark": (b"\xef\xbb\xbf%PDF-1.7\n", "application/pdf"),
    "pdf behind other things": (b"\r\n\0junk\n%PDF-1.4\n", "application/pdf"),
    "postscript": (b"%!PS-Adobe-3.0\n%%Title: x\n", "application/postscript"),
    "rtf": (b"{\\rtf1\\ansi hello}", "application/rtf"),
    "zip": (archive({"a.txt": "hello"}), "application/zip"),
    "zip, empty": (archive({}), "application/zip"),
    "zip, streamed": (streamed_archive("a.txt", "b.txt"), "application/zip"),
    "zip of an unknown mimetype": (with_mimetype("text/html"), "application/zip"),
    "docx": (office("word"), OOXML + "wordprocessingml.document"),
    "xlsx": (office("xl"), OOXML + "spreadsheetml.sheet"),
    "pptx": (office("ppt"), OOXML + "presentationml.presentation"),
    "docx, streamed": (
        streamed_archive("[Content_Types].xml", "word/document.xml"),
        OOXML + "wordprocessingml.document",
    ),
    "odt": (with_mimetype(ODF + "text"), ODF + "text"),
    "ods": (with_mimetype(ODF + "spreadsheet"), ODF + "spreadsheet"),
    "odt template": (with_mimetype(ODF + "text-template"), ODF + "text-template"),
    "epub": (with_mimetype("application/epub+zip"), "application/epub+zip"),
    "jar": (archive({"META-INF/MANIFEST.MF": ""}), "application/java-archive"),
    "apk": (
        archive({"META-INF/MANIFEST.MF": "", "AndroidManifest.xml": ""}),
        "application/vnd.android.package-archive",
    ),
    "doc": (ole("WordDocument"), "application/msword"),
    "xls": (ole("Workbook"), "application/vnd.ms-excel"),
    "ppt": (ole("PowerPoint Document"), "application/vnd.ms-powerpoint"),
    "installer": (ole("Property"), "application/x-ole-storage"),
    "mp4": (branded(b"isom", b"isom", b"avc1", b"mp41"), "video/mp4"),
    "mp4 of an unknown brand": (branded(b"zzzz"), "video/mp4"),
    "m4a": (branded(b"M4A ", b"mp42", b"isom"), "audio/mp4"),
    "mov": (branded(b"qt  ", b"qt  "), "video/quicktime"),
    "mov without brands": (box(b"wide", b"") + box(b"mdat", bytes(40)), "video/quicktime"),
    "3gp": (branded(b"3gp4", b"isom"), "video/3gpp"),
    "webm": (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + bytes(40), "video/webm"),
    "mkv": (b"\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska" + bytes(40), "video/x-matroska"),
    "avi": (b"RIFF" + bytes(4) + b"AVI LIST" + bytes(40), "video/x-msvideo"),
    "transport stream": (frames(b"\x47", 188), "video/mp2t"),
    "mp3": (MP3, "audio/mpeg"),
    "mp3 of mpeg 2": (MP3_2, "audio/mpeg"),
    "mp3 with id3": (b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + MP3, "audio/mpeg"),
    "aac": (ADTS, "audio/aac"),
    "wav": (sound(), "audio/wav"),
    "ogg": (b"OggS\0\x02" + bytes(40), "audio/ogg"),
    "flac": (b"fLaC\0\0\0\x22" + bytes(40), "audio/flac"),
    "midi": (b"MThd\0\0\0\x06" + bytes(8), "audio/midi"),
    "gzip": (gzip.compress(b"hello"), "application/gzip"),
    "svgz": (gzip.compress(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "application/gzip"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\x04" + bytes(40), "application/x-7z-compressed"),
    "rar 4": (b"Rar!\x1a\x07\0" + bytes(40), "application/vnd.rar"),
    "rar 5": (b"Rar!\x1a\x07\x01\0" + bytes(40), "application/vnd.rar"),
    "tar": (tar(), "application/x-tar"),
    "xz": (b"\xfd7zXZ\0" + bytes(40), "application/x-xz"),
    "bzip2": (b"BZh91AY&SY\0\x01" + bytes(40), "application/x-bzip2"),
    "zstd": (b"\x28\xb5\x2f\xfd\0" + bytes(40), "application/zstd"),
    "sqlite": (database(), "application/vnd.sqlite3"),
    "elf": (b"\x7fELF\x02\x01\x01" + bytes(60), "application/x-executable"),
    "windows program": (PE, "application/x-msdownload"),
    "mac program": (b"\xcf\xfa\xed\xfe\x07\0\0\x01" + bytes(40), "application/x-mach-binary"),
    "java class": (b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(40), "application/java-vm"),
    "windows link": (b"L\0\0\0\x01\x14\x02\0" + bytes(40), "application/x-ms-shortcut"),
    "wasm": (b"\0asm\x01\0\0\0", "application/wasm"),
    "woff": (b"wOFF\0\x01\0\0" + bytes(40), "font/woff"),
    "woff2": (b"wOF2OTTO" + bytes(40), "font/woff2"),
    "ttf": (b"\0\x01\0\0\0\x0a" + bytes(40), "font/ttf"),
    "otf": (b"OTTO\0\x0a" + bytes(40), "font/otf"),
}
"""Name → content, and the type that it is."""
