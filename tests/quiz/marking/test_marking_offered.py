"""What `grader.quiz.marking` offers is loaded on first use: under each name is what the types say is there."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest

from grader.quiz import marking


def typed_imports() -> dict[str, str]:
    """Return the module of each name that is imported for type checkers alone."""
    assert marking.__file__ is not None
    tree = ast.parse(Path(marking.__file__).read_text("utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    return {name.name: str(node.module) for node in imports for name in node.names}


def test_each_name_is_what_type_checkers_take_it_for() -> None:
    modules = typed_imports()
    assert sorted(modules) == sorted(marking.__all__)
    for name, module in modules.items():
        assert getattr(marking, name) is getattr(import_module(module), name)


def test_a_name_that_is_not_offered_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="'mistake'"):
        getattr(marking, "mistake")  # noqa: B009  mypy knows, too, that there is none
