"""The sentences that refuse an archive or a name in it: the student's to mend, with the way out, in both languages."""

from __future__ import annotations

from grader.errors import SubmissionError
from grader.plaintext import printable
from grader.records import Text

MAX_SHOWN_NAME = 120  # characters of a name in an archive
PACK_AGAIN = Text(
    en="Pack the exercise's files again, and nothing else, with the file manager or with zip.",
    zh="请用文件管理器或 zip 重新打包，只放入练习的文件。",
)
LEAVE_OUT = Text(
    en="Put in the exercise's files only; leave out data, .git, and folders of installed packages (.venv).",
    zh="请只放入练习的文件；不要放入数据、.git 和已安装软件包的文件夹（.venv）。",
)


def shown_name(name: str) -> str:
    """Return a name out of an archive as a message may show it."""
    return printable(name, limit=MAX_SHOWN_NAME)


def damaged(shown: str, detail: str) -> SubmissionError:
    """Return the error for an archive that cannot be read as what it begins as."""
    reason = printable(detail, limit=MAX_SHOWN_NAME)
    return SubmissionError(
        Text(en=f"{shown}: the archive is damaged: {reason}.", zh=f"{shown}：压缩包已损坏：{reason}。"),
        remedy=PACK_AGAIN,
    )


def over(shown: str, what: Text) -> SubmissionError:
    """Return the error for an archive that holds more than is read."""
    return SubmissionError(Text(en=f"{shown}: {what.en}.", zh=f"{shown}：{what.zh}。"), remedy=LEAVE_OUT)


def bad_name(shown: str, name: str, why: Text) -> SubmissionError:
    """Return the error for a name that no honest packing program writes, or that means different files to some."""
    return SubmissionError(
        Text(en=f"{shown}: {shown_name(name)}: {why.en}.", zh=f"{shown}：{shown_name(name)}：{why.zh}。"),
        remedy=PACK_AGAIN,
    )


def bad_member(shown: str, name: str, kind: Text, *, target: str = "") -> SubmissionError:
    """Return the error for a wanted file that is a link, a device or the like."""
    to = f" to {shown_name(target)}" if target else ""
    zu = f"（指向 {shown_name(target)}）" if target else ""
    return SubmissionError(
        Text(
            en=f"{shown}: {shown_name(name)}: expected a regular file, got {kind.en}{to}.",
            zh=f"{shown}：{shown_name(name)}：应为普通文件，实为{kind.zh}{zu}。",
        ),
        remedy=Text(
            en="Put the file itself into the archive: links are not followed, and only files with text are taken.",
            zh="请把文件本身放入压缩包：不会跟随链接，只接受文本文件。",
        ),
    )


class Ambiguous(SubmissionError):
    """Two things could both be the one asked for: who handed them in says which, or whoever grades."""


def ambiguous(shown: str, first: str, second: str) -> Ambiguous:
    """Return the error for two files that could both be the one asked for."""
    one, other = shown_name(first), shown_name(second)
    return Ambiguous(
        Text(
            en=f"{shown}: which one is it: {one} or {other}?",
            zh=f"{shown}：无法确定是哪一个：{one} 还是 {other}？",
        ),
        remedy=Text(en="Hand in only one of them.", zh="请只提交其中一个。"),
    )


def scattered(shown: str, first: str, second: str) -> SubmissionError:
    """Return the error for files of one exercise that lie in different folders."""
    one, other = shown_name(first), shown_name(second)
    return SubmissionError(
        Text(
            en=f"{shown}: {one} and {other} lie in different folders.",
            zh=f"{shown}：{one} 和 {other} 不在同一个文件夹。",
        ),
        remedy=Text(en="Put the exercise's files side by side.", zh="请把练习的文件放在同一处。"),
    )
