"""Reads a table that a spreadsheet or a person wrote as CSV: whatever encoding, separator and line ends it has.

Excel writes UTF-8 with a mark, UTF-16 with tabs ("Unicode text"), or the country's own encoding, of which GBK is told
from others with certainty enough; it separates by semicolons where the comma is the decimal mark. A cell is data,
whatever it begins with: nothing is computed, and what is written out later goes through `report.escape.csv_cell`.
"""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError
from grader.exercise.paths import show_path
from grader.records import Text

MAX_BYTES = 16 * 1024 * 1024  # a roster of a hundred thousand students has less
MAX_SHOWN = 80  # characters of a cell in a message
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SEPARATORS = (",", ";", "\t")
_CHINESE_SHARE = 0.8  # of the letters beyond ASCII that are common Chinese ones, where a file is taken for GBK
_SAVE = Text(
    en="Save it as “CSV UTF-8 (comma delimited)”.",
    zh="请另存为“CSV UTF-8（逗号分隔）”。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row: the line of the file that it begins on, and its cells without the space around them."""

    line: int  # from 1
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The header's cells, and the rows that are not blank, each as wide as the header."""

    path: Path
    header: tuple[str, ...]
    line: int  # of the header
    records: tuple[Record, ...]


def read_table(path: Path) -> Table:
    """Return the table in `path`. Raises: UsageError with the line for what cannot be read."""
    text = _decoded(path, _bytes(path))
    rows = _rows(path, text)
    if not rows:
        raise wrong(path, Text(en="the file is empty.", zh="文件是空的。"), _SAVE)
    header, *records = rows
    width = len(header.cells)
    return Table(
        path=path,
        header=header.cells,
        line=header.line,
        records=tuple(_fitted(path, record, width) for record in records),
    )


def wrong(path: Path, what: Text, remedy: Text, *, line: int | None = None) -> UsageError:
    """Return the error for a table, with the file and the line in front."""
    shown = show_path(path)
    en = f"{shown}: " if line is None else f"{shown}: line {line}: "
    zh = f"{shown}：" if line is None else f"{shown}：第 {line} 行："
    return UsageError(Text(en=en + what.en, zh=zh + what.zh), remedy=remedy)


def quoted(text: str) -> str:
    """Return a cell as a message may show it: in quotes, short, with whatever is unprintable as an escape."""
    return repr(text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…")


def _bytes(path: Path) -> bytes:
    name = Text(en="Name a CSV file.", zh="请给出一个 CSV 文件。")
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise wrong(path, Text(en="no such file.", zh="没有这个文件。"), name) from None
    except IsADirectoryError:
        raise wrong(path, Text(en="this is a folder.", zh="这是一个文件夹。"), name) from None
    except OSError as error:
        reason = Text(en=f"cannot be read: {error.strerror}.", zh=f"无法读取：{error.strerror}。")
        raise wrong(path, reason, name) from None
    if len(raw) <= MAX_BYTES:
        return raw
    too_large = Text(en=f"larger than {MAX_BYTES:,} bytes.", zh=f"超过 {MAX_BYTES:,} 字节。")
    line = raw.count(b"\n") + 1
    remedy = Text(
        en=f"That limit is reached in line {line}: keep only the class's rows, and the columns that are needed.",
        zh=f"到第 {line} 行时已达上限：请只保留本班的行和需要的列。",
    )
    raise wrong(path, too_large, remedy)


def _decoded(path: Path, raw: bytes) -> str:
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise wrong(path, Text(en="this is a workbook, not a CSV.", zh="这是工作簿，不是 CSV。"), _SAVE)
    encoding = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), "")
    encoding = encoding or _unmarked(raw[:4096])
    try:
        text = raw.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        text = "" if encoding else _as_gbk(raw)
        if not text:
            line = raw.count(b"\n", 0, error.start) + 1
            what = Text(
                en=f"byte {error.start} (0x{raw[error.start]:02x}) is neither UTF-8 nor GBK.",
                zh=f"第 {error.start} 字节（0x{raw[error.start]:02x}）既不是 UTF-8 也不是 GBK。",
            )
            raise wrong(path, what, _SAVE, line=line) from None
    nul = text.find("\0")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        raise wrong(path, Text(en="a NUL character.", zh="有 NUL 字符。"), _SAVE, line=line)
    return text


def _unmarked(head: bytes) -> str:
    """Return the UTF-16 that a file without a mark is in: every second byte of its commas and digits is zero."""
    if head.count(0) * 5 < len(head) or not head:
        return ""
    return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"


def _as_gbk(raw: bytes) -> str:
    """Return the text of a file in GBK; "" where it is not certain: many bytes of other encodings are GBK, too."""
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    letters = [letter for letter in text if not letter.isascii()]
    common = "".join(letters).encode("gb2312", errors="ignore").decode("gb2312")
    return text if len(common) >= _CHINESE_SHARE * len(letters) else ""


def _rows(path: Path, text: str) -> list[Record]:
    separator, skipped = _separator(text)
    lines = io.StringIO(text, newline="")
    for _ in range(skipped):
        lines.readline()
    reader = csv.reader(lines, delimiter=separator, strict=True)
    rows, line = [], skipped + 1
    try:
        for cells in reader:
            stripped = tuple(cell.strip() for cell in cells)
            if any(stripped):
                rows.append(Record(line=line, cells=stripped))
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        what = Text(en=f"not CSV: {error}.", zh=f"不是 CSV：{error}。")
        remedy = Text(
            en="A quote that opens a cell must be closed, and a quote inside one is written twice.",
            zh="单元格开头的引号必须闭合，单元格内的引号要写两次。",
        )
        raise wrong(path, what, remedy, line=line) from None
    return rows


def _separator(text: str) -> tuple[str, int]:
    """Return what separates cells, and how many lines only say so: Excel writes `sep=;` first, where it is told to."""
    first = next((line for line in text[:65536].splitlines() if line.strip()), "")
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], 1
    bare = "".join(first.split('"')[::2])  # what stands outside of quotes
    return max(_SEPARATORS, key=bare.count), 0


def _fitted(path: Path, record: Record, width: int) -> Record:
    if any(record.cells[width:]):
        what = Text(
            en=f"{len(record.cells)} cells where the header has {width}.",
            zh=f"有 {len(record.cells)} 个单元格，而表头只有 {width} 个。",
        )
        remedy = Text(
            en="Put a cell that holds the separator in double quotes.", zh="请用双引号括起含有分隔符的单元格。"
        )
        raise wrong(path, what, remedy, line=record.line)
    cells = (*record.cells, *[""] * (width - len(record.cells)))
    return Record(line=record.line, cells=cells[:width])
