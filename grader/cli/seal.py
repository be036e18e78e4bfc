"""`dlgrade seal`: solutions/ as one encrypted file."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.language import local, say
from grader.cli.options import course_option, key_option, language_option
from grader.cli.output import write_error, write_plain
from grader.errors import EXIT_FULL_SCORE, EXIT_NOT_FULL, UsageError
from grader.exercise.paths import show_path
from grader.exercise.seal_key import PREFIX, VARIABLE, SealKey
from grader.records import Text

_CURRENT = Text(en="up to date.", zh="是最新的。")
_OUT_OF_DATE = Text(en="out of date. Run `dlgrade seal` again.", zh="已过时。请重新运行 `dlgrade seal`。")


@click.command(
    "seal",
    help=local(
        "Encrypt solutions/ into solutions.sealed, which a CI may hold in public; `check` opens it in memory "
        "with the same key.",
        "把 solutions/ 加密封存为 solutions.sealed，可公开放在 CI 中；`check` 用同一密钥在内存中打开它。",
    ),
)
@click.option(
    "--generate-key",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=local("Make a new key, write it there, and seal with it.", "生成新密钥并写入该文件，再用它封存。"),
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=local("Instead of solutions.sealed beside exercises/.", "代替 exercises/ 旁的 solutions.sealed。"),
)
@click.option(
    "--check",
    "only_check",
    is_flag=True,
    help=local("Write nothing; say whether it is up to date (0) or not (1).", "不写入；只说明是（0）否（1）最新。"),
)
@key_option
@course_option
@language_option
def command(
    *, generate_key: Path | None, output: Path | None, only_check: bool, key_file: Path | None, course: Path | None
) -> int:
    """Seal, or compare; 1 where the sealed file is out of date."""
    from grader.authoring.seal import contents_of, difference, listed_changes, seal, sealed_file
    from grader.exercise import load_course

    if generate_key is not None and (only_check or key_file is not None):
        raise _either(generate_key)
    found = load_course(course)
    if generate_key is not None:
        contents_of(found)  # what cannot be sealed gets no key
    key = _key(key_file, generate_key)
    if only_check:
        found_difference, file = difference(found, key, output), show_path(output or sealed_file(found))
        state = _CURRENT if found_difference.is_none else _OUT_OF_DATE
        write_plain(say(Text(en=f"{file}: {state.en}", zh=f"{file}：{state.zh}")))
        if found_difference.is_none:
            return EXIT_FULL_SCORE
        write_plain(say(listed_changes(found_difference)))
        return EXIT_NOT_FULL
    target = show_path(seal(found, key, output))
    write_plain(say(_sealed(target, key, is_new=generate_key is not None)))
    return EXIT_FULL_SCORE


def _sealed(target: str, key: SealKey, *, is_new: bool) -> Text:
    lines = [Text(en=f"Sealed: {target}. It may be published.", zh=f"已封存：{target}。该文件可以公开。")]
    if is_new:
        lines.append(
            Text(
                en=f"The key is in {key.origin}. Keep it out of the repository; without it the file cannot be opened.",
                zh=f"密钥在 {key.origin}。请勿放入仓库；丢失密钥则文件无法打开。",
            )
        )
        lines.append(
            Text(
                en=f"For a CI, put the line that begins with {PREFIX}, or the whole file, into the secret {VARIABLE}.",
                zh=f"用于 CI 时，把以 {PREFIX} 开头的那一行或整个文件存为 secret {VARIABLE}。",
            )
        )
    return Text(en="\n".join(line.en for line in lines), zh="\n".join(line.zh for line in lines))


def _key(key_file: Path | None, generate: Path | None) -> SealKey:
    from grader.exercise.seal_key import find_key, read_key_file, write_new_key

    if generate is not None:
        write_new_key(generate)
        return read_key_file(generate)
    key = find_key(key_file)
    if key is None:
        raise UsageError(
            Text(en="There is no key to seal with.", zh="没有用于封存的密钥。"),
            remedy=Text(
                en=f"Give --key-file FILE or set {VARIABLE}; --generate-key FILE makes a new key.",
                zh=f"请给出 --key-file FILE 或设置 {VARIABLE}；--generate-key FILE 可生成新密钥。",
            ),
        )
    if key.warning is not None:
        write_error(say(key.warning))
    return key


def _either(file: Path) -> UsageError:
    return UsageError(
        Text(
            en=f"--generate-key {show_path(file)} seals with a new key: --check and --key-file do not go with it.",
            zh=f"--generate-key {show_path(file)} 用新密钥封存，不能与 --check 或 --key-file 同用。",
        ),
        remedy=Text(en="Leave one of them out.", zh="请去掉其中之一。"),
    )
