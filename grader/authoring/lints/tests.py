"""Lints over the sources of the tests: what passes whatever the student returns."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.authoring.lints.files import TestFile, dotted, name_of
from grader.authoring.lints.table import Hit
from grader.records import Text

_ASSERTING = ("close", "fail", "raises", "warns", "ratio")


def assertion_hits(file: TestFile) -> Iterator[Hit]:
    """Tests that nothing can fail, or that an empty result cannot."""
    for test in file.tests:
        if not _takes_the_student(test, file):
            yield _hit(
                "no-student", test, test, file, _of(test, "never calls the student's code.", "从未调用学生的代码。")
            )
        elif not any(True for _ in _assertions(test, file)):
            yield _hit("no-assertion", test, test, file, _of(test, "compares nothing.", "没有比较任何东西。"))
        else:
            yield from _empty_loop(test, file)
        yield from _swallowed(test, file)


def _of(test: ast.FunctionDef, en: str, zh: str) -> Text:
    return Text(en=f"{test.name} {en}", zh=f"{test.name}：{zh}")


def _hit(lint: str, test: ast.FunctionDef, node: ast.AST, file: TestFile, what: Text) -> Hit:
    line = int(getattr(node, "lineno", test.lineno))
    return Hit(lint=lint, subject=test.name, file=file.name, line=line, what=what)


def _takes_the_student(test: ast.FunctionDef, file: TestFile, seen: frozenset[str] = frozenset()) -> bool:
    """Whether pytest gives a test the student's code, itself or through a fixture of the file."""
    names = {argument.arg for argument in (*test.args.posonlyargs, *test.args.args, *test.args.kwonlyargs)}
    if "student" in names:
        return True
    own = [file.helpers[name] for name in names - seen if name in file.helpers]
    return any(_takes_the_student(fixture, file, seen | names) for fixture in own)


def _assertions(node: ast.AST, file: TestFile, seen: frozenset[str] = frozenset()) -> Iterator[ast.AST]:
    """Yield what can fail the test: asserts, calls that compare, and helpers of the file that do."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assert | ast.Raise):
            yield inner
        if not isinstance(inner, ast.Call):
            continue
        name = name_of(inner.func)
        helper = file.helpers.get(name) if name not in seen else None
        compares = name in _ASSERTING or name.lower().startswith("assert")
        if compares or (helper is not None and any(True for _ in _assertions(helper, file, seen | {name}))):
            yield inner


def _empty_loop(test: ast.FunctionDef, file: TestFile) -> Iterator[Hit]:
    """Tests all of whose assertions stand in loops over what the student returned."""
    from_student = _from_student(test)
    loops = [
        node
        for node in ast.walk(test)
        if isinstance(node, ast.For) and _mentions(node.iter, from_student) and not _is_counted(node.iter)
    ]
    if not loops:
        return
    inside = {inner for loop in loops for inner in ast.walk(loop)}
    if all(assertion in inside for assertion in _assertions(test, file)):
        what = _of(test, "compares only inside a loop over the student's result.", "只在遍历学生结果的循环中做比较。")
        yield _hit("empty-loop", test, loops[0], file, what)


def _is_counted(node: ast.expr) -> bool:
    """Whether a loop runs as often as the test says: `zip(…, strict=True)`, `range(…)`."""
    if not isinstance(node, ast.Call):
        return False
    if name_of(node.func) == "enumerate" and node.args:
        return _is_counted(node.args[0])
    strict = any(keyword.arg == "strict" and _is_true(keyword.value) for keyword in node.keywords)
    return name_of(node.func) == "range" or (name_of(node.func) == "zip" and strict)


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _from_student(test: ast.FunctionDef) -> set[str]:
    """Return `student`, and the names that hold what it returned."""
    names = {"student"}
    for node in ast.walk(test):
        if isinstance(node, ast.Assign) and _mentions(node.value, names):
            for target in node.targets:
                names |= {part.id for part in ast.walk(target) if isinstance(part, ast.Name)}
    return names


def _mentions(node: ast.AST, names: set[str]) -> bool:
    return any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(node))


def _swallowed(test: ast.FunctionDef, file: TestFile) -> Iterator[Hit]:
    for node in ast.walk(test):
        if isinstance(node, ast.ExceptHandler) and _catches_all(node.type) and not _speaks(node):
            what = _of(test, "catches every exception and goes on.", "捕获所有异常后继续执行。")
            yield _hit("swallowed-error", test, node, file, what)


def _catches_all(kind: ast.expr | None) -> bool:
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(one is None or name_of(one) in ("Exception", "BaseException", "AssertionError") for one in kinds)


def _speaks(handler: ast.ExceptHandler) -> bool:
    return any(
        isinstance(node, ast.Raise | ast.Assert) or (isinstance(node, ast.Call) and name_of(node.func) == "fail")
        for node in ast.walk(handler)
    )


_GLOBAL_DRAWS = (
    "torch.rand", "torch.randn", "torch.randint", "torch.randperm", "torch.normal", "torch.bernoulli",
    "torch.multinomial", "np.random.", "numpy.random.", "random.",
)  # fmt: skip
_SEEDS = ("manual_seed", "default_rng", "RandomState", "seed")


def randomness_hits(file: TestFile) -> Iterator[Hit]:
    """Random values that do not follow the exam's seed, and draws that have one outcome."""
    for test in (*file.tests, *file.helpers.values()):
        for node in ast.walk(test):
            if not isinstance(node, ast.Call):
                continue
            name = dotted(node.func)
            if _is_own(node, name):
                shown = name or name_of(node.func)
                what = _of(test, f"draws by {shown}, not from `rand`.", f"用 {shown} 而不是 `rand` 抽取随机数。")
                yield _hit("own-randomness", test, node, file, what)
            if _has_one_outcome(node, name):
                what = _of(test, f"draws by {ast.unparse(node)}.", f"用 {ast.unparse(node)} 抽取。")
                yield _hit("one-choice", test, node, file, what)


