"""What a workbook may be before anything of it is parsed: no bomb, no other archive, no entities.

A workbook is a zip archive of XML. Sizes are taken from its directory, which Python's `zipfile`
holds the contents to: it never unpacks more of an entry than the directory says.
"""

import zipfile
from typing import Any, Final
from xml.parsers import expat

_MIB: Final = 1 << 20
MOST_ENTRIES: Final = 1_000
MOST_ENTRY_BYTES: Final = 128 * _MIB
MOST_BYTES: Final = 192 * _MIB
MOST_RATIO: Final = 100
"""Bytes unpacked for one packed, in entries above a megabyte: sheets of people reach about 20."""
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 1
_ARCHIVES: Final = (".zip", ".xlsx", ".xlsm", ".docx", ".pptx", ".gz", ".7z", ".rar", ".bin")
_WORKBOOK: Final = "xl/workbook.xml"
_CHUNK: Final = 64 * 1024


def refusal(archive: zipfile.ZipFile) -> str | None:
    """The code of what keeps this archive from being read as a workbook; None where nothing does.

    Raises what `zipfile` raises for a damaged archive.
    """
    entries = archive.infolist()
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        return "encrypted_workbook"
    if not _is_small(entries):
        return "unsafe_workbook"
    names = [entry.filename for entry in entries]
    if _WORKBOOK not in names:
        return "other_workbook"
    if len(set(names)) != len(names) or any(_is_archive(name) for name in names):
        return "unsafe_workbook"
    parts = (name for name in names if name.lower().endswith((".xml", ".rels", ".vml")))
    if any(_declares_a_type(archive, name) for name in parts):
        return "unsafe_workbook"
    return None


def _is_small(entries: list[zipfile.ZipInfo]) -> bool:
    return (
        len(entries) <= MOST_ENTRIES
        and sum(entry.file_size for entry in entries) <= MOST_BYTES
        and all(map(_is_plain, entries))
    )


def _is_plain(entry: zipfile.ZipInfo) -> bool:
    ratio_holds = entry.file_size <= max(_MIB, MOST_RATIO * entry.compress_size)
    return ratio_holds and entry.file_size <= MOST_ENTRY_BYTES and entry.compress_type in _METHODS


def _is_archive(name: str) -> bool:
    # Printer settings are the one binary part of an ordinary workbook.
    return name.lower().endswith(_ARCHIVES) and "printersettings" not in name.lower()


class _FirstElement(Exception):
    """The document's own content begins: no declaration of a type can follow."""


class _TypeDeclared(Exception):
    """The document declares a type, which is where entities are defined."""


def _declares_a_type(archive: zipfile.ZipFile, name: str) -> bool:
    """Whether an XML part has a DOCTYPE, in whatever encoding."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _raise(_TypeDeclared)
    parser.StartElementHandler = _raise(_FirstElement)
    try:
        with archive.open(name) as part:
            while chunk := part.read(_CHUNK):
                parser.Parse(chunk)
    except _TypeDeclared:
        return True
    except (_FirstElement, expat.ExpatError):
        return False
    return False


def _raise(signal: type[Exception]) -> Any:
    def handler(*_: object) -> None:
        raise signal

    return handler
