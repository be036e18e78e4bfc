"""What is said of a path of SUBMISSIONS: how it was read, and why it cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.batch.folders import Contents, examples, text_of
from grader.batch.handed import Doubt
from grader.batch.likeness import Likeness
from grader.batch.names import NamePattern
from grader.batch.shape import Seen
from grader.errors import UsageError
from grader.exercise.paths import show_name, show_path
from grader.records import Exercise, Text
from grader.submission.absent import no_such_path


def read_as(path: Path, layout: str) -> Text:
    shown = show_path(path)
    return Text(
        en=f"{shown}: read as the layout {layout}; `--names PATTERN` overrides that.",
        zh=f"{shown}：按 {layout} 的格式读取；可用 --names 另行指定。",
    )


def in_part(path: Path, like: Likeness, contents: Contents) -> UsageError:
    """Return the refusal of a folder that is in a platform's layout in part, or as one student could make it."""
    shown, total, number = show_path(path), len(contents.items), len(like.names)
    platform, such = like.layout.capitalize() if like.layout != "nbgrader" else like.layout, examples(list(like.names))
    if like.rival:
        return _of_two_platforms(shown, like)
    others = examples([item.name for item in contents.items if item.name not in like.names])
    if not others:
        return _platforms_or_students(shown, like)
    return UsageError(
        Text(
            en=f"{shown}: {number} of {total} names as {platform} writes them ({such}), and the others not ({others}).",
            zh=f"{shown}：{total} 个名称中有 {number} 个是 {platform} 的（{such}），其余不是（{others}）。",
        ),
        remedy=Text(
            en=f"Say how to read them: --names {like.layout} takes those and skips the others; --names '{{student}}' "
            "takes all.",
            zh=f"请说明如何读取：--names {like.layout} 只取这些并跳过其余；--names '{{student}}' 全部采用。",
        ),
    )


def _of_two_platforms(shown: str, like: Likeness) -> UsageError:
    such, one, other = examples(list(like.names)), like.layout.capitalize(), like.rival.capitalize()
    return UsageError(
        Text(
            en=f"{shown}: named as {one} writes them, and as {other} does: {such}.",
            zh=f"{shown}：名称既像 {one} 的，又像 {other} 的：{such}。",
        ),
        remedy=Text(
            en=f"Say which platform they are from: --names {like.layout}, or --names {like.rival}.",
            zh=f"请指明出自哪个平台：--names {like.layout}，或 --names {like.rival}。",
        ),
    )


def _platforms_or_students(shown: str, like: Likeness) -> UsageError:
    such = examples(list(like.names))
    return UsageError(
        Text(
            en=f"{shown}: is {such} of the layout {like.layout}, or of the student who is called so on the roster?",
            zh=f"{shown}：{such} 是 {like.layout} 格式的一部分，还是属于名单上名称如此的学生？",
        ),
        remedy=Text(
            en=f"Say which: --names {like.layout}, or --names '{{student}}'.",
            zh=f"请指明：--names {like.layout}，或 --names '{{student}}'。",
        ),
    )


def whole_class(path: Path, layout: str) -> UsageError:
    shown = show_path(path)
    return UsageError(
        Text(
            en=f"{shown}: this is a whole class's archive{f', in the layout {layout}' if layout else ''}, not one "
            "student's.",
            zh=f"{shown}：这是整个班级的压缩包{f'（{layout} 格式）' if layout else ''}，不是单个学生的提交。",
        ),
        remedy=Text(
            en="Unzip it first, and name the folder. If it is one student's: --student ID, and that path alone.",
            zh="请先解压，再给出解压后的文件夹。若确是单个学生的：--student 学号，并只给出这一个路径。",
        ),
    )


def not_there(path: Path) -> UsageError:
    if path.is_symlink():
        return UsageError(
            Text(en=f"{show_path(path)}: a link that leads nowhere.", zh=f"{show_path(path)}：失效的链接。"),
            remedy=Text(en="Name the folder itself.", zh="请直接给出文件夹。"),
        )
    return no_such_path(path, otherwise=Text(en="Name the folder of submissions.", zh="请给出提交所在的文件夹。"))