def _is_own(node: ast.Call, name: str) -> bool:
    if any(keyword.arg == "generator" for keyword in node.keywords):
        return False
    if name_of(node.func) in _SEEDS:
        return all(isinstance(argument, ast.Constant) for argument in node.args)
    return any(name == draw or (draw.endswith(".") and name.startswith(draw)) for draw in _GLOBAL_DRAWS)


def _has_one_outcome(node: ast.Call, name: str) -> bool:
    if name_of(node.func) not in ("randint", "randrange", "integers") or name == "random.randint":
        return False
    low, high = 0, None
    numbers = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, int)]
    constant = len(numbers) if len(numbers) == len(node.args) else next(
        at for at, a in enumerate(node.args) if not (isinstance(a, ast.Constant) and isinstance(a.value, int))
    )  # fmt: skip
    if constant >= 2:
        low, high = numbers[0], numbers[1]
    elif constant == 1 and (len(node.args) == 1 or isinstance(node.args[1], ast.Tuple)):
        high = numbers[0]
    return high is not None and high - low == 1


def hint_hits(file: TestFile, reference: ast.Module) -> Iterator[Hit]:
    """Hints that hold a whole expression of the reference."""
    told = {_squeezed(ast.unparse(node)) for node in ast.walk(reference) if _is_telling(node)}
    for test in file.tests:
        for mark in test.decorator_list:
            if not (isinstance(mark, ast.Call) and name_of(mark.func) == "hint"):
                continue
            texts = [*mark.args, *(keyword.value for keyword in mark.keywords)]
            written = [_squeezed(t.value) for t in texts if isinstance(t, ast.Constant) and isinstance(t.value, str)]
            found = sorted((e for e in told if any(e in hint for hint in written)), key=len)
            if found:
                what = _of(
                    test, f"gives the answer away in its hint: {found[-1]}", f"的提示直接给出了答案：{found[-1]}"
                )
                yield _hit("hint-tells", test, mark, file, what)


_LEAST_TOLD = 16  # characters: shorter ones are words of the trade, such as `x.shape[0]`


def _is_telling(node: ast.AST) -> bool:
    if not isinstance(node, ast.BinOp | ast.Call | ast.Compare | ast.Subscript):
        return False
    parts = sum(isinstance(part, ast.BinOp | ast.Call | ast.Compare | ast.Subscript) for part in ast.walk(node))
    return parts >= 2 and len(_squeezed(ast.unparse(node))) >= _LEAST_TOLD


def _squeezed(text: str) -> str:
    return "".join(text.split())
