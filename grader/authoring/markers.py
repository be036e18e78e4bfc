"""The stub that a reference makes: what stands between `# BEGIN SOLUTION` and `# END SOLUTION` is taken out.

    reference, with markers  ->  regions, each some statements of one block  ->  the stub

A region in a function leaves one line that raises NotImplementedError; one elsewhere (an import, a helper) leaves
nothing. Lines `# STUB: code` in a region say what it leaves instead. The markers are comments of their own, in
any case and with any number of `#`, so that nbgrader's `### BEGIN SOLUTION` is one. Nothing here guesses: a marker that
is not understood, or cuts a statement in two, is an error, for what a marker fails to take out reaches students.
"""

from __future__ import annotations

import ast
import difflib
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.authoring import marker_errors as wrong
from grader.authoring.findings import Edit, Finding, place_in_course
from grader.authoring.marker_errors import MarkerError
from grader.exercise.public import public_file
from grader.exercise.solution import has_solution, solution_file
from grader.records import Exercise, Severity, Text

_MARKER = re.compile(r"#+\s*(?P<edge>BEGIN|END)\s+SOLUTION", re.IGNORECASE)
_LEFT = re.compile(r"#+\s*STUB:(?: (?P<code>.*))?", re.IGNORECASE)
# What somebody writes who means a marker: other words, another order, more text behind it, otter-grader's own.
_MEANT = re.compile(
    r"#+\W*(?:(?i:(?:begin|end|start|stop)[\s_:-]*solutions?|solutions?[\s_:-]*(?:begin|end|start|stop))s?\b"
    r"|SOLUTION(?: NO PROMPT)?$)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """The lines of one solution, markers included; from 1."""

    begin: int
    end: int
    left: tuple[str, ...] | None  # what its STUB lines leave, without indentation; None: it has none


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """What one region takes out of the tree, and what it leaves in its place."""

    region: _Region
    block: list[ast.stmt]
    first: int  # of the statements in the block
    last: int  # the first that stays
    left: tuple[str, ...]
    indent: str


def has_markers(source: str) -> bool:
    """Return whether a source has a marker, or what is meant as one; False for what is no Python."""
    if "solution" not in source.lower():
        return False  # quickly: most files have none, and a table has many lines
    try:
        return any(_MARKER.match(text) or _MEANT.match(text) for _, _, text in _comments(source))
    except (tokenize.TokenError, SyntaxError):
        return False


def stub_of(reference: str, *, name: str = "<reference>") -> str:
    """Return what students get of a reference with markers; the same text where it has none.

    Raises: MarkerError, with the line, for markers that are nested, not closed, misspelt, or cut a statement in two.
    """
    tree = _parsed(reference, name)
    cuts = [_cut(tree, reference, region, name) for region in _regions(reference, name)]
    if not cuts:
        return reference
    lines = _lines(reference)
    for cut in reversed(cuts):  # from the end, so that the numbers of earlier lines and statements stay true
        _take_from_tree(tree, cut, name)
        _take_from_text(lines, cut)
    stub = "".join(lines).rstrip("\n") + "\n"
    _check_same(stub, tree, cuts[0].region, name)
    return stub


def without_markers(reference: str, *, name: str = "<reference>") -> str:
    """Return a reference without its marker lines and STUB lines. Raises: MarkerError."""
    _parsed(reference, name)
    dropped = {row for region in _regions(reference, name) for row in (region.begin, region.end)}
    dropped |= {row for row, _, text in _comments(reference) if _LEFT.fullmatch(text)}
    return "".join(line for row, line in enumerate(_lines(reference), 1) if row not in dropped)


def stub_findings(exercise: Exercise, root: Path | None = None) -> list[Finding]:
    """Return where a stub is not what the markers of its reference make, with the stub that they make.

    A reference without markers keeps its stub by hand, and nothing is said of it. `root` is the course's folder, from
    which files are named; `--fix` writes there.
    """
    if not has_solution(exercise):
        return []
    findings = []
    for name in exercise.files:
        given, hidden = (place_in_course(half, name, root) for half in (exercise.folder, exercise.solution_folder))
        reference = solution_file(exercise, name).text
        stub = public_file(exercise, name).text
        if has_markers(stub):
            findings.append(_in_stub(exercise, given, stub))
        if not has_markers(reference):
            continue
        try:
            wanted = stub_of(reference, name=name)
        except MarkerError as error:
            findings.append(_wrong_markers(exercise, hidden, error))
            continue
        if stub != wanted:
            findings.append(_out_of_step(exercise, given, stub, wanted))
    return findings


# ---------------------------------------------------------------------------------------------- where they stand


def _comments(source: str) -> Iterator[tuple[int, int, str]]:
    """Yield line, column and text of every comment."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield (*token.start, token.string.rstrip())


def _lines(source: str) -> list[str]:
    """Return the lines as Python counts them; str.splitlines would also end one at a form feed."""
    return io.StringIO(source).readlines()


def _parsed(source: str, name: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise wrong.no_python(name, getattr(error, "lineno", None) or 1, error) from None


def _regions(source: str, name: str) -> tuple[_Region, ...]:
    regions, lines = list[_Region](), _lines(source)
    begin, left = 0, list[str]()
    for row, column, text in _comments(source):
        marker, stub_line = _MARKER.fullmatch(text), _LEFT.fullmatch(text)
        if stub_line:
            if not begin:
                raise wrong.stub_outside(name, row)
            left.append(stub_line["code"] or "")
        if marker is None:
            if _MEANT.match(text):
                raise wrong.misspelt(name, row, text)
            continue
        if lines[row - 1][:column].strip():
            raise wrong.behind_code(name, row, text)
        opens = marker["edge"].upper() == "BEGIN"
        if opens and begin:
            raise wrong.nested(name, row, begin)
        if not opens and not begin:
            raise wrong.not_opened(name, row)
        if not opens:
            regions.append(_Region(begin=begin, end=row, left=tuple(left) or None))
        begin, left = (row, []) if opens else (0, [])
    if begin:
        raise wrong.not_closed(name, begin)
    return tuple(regions)


# ---------------------------------------------------------------------------------------------- what they take out


def _cut(tree: ast.Module, source: str, region: _Region, name: str) -> _Cut:
    """Find the statements between two markers: one or more, whole, side by side in one block."""
    owner: ast.AST = tree
    names: list[str] = []
    while True:
        blocks = list(_blocks(owner))
        touched = [node for block in blocks for node in block if _touches(node, region)]
        if not touched:
            raise wrong.empty(name, region.begin)
        if _first_line(touched[0]) > region.begin:
            break
        owner = touched[0]  # it begins before the region does, so the region must lie within it
        if len(touched) > 1 or not list(_blocks(owner)):
            raise wrong.cuts_statement(name, region.begin, region.end)
        if isinstance(owner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append(owner.name)
    block = next(block for block in blocks if touched[0] in block)
    if _last_line(touched[-1]) > region.end or any(node not in block for node in touched):
        raise wrong.cuts_statement(name, region.begin, region.end)
    left = region.left or ()
    if region.left is None and _is_in_function(tree, touched[0]):
        left = (f'raise NotImplementedError("{".".join(names)} is not written yet")',)
    first = block.index(touched[0])
    indent = _lines(source)[touched[0].lineno - 1][: touched[0].col_offset]
    if not any(left):
        left = ()  # `# STUB:` alone: nothing at all
    return _Cut(region=region, block=block, first=first, last=first + len(touched), left=left, indent=indent)


def _blocks(owner: ast.AST) -> Iterator[list[ast.stmt]]:
    """Yield the lists of statements that a node holds itself: body, else, finally, handlers, cases."""
    yield from (getattr(owner, part) for part in ("body", "orelse", "finalbody") if getattr(owner, part, None))
    for part in (*getattr(owner, "handlers", ()), *getattr(owner, "cases", ())):
        yield part.body


def _touches(node: ast.stmt, region: _Region) -> bool:
    return _first_line(node) < region.end and _last_line(node) > region.begin


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(part.lineno for part in decorators)])


def _last_line(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _is_in_function(tree: ast.Module, statement: ast.stmt) -> bool:
    """Return whether a statement runs when a function is called, not when the module or a class is made."""
    return any(
        statement is inner
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for part in node.body
        for inner in _run_by_call(part)
    )


def _run_by_call(statement: ast.stmt) -> Iterator[ast.stmt]:
    yield statement
    if not isinstance(statement, ast.ClassDef):
        for block in _blocks(statement):
            for inner in block:
                yield from _run_by_call(inner)


def _take_from_tree(tree: ast.Module, cut: _Cut, name: str) -> None:
    try:
        left = ast.parse("\n".join(cut.left))
    except SyntaxError as error:
        raise wrong.bad_stub_line(name, cut.region.begin, error) from None
    cut.block[cut.first : cut.last] = left.body
    if not cut.block and cut.block is not tree.body:
        raise wrong.empty_block(name, cut.region.begin)


def _take_from_text(lines: list[str], cut: _Cut) -> None:
    begin, end = cut.region.begin - 1, cut.region.end
    if not cut.left:  # the blank lines before and behind become one gap
        while end < len(lines) and not lines[end].strip() and (begin == 0 or not lines[begin - 1].strip()):
            end += 1
    lines[begin:end] = [f"{cut.indent}{line}".rstrip() + "\n" for line in cut.left]


def _check_same(stub: str, wanted: ast.Module, region: _Region, name: str) -> None:
    """Insist that the text means what the tree means: an `else:` between markers is lost in the text only."""
    try:
        compile(stub, name, "exec", dont_inherit=True)
        same = ast.dump(ast.parse(stub)) == ast.dump(wanted)
    except SyntaxError:
        same = False
    if not same:
        raise wrong.cuts_statement(name, region.begin, region.end)


# ---------------------------------------------------------------------------------------------- what verify tells


def _out_of_step(exercise: Exercise, file: str, stub: str, wanted: str) -> Finding:
    is_, should = _lines(stub), _lines(wanted)
    pairs = zip(is_, should, strict=False)
    line = next((row for row, (a, b) in enumerate(pairs, 1) if a != b), min(len(is_), len(should)) + 1)
    return Finding(
        check="stub.out-of-step",
        severity=Severity.ERROR,
        exercise=exercise.name,
        file=file,
        line=min(line, max(1, len(is_))),
        problem=Text(
            en="This stub is not what the markers of its reference make.",
            zh="这份模板与参考解的标记所生成的不一致。",
        ),
        remedy=Text(
            en="Change the reference, not the stub; `dlgrade verify --fix` then writes the stub.",
            zh="请修改参考解而不是模板；随后 `dlgrade verify --fix` 会重新写出模板。",
        ),
        detail="".join(difflib.unified_diff(is_, should, file, f"{file} (from the markers)")),
        edits=(Edit(file=file, text=wanted),),
    )


def _wrong_markers(exercise: Exercise, file: str, error: MarkerError) -> Finding:
    assert error.remedy is not None
    return Finding(
        check="stub.markers",
        severity=Severity.ERROR,
        exercise=exercise.name,
        file=file,
        line=error.line,
        problem=error.bare,
        remedy=error.remedy,
    )


def _in_stub(exercise: Exercise, file: str, stub: str) -> Finding:
    line = next(row for row, _, text in _comments(stub) if _MARKER.match(text) or _MEANT.match(text))
    return Finding(
        check="stub.markers",
        severity=Severity.ERROR,
        exercise=exercise.name,
        file=file,
        line=line,
        problem=Text(en="A marker of the solution stands in the stub.", zh="模板中出现了解答标记。"),
        remedy=Text(
            en="Markers belong into the reference: take the solution out here.",
            zh="标记只应写在参考解中：请从这里删去解答。",
        ),
    )