def is_empty(path: Path, contents: Contents) -> UsageError:
    hidden = f" ({examples(list(contents.junk))})" if contents.junk else ""
    return UsageError(
        Text(en=f"{show_path(path)}: the folder is empty{hidden}.", zh=f"{show_path(path)}：文件夹是空的{hidden}。"),
        remedy=Text(
            en="Put one file, folder or archive a student into it.", zh="请为每名学生放入一个文件、文件夹或压缩包。"
        ),
    )


def nothing_there(path: Path, contents: Contents) -> UsageError:
    there = examples([item.name for item in contents.items])
    return UsageError(
        Text(
            en=f"{show_path(path)}: nothing in it is a submission by its name. There is: {there}.",
            zh=f"{show_path(path)}：从名称看其中没有提交。现有：{there}。",
        ),
        remedy=Text(
            en="Expected: .py, .ipynb, .zip, .tar.gz, or a folder a student. Or say how they are named: --names.",
            zh="应为 .py、.ipynb、.zip、.tar.gz，或每名学生一个文件夹；也可用 --names 说明命名方式。",
        ),
    )


def unclear(path: Path, seen: Seen) -> UsageError:
    """Return the refusal of a folder that is one student's and a class's, or a class's in two ways."""
    return _unclear_classes(path, seen) if seen.classes and not seen.ones else _unclear_one(path, seen)


def _unclear_one(path: Path, seen: Seen) -> UsageError:
    shown, such = show_path(path), examples(list(seen.ones))
    return UsageError(
        Text(
            en=f"{shown}: one student's submission, or a folder with one entry a student? It looks like both: {such} "
            "would be in one student's, and there is more.",
            zh=f"{shown}：是一名学生的提交，还是每名学生一项的文件夹？两者都像：{such} 像一名学生的，此外还有其他项。",
        ),
        remedy=Text(
            en="Say which: `--student ID` for one student's; `--names '{student}'` for one entry a student.",
            zh="请指明：一名学生的用 `--student 学号`；每名学生一项的用 `--names '{student}'`。",
        ),
    )


def _unclear_classes(path: Path, seen: Seen) -> UsageError:
    shown, such = show_path(path), examples(list(seen.classes))
    pattern = "{exercise}/{student}" if any(seen.classes.values()) else "nbgrader"
    return UsageError(
        Text(
            en=f"{shown}: one student's submission, or a folder with one entry a student? It looks like both: {such} "
            "may hold the entries of many, or be a student's who is called so.",
            zh=f"{shown}：是一名学生的提交，还是每名学生一项的文件夹？两者都像：{such} 中可能是许多人的提交，"
            "也可能属于名称如此的学生。",
        ),
        remedy=Text(
            en=f"Say which: `--names '{pattern}'` for entries in {such}; `--names '{{student}}'` for one entry a "
            "student; `--student ID` for one student's.",
            zh=f"请指明：提交在 {such} 之中的用 `--names '{pattern}'`；每名学生一项的用 `--names '{{student}}'`；"
            "一名学生的用 `--student 学号`。",
        ),
    )


def of_a_student(path: Path) -> UsageError:
    """Return the refusal of a folder called like a student, in which lies what looks like a class's work."""
    shown = show_path(path)
    return UsageError(
        Text(
            en=f"{shown}: of the student who is called so on the roster, or a class's? It looks like a class's.",
            zh=f"{shown}：是名单上名称如此的学生的提交，还是整个班级的？它像班级的。",
        ),
        remedy=Text(
            en="Say which: `--student ID` for one student's; `--names '{student}'` or a platform's for a class's.",
            zh="请指明：一名学生的用 `--student 学号`；班级的用 `--names '{student}'` 或平台名。",
        ),
    )


def not_a_folder(path: Path, layout: str) -> UsageError:
    return UsageError(
        Text(
            en=f"--names {layout}: {show_path(path)} is a file.",
            zh=f"--names {layout}：{show_path(path)} 是文件。",
        ),
        remedy=Text(
            en="Unpack the platform's archive, and name the folder.", zh="请解压平台的压缩包，并给出解压后的文件夹。"
        ),
    )


def no_match(folder: Path, pattern: NamePattern, names: list[str]) -> UsageError:
    there = examples(names) or "-"
    return UsageError(
        Text(
            en=f"--names {pattern.text}: nothing in {show_path(folder)} is named so. There is: {there}.",
            zh=f"--names {pattern.text}：{show_path(folder)} 中没有这样命名的项。现有：{there}。",
        ),
        remedy=Text(
            en="Write the pattern as one of these paths is written, with {student} where the id stands.",
            zh="请照其中一个路径写格式，把编号所在处写作 {student}。",
        ),
    )


