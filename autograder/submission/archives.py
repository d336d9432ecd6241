"""The files of an archive: read in memory, checked, never unpacked to disk, never repaired.

A tar is walked by hand, a header at a time: tarfile reads the extended headers that a stranger wrote
with regular expressions that take hours for some (CVE-2024-6232), and holds each in memory whole.
"""

from __future__ import annotations

import io
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from typing import IO

from autograder.submission.source import (
    CODE,
    MAX_BYTES,
    MAX_ENTRIES,
    File,
    Unreadable,
    is_work,
    shown,
    size_limit,
    too_large,
)

_BLOCK = 512
_CHUNK = 1 << 16
_MAX_EXTENDED_HEADER = 1 << 20
_DRIVE = re.compile(r"[A-Za-z]:")
_WITHOUT_CONTENT = (
    tarfile.DIRTYPE, tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE
)  # fmt: skip
_EXTENDED = (
    tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE
)  # fmt: skip
# In names that are not in UTF-8, such as GBK's, a backslash after another byte is half a character.
_BACKSLASH = re.compile(r"(?<![^\x00-\x7f])\\")


def read_archive(name: str, data: bytes) -> list[File]:
    """The files that may be a student's work, in no particular order."""
    read = _read_zip if name.lower().endswith(".zip") else _read_tar
    try:
        return list(_unique(read(data)))
    except Unreadable:
        raise
    except Exception:  # hostile bytes: the standard library's parsers promise no set of errors
        raise _damaged() from None


def _unique(files: Iterator[File]) -> Iterator[File]:
    """Those of the files that may be work; two of one name are refused, since programs differ on which is meant."""
    seen: set[tuple[str, ...]] = set()
    for file in files:
        if file.path in seen:
            raise Unreadable("archive-twice", file=shown("/".join(file.path)))
        seen.add(file.path)
        if is_work(file.path):
            yield file


def _read_zip(data: bytes) -> Iterator[File]:
    if data.count(b"PK\x01\x02") > 4 * MAX_ENTRIES:  # ahead of an object for each
        raise _too_many()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if len(members) > MAX_ENTRIES:
            raise _too_many()
        room = MAX_BYTES
        for member in members:
            path = _path(member.orig_filename, is_utf8=bool(member.flag_bits & 0x800))
            _check_zip_member(member)
            if not member.is_dir():
                with archive.open(member) as content:
                    size, kept = _inflate(content, room, _kept_size(path))
                if size != member.file_size:
                    raise _damaged()
                room -= size
                yield _file(path, size, kept)


def _check_zip_member(member: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _special(member.filename)
    if member.flag_bits & 0x2041:  # encrypted, strongly encrypted, encrypted directory
        raise Unreadable("archive-password")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable("archive-compression")


def _inflate(content: IO[bytes], room: int, keep: int) -> tuple[int, bytes]:
    """The true size of a member, and its first `keep` bytes."""
    size, kept = 0, bytearray()
    while chunk := content.read(_CHUNK):
        size += len(chunk)
        if size > room:
            raise too_large(MAX_BYTES)
        kept += chunk[: keep - len(kept)]
    return size, bytes(kept)


def _kept_size(path: tuple[str, ...]) -> int:
    if not path or not is_work(path) or not path[-1].lower().endswith(CODE):
        return 0
    return size_limit(path[-1])


def _file(path: tuple[str, ...], size: int, kept: bytes) -> File:
    if not path:
        raise _damaged()
    return File(path, partial(_load, size, kept))


def _load(size: int, kept: bytes) -> bytes:
    if size > len(kept):
        raise too_large(len(kept))
    return kept


def _path(name: str, is_utf8: bool = True) -> tuple[str, ...]:
    """The parts of a member's name; anything that could lead elsewhere is refused."""
    has_backslash = "\\" in name if is_utf8 else _BACKSLASH.search(name)
    if name.startswith("/") or _DRIVE.match(name) or has_backslash or "\0" in name or ".." in name.split("/"):
        raise Unreadable("archive-path", file=shown(name))
    return tuple(part for part in name.split("/") if part not in ("", "."))


def _special(name: str) -> Unreadable:
    return Unreadable("archive-special", file=shown(name))


def _too_many() -> Unreadable:
    return Unreadable("too-many-files", count=MAX_ENTRIES)


def _damaged() -> Unreadable:
    return Unreadable("archive-damaged")


def _read_tar(data: bytes) -> Iterator[File]:
    room = MAX_BYTES
    for entries, (name, kind, content) in enumerate(_tar_members(_gunzip(data)), start=1):
        path = _path(name)
        room -= len(content)
        if entries > MAX_ENTRIES:
            raise _too_many()
        if room < 0:
            raise too_large(MAX_BYTES)
        if kind not in (*tarfile.REGULAR_TYPES, tarfile.DIRTYPE) or kind == tarfile.GNUTYPE_SPARSE:
            raise _special(name)
        if kind != tarfile.DIRTYPE:
            yield _file(path, len(content), bytes(content[: _kept_size(path)]))


def _gunzip(data: bytes) -> memoryview:
    # Headers and padding come on top of the files: at most three blocks and some for each.
    limit = MAX_BYTES + 4 * _BLOCK * MAX_ENTRIES
    stream = zlib.decompressobj(wbits=31)
    raw = stream.decompress(data, limit)
    if not stream.eof:
        raise too_large(MAX_BYTES) if len(raw) == limit else _damaged()
    return memoryview(raw)


def _tar_members(raw: memoryview) -> Iterator[tuple[str, bytes, memoryview]]:
    """Name, type and content of each member, with long names already in place."""
    position, long_name = 0, None
    while position < len(raw) and any(block := raw[position : position + _BLOCK]):
        header = tarfile.TarInfo.frombuf(bytes(block), "utf-8", "surrogateescape")
        position += _BLOCK
        size = 0 if header.type in _WITHOUT_CONTENT else header.size
        content = raw[position : position + size]
        if size < 0 or len(content) < size:
            raise _damaged()
        position += -(-size // _BLOCK) * _BLOCK
        if header.type in _EXTENDED:
            if size > _MAX_EXTENDED_HEADER:
                raise _damaged()
            long_name = _long_name(header.type, bytes(content)) or long_name
        else:
            yield long_name or header.name, header.type, content
            long_name = None


def _long_name(kind: bytes, content: bytes) -> str | None:
    """The name that an extended header gives to the next member, if it gives one."""
    if kind == tarfile.GNUTYPE_LONGNAME:
        name: bytes | None = content.split(b"\0")[0]
    elif kind in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
        records = dict(_pax_records(content))
        if b"size" in records or any(key.startswith(b"GNU.sparse") for key in records):
            raise _damaged()  # only for members beyond 8 GiB, or with holes
        name = records.get(b"path")
    else:
        name = None
    return name.decode("utf-8", "surrogateescape") if name else None


def _pax_records(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Key and value of records such as `16 path=work.py\\n`."""
    position = 0
    while position < len(content):
        space = content.index(b" ", position, position + 20)
        end = position + int(content[position:space])
        if not space < end <= len(content):
            raise _damaged()
        key, _, value = content[space + 1 : end - 1].partition(b"=")
        yield key, value
        position = end
