"""`dlgrade report verify`: whether reports are as the holder of a key wrote them, and what they then say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.language import local, say
from grader.cli.options import language_option
from grader.cli.output import write_error, write_plain
from grader.errors import EXIT_FULL_SCORE, EXIT_NOT_FULL, EXIT_USAGE, UsageError, joined
from grader.exercise.paths import is_folder, show_path
from grader.records import Text
from grader.report.escape import terminal

if TYPE_CHECKING:
    from grader.report import Report
    from grader.report.signing import Verified
    from grader.report.signing_keys import VerifyingKey


@click.command(
    "verify",
    help=local(
        "Check the signatures of reports, and say what the genuine ones say. A folder stands for all reports of an "
        "output folder of `grade`, which must also lie where they belong. Exit: 0 all genuine, 1 some are not, "
        "2 wrong usage.",
        "验证报告的签名，并说明真实报告的内容。文件夹代表 `grade` 输出文件夹中的所有报告，且须位于应有的位置。"
        "退出码：0 全部真实；1 有不真实的；2 用法错误。",
    ),
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--key",
    "key_files",
    type=click.Path(path_type=Path),
    metavar="PUB",
    multiple=True,
    required=True,
    help=local("The public key; several where keys were changed.", "公钥；换过密钥时可给出多个。"),
)
@language_option
def command(*, files: Sequence[Path], key_files: Sequence[Path]) -> int:
    """Say of each file whether it is genuine; what is wrong goes to stderr."""
    from grader.report.signing import NotGenuine, verify
    from grader.report.signing_keys import read_verifying_key

    keys = [read_verifying_key(file) for file in key_files]
    genuine = refused = unread = 0
    for file, root in _each(files):
        try:
            found = verify(file, keys)
            _check_place(file, root, found.report)
        except NotGenuine as error:
            refused += 1
            write_error(local(f"NOT GENUINE  {error.text.en}", f"不真实  {error.text.zh}"))
        except UsageError as error:
            unread += 1
            write_error(local(f"Error: {error.text.en}", f"错误：{error.text.zh}"))
        else:
            genuine += 1
            write_plain(say(_told(file, found)))
    if genuine + refused + unread > 1:
        write_plain(
            local(
                f"{genuine} genuine, {refused} not genuine, {unread} not readable.",
                f"真实 {genuine} 份，不真实 {refused} 份，无法读取 {unread} 份。",
            )
        )
    return EXIT_USAGE if unread else EXIT_NOT_FULL if refused else EXIT_FULL_SCORE


def _each(paths: Sequence[Path]) -> Iterator[tuple[Path, Path | None]]:
    """Yield every report's file, with the output folder that it is one of. Raises: UsageError."""
    from grader.batch.places import Places

    for path in paths:
        if not is_folder(path):
            yield path, None
            continue
        found = Places(path).report_files()
        if not found:
            raise UsageError(
                Text(en=f"{show_path(path)}: holds no reports.", zh=f"{show_path(path)}：其中没有报告。"),
                remedy=Text(
                    en="Give the folder of `dlgrade grade --output`, or single files.",
                    zh="请给出 `dlgrade grade --output` 的文件夹，或逐个给出文件。",
                ),
            )
        yield from ((file, path) for file in found)


def _check_place(file: Path, root: Path | None, report: Report) -> None:
    """Refuse a genuine report that lies where another one belongs: a good one copied over a bad one."""
    from grader.batch.places import Places
    from grader.report.signing import NotGenuine

    who = report.handed_in
    if root is None or who is None:
        return
    place = Places(root).report(who.student, report.exercise.name, who.attempt)
    if file != place:
        shown, belongs = show_path(file), show_path(place)
        raise NotGenuine(
            Text(
                en=f"{shown}: signed, but not for this place: it is {belongs}.",
                zh=f"{shown}：签名有效，但不属于这个位置：它应是 {belongs}。",
            )
        )


def _told(file: Path, found: Verified) -> Text:
    report, shown = found.report, show_path(file)
    return joined(
        (
            Text(en=f"genuine  {shown}", zh=f"真实  {shown}"),
            _line(Text(en="who", zh="学生"), _who(report)),
            _line(
                Text(en="what", zh="练习"),
                Text(
                    en=f"{report.exercise.name}, {_points(report).en}",
                    zh=f"{report.exercise.name}，{_points(report).zh}",
                ),
            ),
            _line(Text(en="when", zh="时间"), _when(report)),
            _line(Text(en="key", zh="密钥"), _key(found.key)),
        ),
        separator="\n",
    )


def _line(name: Text, told: Text) -> Text:
    """Return one line: a signed report says what a student's entry was called, and that may hold whole lines."""
    return Text(en=f"  {name.en:<6}{terminal(told.en)}", zh=f"  {name.zh}：{terminal(told.zh)}")


def _who(report: Report) -> Text:
    who = report.handed_in
    if who is None:
        return Text(en="nobody is named in this report", zh="该报告没有写明学生")
    name = f"{who.name} ({who.student})" if who.name else who.student
    return Text(en=f"{name}, attempt {who.attempt}", zh=f"{name}，第 {who.attempt} 次提交")


def _points(report: Report) -> Text:
    from grader.report import awarded
    from grader.report.points import format_points

    points = awarded(report)
    if report.score is None or points is None:
        return Text(en="no score", zh="没有评分")
    earned = format_points(report.score.earned)
    told = Text(en=f"{earned} points", zh=f"{earned} 分")
    if report.score.possible is not None:
        possible = format_points(report.score.possible)
        told = Text(en=f"{earned} of {possible} points", zh=f"{earned} / {possible} 分")
    if report.award is None:
        return told
    counts = format_points(points)
    return Text(en=f"{told.en}, of which {counts} count", zh=f"{told.zh}，计入成绩 {counts} 分")


def _when(report: Report) -> Text:
    who = report.handed_in
    if who is None or not who.at:
        return Text(en="not known", zh="未知")
    commit = f", commit {who.commit[:12]}" if who.commit else ""
    return Text(en=f"handed in {who.at}{commit}", zh=f"提交于 {who.at}{commit}")


def _key(key: VerifyingKey) -> Text:
    from grader.report.signing_keys import short_id

    return Text(en=f"{key.origin} (id {short_id(key.id)}…)", zh=f"{key.origin}（编号 {short_id(key.id)}…）")
