"""`dlgrade quiz regrade`: attempts marked again by the quiz as it is now, and what has changed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.language import local, say
from grader.cli.options import course_option, language_option
from grader.cli.output import write_out, write_plain
from grader.cli.quiz.options import store_option
from grader.errors import EXIT_FULL_SCORE, UsageError
from grader.plaintext import printable
from grader.records import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.quiz.marking.mark import Mark
    from grader.taking.regrade_log import LoggedRegrade
    from grader.taking.regrading import Changed, Left, Regraded
    from grader.taking.settling import Dropped, Spot


@click.command(
    "regrade",
    help=local(
        "Mark every stored attempt at quiz ID again, by the quiz as it is now. A question that its student would see "
        "otherwise now is left as it was. Who asked, when, and every mark before and after are kept.",
        "按测验 ID 的现状重新评分所有已存储的作答。若学生看到的题目会因此不同，该题保持原样。"
        "谁在何时重评、每个得分的前后变化都会记录下来。",
    ),
)
@click.argument("name", metavar="ID")
@click.option("--dry-run", is_flag=True, help=local("Only show what would change.", "只显示会有哪些变化，不作改动。"))
@click.option(
    "--drop",
    multiple=True,
    metavar="QUESTION",
    help=local(
        "Leave a question out of the total wherever nobody could decide its answer.",
        "凡某题答案无法判定之处，将该题从总分中去掉。",
    ),
)
@click.option(
    "--log",
    "as_log",
    is_flag=True,
    help=local("Mark nothing: show the regrades that there were.", "不重新评分，只显示以往的重评记录。"),
)
@click.option("--json", "as_json", is_flag=True, help=local("Print what changed as JSON.", "以 JSON 输出变化。"))
@store_option
@course_option
@language_option
def command(
    *,
    name: str,
    dry_run: bool,
    drop: tuple[str, ...],
    as_log: bool,
    as_json: bool,
    store: str | None,
    course: Path | None,
) -> int:
    """Mark again, and say what has changed; or say what former regrades have changed."""
    from grader.cli.quiz.desk import open_desk
    from grader.quiz.finding import find_quiz

    if as_log and (dry_run or drop):
        raise UsageError(
            Text(
                en="--log marks nothing, so there is nothing to try or to drop.",
                zh="--log 不评分，无从试评或去掉题目。",
            ),
            remedy=Text(en="Give --log alone.", zh="请单独使用 --log。"),
        )
    with open_desk(store=store, course=course, student=None) as at:
        if as_log:
            quiz_id = find_quiz(at.course, name).id
            return _show_log(quiz_id, at.desk.regrades(quiz_id), as_json=as_json)
        quiz = find_quiz(at.course, name).read()
        done = at.desk.regrade(quiz, by=at.student, keep=not dry_run, drop=drop)
    if as_json:
        from grader.pages.escape import json_text

        write_out(json_text(_document(quiz.id, done, dry_run=dry_run), indent=2))
    else:
        write_plain("\n".join(say(line) for line in _lines(done, dry_run=dry_run)))
    return EXIT_FULL_SCORE


def _show_log(quiz: str, log: tuple[LoggedRegrade, ...], *, as_json: bool) -> int:
    if as_json:
        from grader.pages.escape import json_text

        regrades = [
            {
                "at": one.at.isoformat(),
                "by": one.by,
                "changed": [_changed_document(change) for change in one.changed],
                "dropped": [_dropped_document(dropped) for dropped in one.dropped],
            }
            for one in log
        ]
        write_out(json_text({"quiz": quiz, "regrades": regrades}, indent=2))
    else:
        write_plain("\n".join(say(line) for line in _log_lines(log)))
    return EXIT_FULL_SCORE


def _log_lines(log: tuple[LoggedRegrade, ...]) -> Iterator[Text]:
    if not log:
        yield Text(en="It was never marked again.", zh="从未重新评分。")
    for one in log:
        when, who = one.at.astimezone().strftime("%Y-%m-%d %H:%M"), printable(one.by, limit=60)
        yield Text(
            en=f"{when}, {who}: {_number(len(one.changed), 'mark')} changed.",
            zh=f"{when}，{who}：{len(one.changed)} 个得分已改变。",
        )
        for change in one.changed:
            yield _changed(change)
        yield from _dropped_lines(one.dropped, dry_run=False)


def _lines(done: Regraded, *, dry_run: bool) -> Iterator[Text]:
    looked = f"{_number(done.tries, 'answer')} in {_number(done.attempts, 'attempt')} looked at"
    yield Text(
        en=f"{looked}: {_number(len(done.changed), 'mark')} {'would change' if dry_run else 'changed'}.",
        zh=f"共检查 {done.attempts} 次作答中的 {done.tries} 个答案："
        + (f"{len(done.changed)} 个得分会改变。" if dry_run else f"{len(done.changed)} 个得分已改变。"),
    )
    for one in done.changed:
        yield _changed(one)
    counts = Counter((one.where.question, one.why) for one in done.left)
    for (question, why), count in counts.items():
        reason = _REASONS[why.value]
        yield Text(
            en=f"{question}: left as it was in {_number(count, 'attempt')}: {reason.en}",
            zh=f"{question}：在 {count} 次作答中保持原样：{reason.zh}",
        )
    for detail in dict.fromkeys(one.detail for one in done.left if one.detail):
        yield Text(en=f"  {printable(detail)}", zh=f"  {printable(detail)}")
    yield from _settled(done, dry_run=dry_run)


def _settled(done: Regraded, *, dry_run: bool) -> Iterator[Text]:
    """Yield what is left out of totals now, and what still keeps attempts from having a score."""
    yield from _dropped_lines(done.dropped, dry_run=dry_run)
    for question, count in Counter(one.question for one in done.undecided).items():
        yield Text(
            en=f"{question}: {_number(count, 'attempt')} without a score, as nobody could decide its answer. "
            f"--drop {question} leaves it out of the total there.",
            zh=f"{question}：因答案无法判定，{count} 次作答仍无得分。使用 --drop {question} 可在这些作答中去掉该题。",
        )


def _dropped_lines(dropped: tuple[Dropped, ...], *, dry_run: bool) -> Iterator[Text]:
    for (question, why), count in Counter((one.where.question, one.why) for one in dropped).items():
        reason, attempts = _DROPPED[why.value], _number(count, "attempt")
        yield Text(
            en=f"{question}: {'would be left' if dry_run else 'left'} out of the total of {attempts}: {reason.en}",
            zh=f"{question}：{'将' if dry_run else '已'}从 {count} 次作答的总分中去掉：{reason.zh}",
        )


def _number(count: int, noun: str) -> str:
    """Return a count as English says it."""
    return f"{count} {noun if count == 1 else f'{noun}s'}"


def _changed(one: Changed) -> Text:
    where, before, after = one.where, _share(one.old), _share(one.new)
    who = printable(where.student, limit=60)
    return Text(
        en=f"  {who}, attempt {where.attempt}, {where.question}, answer {one.number}: {before.en} → {after.en}",
        zh=f"  {who}，第 {where.attempt} 次作答，{where.question}，第 {one.number} 个答案：{before.zh} → {after.zh}",
    )


def _share(mark: Mark | None) -> Text:
    if mark is None or mark.share is None:
        return Text(en="undecided", zh="未判定")
    shown = f"{float(mark.share):.0%}"
    return Text(en=shown, zh=shown)


_REASONS = {
    "gone": Text(en="the quiz has it no more.", zh="测验中已没有这道题。"),
    "changed": Text(
        en="its student saw something else than the quiz would show now.", zh="学生当时看到的与现在会显示的不同。"
    ),
    "broken": Text(en="it cannot be drawn now.", zh="现在无法抽取该题。"),
    "unmarked": Text(
        en="its new answer could not mark what was given, so the old marks stand.",
        zh="新的答案无法为已有作答评分，因此原得分不变。",
    ),
}

_DROPPED = {
    "not-shown": Text(en="it could not be shown to its student.", zh="该题当时无法显示给学生。"),
    "asked-for": Text(en="nobody could decide its answer.", zh="其答案无法判定。"),
}


def _document(quiz: str, done: Regraded, *, dry_run: bool) -> dict[str, object]:
    return {
        "quiz": quiz,
        "kept": not dry_run,
        "attempts": done.attempts,
        "answers": done.tries,
        "changed": [_changed_document(one) for one in done.changed],
        "left": [_left_document(one) for one in done.left],
        "dropped": [_dropped_document(one) for one in done.dropped],
        "undecided": [_spot(one) for one in done.undecided],
    }


def _changed_document(one: Changed) -> dict[str, object]:
    where = one.where
    return {
        "student": where.student,
        "attempt": where.attempt,
        "place": where.place,
        "question": where.question,
        "answer": one.number,
        "before": None if one.old is None or one.old.share is None else str(one.old.share),
        "after": None if one.new.share is None else str(one.new.share),
    }


def _dropped_document(one: Dropped) -> dict[str, object]:
    return {**_spot(one.where), "why": one.why.value}


def _spot(where: Spot) -> dict[str, object]:
    return {
        "student": where.student,
        "attempt": where.attempt,
        "place": where.place,
        "question": where.question,
    }


def _left_document(one: Left) -> dict[str, object]:
    where = one.where
    return {
        "student": where.student,
        "attempt": where.attempt,
        "place": where.place,
        "question": where.question,
        "why": one.why.value,
        "detail": one.detail,
    }
