"""One mutant: the reference with one small fault in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.records import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """The reference with one fault.

    `id` names it across edits elsewhere in the file: the function, and the lines that differ, as Python would format
    them. So an author can declare it as one that cannot be killed, and reformatting the file or moving the function
    changes nothing.
    """

    id: str  # "softmax: return weights / weights.sum(dim=dim, keepdim=False)"
    operator: str  # a key of `OPERATORS`
    file: str  # of the exercise's `files`
    function: str  # "softmax", "SGD.step"; "module" for a constant
    line: int  # of the reference, from 1
    column: int  # from 1
    source: str  # the whole mutated file
    diff: str  # one hunk, with one line around it


@dataclass(frozen=True, slots=True)
class Difference:
    """The one place where two texts differ: lines [start, end) of each."""

    start: int
    end: int
    other_end: int


def difference(before: Sequence[str], after: Sequence[str]) -> Difference:
    """Return what lies between the lines that two texts have in common at both ends: a mutant has one such place."""
    shorter = min(len(before), len(after))
    start = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    most = shorter - start
    same = next((at for at in range(most) if before[-1 - at] != after[-1 - at]), most)
    return Difference(start, len(before) - same, len(after) - same)


def diff_of(before: str, after: str) -> str:
    """Return a unified diff of one hunk, with one line around it, without the two lines that name the file."""
    old, new = before.splitlines(), after.splitlines()
    found = difference(old, new)
    first = max(found.start - 1, 0)
    last, other_last = min(found.end + 1, len(old)), min(found.other_end + 1, len(new))
    lines = [f"@@ -{first + 1},{last - first} +{first + 1},{other_last - first} @@"]
    lines += [" " + line for line in old[first : found.start]]
    lines += ["-" + line for line in old[found.start : found.end]]
    lines += ["+" + line for line in new[found.start : found.other_end]]
    lines += [" " + line for line in old[found.end : last]]
    return "\n".join(lines)


# In the order in which they are told. What each one changes, for a person.
OPERATORS = {
    "arithmetic": Text(en="an arithmetic operator", zh="算术运算符"),
    "sign": Text(en="a sign or a negation", zh="正负号或取反"),
    "augmented": Text(en="an augmented assignment", zh="增量赋值"),
    "comparison": Text(en="a comparison", zh="比较"),
    "boolean": Text(en="a part of a condition", zh="条件的一部分"),
    "condition": Text(en="a condition that is always the same", zh="恒定不变的条件"),
    "constant": Text(en="a constant", zh="常数"),
    "axis": Text(en="an axis", zh="轴"),
    "bound": Text(en="a bound of a range or slice", zh="范围或切片的边界"),
    "term": Text(en="a missing term", zh="缺少一项"),
    "swap": Text(en="operands, arguments or values in each other's place", zh="运算数、参数或返回值互换"),
    "statement": Text(en="a missing statement", zh="缺少一条语句"),
    "order": Text(en="two statements in the other order", zh="两条语句次序颠倒"),
    "context": Text(en="a missing `with` or decorator", zh="缺少 `with` 或装饰器"),
    "loop": Text(en="a loop that ends early", zh="循环提前结束"),
    "in-place": Text(en="an object changed in place, or a new one instead", zh="原地修改与新建对象互换"),
    "unwrap": Text(en="a missing call", zh="缺少一次调用"),
    "exchange": Text(en="another function of the same kind", zh="换成同类的另一个函数"),
    "argument": Text(en="a missing argument", zh="缺少一个参数"),
    "graph": Text(en="a result that is off the graph", zh="结果脱离计算图"),
    "precision": Text(en="a result that is always float32", zh="结果一律变成 float32"),
    "copy": Text(en="a copy instead of a view", zh="本应是视图，却是拷贝"),
}
