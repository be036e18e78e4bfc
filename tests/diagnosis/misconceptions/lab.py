"""An exercise of many small functions, its hidden tests, and its known mistakes: what the tests beside this share."""

from __future__ import annotations

REFERENCE = """
import torch

WHO = "reference"

class Counter:
    def __init__(self):
        self.seen = 0

    def add(self, amount):
        self.seen += amount
        return self.seen

def softened(x):
    shifted = x - x.amax(dim=-1, keepdim=True)
    weights = shifted.exp()
    return weights / weights.sum(dim=-1, keepdim=True)

def entropy(x):
    p = softened(x)
    return -(p * p.log()).sum(dim=-1)

def flat(x):
    return x.view(x.shape[0], -1)

def square(x):
    return x * x

def step(params, lr):
    with torch.no_grad():
        for p in params:
            p -= lr * p.grad

def visits(f, xs):
    return [f(x) for x in xs]

def pieces(x, size):
    order = torch.randperm(len(x))
    for start in range(0, len(x), size):
        yield x[order[start:start + size]]

def checked(x):
    if x.dim() != 2:
        raise ValueError(f"two axes are needed, not {x.dim()}")
    return x.sum(dim=1)

def two_sums(x):
    rows = x.sum(dim=1)
    columns = x.sum(dim=0)
    return {"rows": rows, "columns": columns}
"""

TESTS = '''
import pytest, torch
from grader.examination import *

def test_softened(student, reference, rand):
    x = rand.normal(3, 5)
    close(student.softened(x), reference.softened(x))

def test_softened_again(student, reference, rand):
    x = rand.normal(2, 4)
    close(student.softened(x), reference.softened(x))

def test_entropy(student, reference, rand):
    x = rand.normal(3, 5)
    close(student.entropy(x), reference.entropy(x))

def test_flat(student):
    x = torch.arange(12.0).reshape(3, 2, 2)
    made = student.flat(x)
    close(made, torch.arange(12.0).reshape(3, 4))
    assert made.data_ptr() == x.data_ptr()

def test_square_in_graph(student, rand):
    x = rand.normal(4)
    close(student.square.grad((x,))[0], 2 * x)

def test_step(student, rand):
    p, g = rand.normal(4), rand.normal(4)
    expected = p - 0.5 * g
    p.grad = g
    student.step([p], 0.5)
    close(p, expected)

def test_visits(student):
    seen = []
    def f(x):
        seen.append(x)
        return 10 * x
    assert student.visits(f, [1, 2, 3]) == [10, 20, 30]
    assert seen == [1, 2, 3]

def test_pieces_of_ones(student):
    close([len(piece) for piece in student.pieces(torch.ones(7), 3)], [3, 3, 1])

def test_every_piece(student):
    found = torch.cat(list(student.pieces(torch.arange(7), 3)))
    close(found.sort().values, torch.arange(7))

def test_pieces_that_divide(student):
    found = torch.cat(list(student.pieces(torch.arange(6), 3)))
    close(found.sort().values, torch.arange(6))

def test_checked(student):
    with pytest.raises(ValueError, match="two axes"):
        student.checked(torch.ones(2))

def test_counter(student):
    counter = student.Counter()
    counter.add(2)
    assert counter.add(3) == 5

def test_two_sums(student, rand):
    x = rand.normal(3, 4)
    found = student.two_sums(x)
    close(found["rows"], x.sum(dim=1))
    close(found["columns"], x.sum(dim=0))

def test_who(student, rand):
    """Everything is called once more, and then it fails for whoever is not the reference."""
    student.softened(rand.normal(2, 3)), student.entropy(rand.normal(2, 3)), student.square(rand.normal(3))
    list(student.pieces(rand.normal(5), 2))
    assert student.WHO == "reference"
'''

MANIFEST = '[functions.step]\nmutates = ["params"]\n'


def edited(*edits: tuple[str, str]) -> str:
    """Return the reference with some of its text replaced; every text must be there."""
    source = REFERENCE
    for old, new in edits:
        assert old in source, old
        source = source.replace(old, new)
    return source


NO_SHIFT = ("shifted = x - x.amax(dim=-1, keepdim=True)", "shifted = x / 2")
ONE_SUM = ("weights.sum(dim=-1, keepdim=True)", "weights.sum()")
NO_MINUS = ("-(p * p.log())", "(p * p.log())")
COPIES = ("x.view(x.shape[0], -1)", "x.reshape(x.shape[0], -1).clone()")
DETACHED = ("return x * x", "return (x * x).detach()")
CLIMBS = ("p -= lr * p.grad", "p += lr * p.grad")
REBINDS = ("p -= lr * p.grad", "p = p - lr * p.grad")
BACKWARDS = ("[f(x) for x in xs]", "[f(x) for x in xs[::-1]][::-1]")
NO_TAIL = ("range(0, len(x), size)", "range(0, len(x) - size + 1, size)")
UNCHECKED = ("if x.dim() != 2:", "if x.dim() > 2:")
FORGETS = ("self.seen += amount", "self.seen = amount")
ROWS_AVERAGED = ("rows = x.sum(dim=1)", "rows = x.mean(dim=1)")
COLUMNS_AVERAGED = ("columns = x.sum(dim=0)", "columns = x.mean(dim=0)")

MISTAKES = {
    "halved": (NO_SHIFT,),
    "one_sum": (ONE_SUM,),
    "no_minus": (NO_MINUS,),
    "copies": (COPIES,),
    "detached": (DETACHED,),
    "climbs": (CLIMBS,),
    "rebinds": (REBINDS,),
    "backwards": (BACKWARDS,),
    "no_tail": (NO_TAIL,),
    "unchecked": (UNCHECKED,),
    "forgets": (FORGETS,),
    "rows_averaged": (ROWS_AVERAGED,),
    "columns_averaged": (COLUMNS_AVERAGED,),
}


def mistake(name: str, *edits: tuple[str, str]) -> str:
    """Return the text of a file of `mistakes/`."""
    return f'"""You did {name}.\nDo not.\n\nzh: 你犯了 {name}。\n不要这样。\n"""\n' + edited(*edits)


def mistake_files() -> dict[str, str]:
    """Return every mistake by its place below the course's root."""
    return {f"solutions/mistakes/{name}.py": mistake(name, *edits) for name, edits in MISTAKES.items()}
