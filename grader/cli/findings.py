"""What the commands share that check an author's files: `verify` and `quiz lint` tell findings in the same formats."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from grader.cli.delivery import Delivery, hand_over, plan
from grader.cli.language import choose_language, local
from grader.cli.options import Decorated
from grader.cli.output import dress
from grader.errors import UsageError
from grader.records import Text

Looked = TypeVar("Looked")  # a Look of `report.severities`, which is loaded only when something is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsCommand:
    """The formats of one command; `stem` is what its files are called.

    `quotes_answers`: only their owner may read these files.
    """

    stem: str
    quotes_answers: bool = False

    @property
    def files(self) -> Mapping[str, str]:
        """The names of the files, by their formats."""
        return {"text": f"{self.stem}.txt", "json": f"{self.stem}.json", "github": f"{self.stem}.github.txt"}

    def options(self, command: Decorated) -> Decorated:
        """Add `--format` and `--output`."""
        names = f"{self.files['text']}, {self.files['json']}"
        form = click.option(
            "--format",
            "formats",
            default="text",
            show_default=True,
            metavar="NAME[,NAME]",
            help=local("text, json or github; several need --output.", "text、json 或 github；多个格式需要 --output。"),
        )
        output = click.option(
            "--output",
            type=click.Path(path_type=Path),
            metavar="DIR",
            help=local(f"Also write {names} there.", f"同时把 {names.replace(', ', '、')} 写入该文件夹。"),
        )
        return form(output(command))

    def plan(self, formats: str, output: Path | None) -> Delivery:
        """Return what the two options ask for, with the folder made and tried. Raises: as `delivery.plan`."""
        return plan(formats, output, file_of=self._file_of)

    def _file_of(self, name: str) -> str:
        if name in self.files:
            return self.files[name]
        known = ", ".join(self.files)
        raise UsageError(
            Text(en=f'--format "{name}": there is no such format.', zh=f"--format “{name}”：没有这种格式。"),
            remedy=Text(en=f"There are: {known}.", zh=f"可用的有：{known}。"),
        )

    def deliver(
        self, delivery: Delivery, *, look: Callable[..., Looked], rendered: Callable[[str, Looked], str]
    ) -> None:
        """Show what was found and write its files; `look` makes a Look, `rendered` a format of it."""
        looks, language = dress(), choose_language(None)
        shown = look(language=language, width=looks.width, color=looks.color, ascii_only=looks.ascii_only)
        written = look(language=language)
        hand_over(
            delivery.folder,
            shown=lambda: rendered(delivery.formats[0], shown),
            files={self.files[name]: functools.partial(rendered, name, written) for name in delivery.formats},
            private=self.quotes_answers,
        )
