"""`dlgrade report keygen`: a pair of keys."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.language import local, say
from grader.cli.options import language_option
from grader.cli.output import write_plain
from grader.exercise.paths import show_path
from grader.records import Text


@click.command(
    "keygen",
    help=local(
        "Write a new private key, which signs (`dlgrade grade --sign`), and KEY.pub, which checks "
        "(`dlgrade report verify --key`). Neither overwrites a file.",
        "生成新的私钥（用于 `dlgrade grade --sign`）和公钥 KEY.pub（用于 `dlgrade report verify --key`）；"
        "不会覆盖已有文件。",
    ),
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="KEY",
    required=True,
    help=local("Where the private key goes; the public one goes to KEY.pub.", "私钥的文件名；公钥写入 KEY.pub。"),
)
@language_option
def command(*, output: Path) -> int:
    """Write both keys and say what each is for."""
    from grader.report.signing_keys import VARIABLE, short_id, write_new_keys

    key = write_new_keys(output)
    private = show_path(output)
    write_plain(
        say(
            Text(
                en=f"Private key: {private}. It signs; only you may read it. Keep it out of every repository.\n"
                f"Public key:  {key.origin} (id {short_id(key.id)}…). Give it to whoever checks.\n"
                f"For a CI, put the whole of {private} into the secret {VARIABLE}.",
                zh=f"私钥：{private}。用于签名，仅你可读。请勿放入任何仓库。\n"
                f"公钥：{key.origin}（编号 {short_id(key.id)}…）。请交给需要验证的人。\n"
                f"用于 CI 时，把 {private} 的全部内容存为 secret {VARIABLE}。",
            )
        )
    )
    return 0
