"""Visible tests of exercise95."""


def test_parts_shown(student):
    """Four in two parts is four together.
    zh: 把 4 分成两份，合起来仍是 4。
    """
    assert sum(student.parts(4, 2)) == 4