# --------------------------------------------------------------------------------------------- of one entry


def class_or_student(name: str, exercise: Exercise | None) -> Doubt:
    """Return the doubt of a folder that looks like a class's own, beside the entries of others."""
    shown, pattern = show_name(text_of(name)), "{exercise}/{student}" if exercise is not None else "nbgrader"
    return Doubt(
        problem=Text(
            en=f"{shown}: of a student who is called so, or a folder with the entries of several? Beside it lie "
            "entries of students.",
            zh=f"{shown}：属于名称如此的学生，还是装有多人提交的文件夹？与它并列的是各名学生的提交。",
        ),
        remedy=_decide(
            Text(
                en=f"where it holds entries, begin anew with --names '{pattern}', or move them up",
                zh=f"若其中是多人的提交，请用 --names '{pattern}' 重新开始，或把它们移到上一层",
            )
        ),
    )


def not_asked_or_student(name: str) -> Doubt:
    """Return the doubt of a folder called like an exercise that is not asked for, and like a student."""
    shown = show_name(text_of(name))
    return Doubt(
        problem=Text(
            en=f"{shown}: of the student who is called so, or of the exercise, which is not asked for?",
            zh=f"{shown}：属于名称如此的学生，还是属于未要求评分的同名练习？",
        ),
        remedy=_decide(Text(en="else move it away", zh="否则请移走")),
    )


def as_no_other(name: str, layout: str) -> Doubt:
    """Return the doubt of something named as a platform names submissions, among others that are not."""
    shown, platform = show_name(text_of(name)), layout.capitalize()
    return Doubt(
        problem=Text(
            en=f"{shown}: whose is it? It is named as {platform} names submissions, and the rest of the folder is not.",
            zh=f"{shown}：是谁的？它按 {platform} 的格式命名，而文件夹中的其余项不是。",
        ),
        remedy=_decide(Text(en=f"or begin anew with --names {layout}", zh=f"或用 --names {layout} 重新开始")),
    )


def one_or_class(name: str) -> Doubt:
    """Return the doubt of a path that looks like a class's, among others that are one student's each."""
    shown = show_name(text_of(name))
    return Doubt(
        problem=Text(
            en=f"{shown}: one student's, or a class's? It looks like a class's, and the other paths are one student's.",
            zh=f"{shown}：是一名学生的，还是整个班级的？它像班级的，而其他路径各是一名学生的。",
        ),
        remedy=_decide(
            Text(en="where it is a class's, grade it without the others", zh="若是班级的，请不与其他路径一起评分")
        ),
    )


def _decide(otherwise: Text) -> Text:
    return Text(
        en="Whoever grades: where it is one student's, write it into the column entry of the roster, beside them, "
        f"then go on with --resume; {otherwise.en}.",
        zh=f"请评分的老师：若是一名学生的，把它写进名单的 entry 列中该学生一行，然后用 --resume 继续；{otherwise.zh}。",
    )


def mixed(ones: Sequence[Path], classes: Sequence[Path]) -> UsageError:
    """Return the refusal of paths of which some look like one student's, and as many like a class's."""
    one, many = examples([show_path(path) for path in ones]), examples([show_path(path) for path in classes])
    return UsageError(
        Text(
            en=f"{many} and {one}: a class's, or one student's each? The first looks like a class's, and the other "
            "like one student's.",
            zh=f"{many} 与 {one}：是班级的，还是各为一名学生的？前者像班级的，后者像一名学生的。",
        ),
        remedy=Text(
            en="Put them into one folder, an entry a student, and name that; or grade them one by one, one student's "
            "with --student ID.",
            zh="请放入同一文件夹，每名学生一项，再给出该文件夹；或逐个评分，一名学生的用 --student 学号。",
        ),
    )


def as_the_others(path: Path) -> Text:
    """Return the note on a path that looks like a class's, and is read as one student's."""
    shown = show_path(path)
    return Text(
        en=f"{shown}: looks like a class's; read as the work of the student whom the roster knows, as the other paths "
        "are one student's.",
        zh=f"{shown}：像整个班级的提交；因名单上有该学生，且其他路径各是一名学生的，按一名学生的提交读取。",
    )
