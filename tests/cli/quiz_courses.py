"""Courses with quizzes for tests of the command line, and a store whose secret is pinned.

What is drawn depends on the store's secret, the student and the quiz alone, so with a pinned secret a whole sitting is
the same to the letter. The secret is written into the store beforehand; nothing outside of a store can choose it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from grader.store import open_store, tables

SECRET = b"a secret of a store, for tests!!"

TOUR = """
    dlgrade: quiz/1
    id: quiz01
    title: {en: A tour of all types, zh: 各种题型}
    about: {en: "One question of each *type*.", zh: "每种*题型*一题。"}
    defaults: {attempts: 2, penalty: 0.25}
    reveal: {score: after-submit, answers: after-submit}
    topics:
      shapes:
        title: {en: Shapes, zh: 形状}
        read: {en: "the README of exercise01", zh: "exercise01 的 README"}
      training:
        title: {en: Training, zh: 训练}
        read: {en: "the README of exercise04", zh: "exercise04 的 README"}
    misconceptions:
      step-climbs: {en: "The gradient points uphill: *subtract* it.", zh: "梯度指向上坡：应*减去*它。"}
    questions:
      - id: why-relu
        type: choice
        topics: [training]
        text: {en: "Why does an MLP need a nonlinearity?", zh: "MLP 为什么需要非线性？"}
        choices:
          - {text: {en: "Without it the layers are one affine map.", zh: "否则各层合成一个仿射变换。"}, correct: true}
          - text: {en: "It keeps outputs in $[0, 1]$.", zh: "它使输出落在 $[0, 1]$。"}
            because: bounds-output
            say: {en: "ReLU is unbounded above.", zh: "ReLU 没有上界。"}
        explanation: {en: "$W_2(W_1x) = (W_2W_1)x$.", zh: "$W_2(W_1x) = (W_2W_1)x$。"}
      - id: has-grad
        type: multi
        partial: each
        topics: [training]
        text: {en: "Which get a gradient?", zh: "哪些会得到梯度？"}
        choices:
          - {code: "w = torch.ones(2, requires_grad=True)", correct: true}
          - {code: "layer.weight", correct: true}
          - {code: "x = torch.ones(2)", because: all-tensors, say: {en: "Not unless asked.", zh: "要求了才有。"}}
      - id: step
        type: number
        topics: [training]
        params: {w: {int: [5, 5]}, lr: {choice: [0.1]}}
        text:
          en: "$L = \\\\frac{1}{2}w^2$, $w = {{w}}$, $\\\\eta = {{lr}}$. What is $w$ after one step?"
          zh: "$L = \\\\frac{1}{2}w^2$，$w = {{w}}$，$\\\\eta = {{lr}}$。走一步之后 $w$ 是多少？"
        answer: "{{w}} - {{lr}}*{{w}}"
        accept: {sig-figs: 3}
        wrong:
          - {value: "{{w}} + {{lr}}*{{w}}", because: step-climbs}
        hint: {en: "What is $dL/dw$?", zh: "$dL/dw$ 是多少？"}
      - id: view
        type: shape
        topics: [shapes]
        text: {en: "`x` is (2, 3, 4). Shape of `x.view(2, -1)`?", zh: "`x` 为 (2, 3, 4)。`x.view(2, -1)` 的形状？"}
        answer: "(2, 12)"
        wrong: [{value: "(24,)", because: flattens-all, say: {en: "The first axis stays.", zh: "第一维保留。"}}]
      - id: loop
        type: order
        partial: lcs
        topics: [training]
        text: {en: "Order one training step.", zh: "排列一步训练。"}
        items:
          - {id: fwd, code: "loss = criterion(net(x), y)"}
          - {id: zero, code: "optimizer.zero_grad()"}
          - {id: back, code: "loss.backward()", after: [fwd, zero]}
          - {id: step, code: "optimizer.step()", after: [back]}
        wrong:
          - {order: [step, back], because: too-early, say: {en: "The step uses the gradients.", zh: "更新要用到梯度。"}}
      - id: outputs
        type: match
        partial: each
        topics: [shapes]
        text: {en: "Which shape comes out?", zh: "输出是什么形状？"}
        options: [{id: row, code: "(3,)"}, {id: all, code: "()"}, {id: same, code: "(2, 3)"}]
        rows:
          - id: sum
            code: x.sum()
            match: all
            wrong:
              - {option: row, because: an-axis, say: {en: "Without `dim` all is summed.", zh: "不写 `dim` 则全求和。"}}
          - {id: relu, code: x.relu(), match: same}
      - id: slope
        type: expression
        topics: [training]
        variables: {w: [-2, 2], x: [-2, 2]}
        text: {en: "Derivative of $(wx)^2$ by $w$?", zh: "$(wx)^2$ 对 $w$ 的导数？"}
        answer: "2*w*x^2"
        wrong: [{value: "2*w*x", because: no-inner, say: {en: "And the inner derivative?", zh: "内层导数呢？"}}]
      - id: prints
        type: code-output
        topics: [shapes]
        code: |
          x = torch.zeros(2, 3)  # two rows
          for row in x:
              print(row.shape)
        text: {en: "What is printed?", zh: "输出是什么？"}
        answer: "torch.Size([3])\\ntorch.Size([3])"
      - id: transposed
        type: matrix
        partial: each
        topics: [shapes]
        text: {en: "What is `x.T` of `[[1, 2], [3, 4]]`?", zh: "`[[1, 2], [3, 4]]` 的 `x.T` 是什么？"}
        answer: [[1, 3], [2, 4]]
      - id: both
        type: multi-part
        topics: [shapes]
        text: {en: "A layer `nn.Linear(3, 5)`.", zh: "一层 `nn.Linear(3, 5)`。"}
        parts:
          - id: weight
            type: shape
            text: {en: "Shape of its weight?", zh: "权重的形状？"}
            answer: "(5, 3)"
            wrong: [{value: "(3, 5)", because: weight-transposed, say: {en: "Rows are outputs.", zh: "行对应输出。"}}]
          - id: count
            type: number
            whole: true
            text: {en: "How many numbers does it learn?", zh: "共学习多少个数？"}
            answer: "20"
    """
# Every text that nobody may see yet is one of CANARIES.
CANARY = """
    dlgrade: quiz/1
    id: quiz05
    title: {en: Canaries, zh: 金丝雀}
    defaults: {attempts: 2, feedback: after-close}
    reveal: {score: after-close, answers: after-close}
    closes: 2099-01-01T00:00+00:00
    topics:
      birds: {title: {en: Birds, zh: 鸟}, read: {en: canary-read, zh: canary-read}}
    misconceptions:
      canary-of-quiz: {en: canary-said-of-quiz, zh: canary-said-of-quiz}
    questions:
      - id: pick
        type: choice
        topics: [birds]
        text: {en: Which one?, zh: 哪一个？}
        choices:
          - {id: canary-name-right, text: {en: one, zh: 一}, correct: true}
          - id: canary-name-wrong
            text: {en: two, zh: 二}
            because: canary-because
            say: {en: canary-say, zh: canary-say}
        explanation: {en: canary-explanation, zh: canary-explanation}
        hint: {en: canary-hint, zh: canary-hint}
      - id: count
        type: number
        topics: [birds]
        params: {n: {int: [1, 3]}}
        text: {en: "Count to {{n}}.", zh: "数到 {{n}}。"}
        answer: {code: canary_generator}
        say: {canary-computed: {en: canary-said-computed, zh: canary-said-computed}}
      - id: line
        type: order
        text: {en: In order., zh: 排序。}
        items: [{id: canary-first, code: a}, {id: canary-second, code: b, after: [canary-first]}]
        wrong: [{order: [canary-second, canary-first], because: canary-of-quiz}]
      - id: pair
        type: match
        text: {en: Pairs., zh: 配对。}
        options: [{id: canary-option, code: x}, {id: canary-other, code: y}]
        rows:
          - {id: canary-row, code: z, match: canary-option}
          - {id: canary-row2, code: w, match: canary-other}
      - {id: broken, type: number, text: {en: Broken., zh: 坏的。}, answer: {code: canary_broken}}
      - {id: shape, type: shape, text: {en: Shape?, zh: 形状？}, answer: "(918273, 645)"}
    """
CANARY_CODE = """
    def canary_generator(p, rng):
        return {"answer": 918273645, "wrong": [(24, "canary-computed")]}


    def canary_broken(p, rng):
        raise ValueError("canary-raised 918273645")
    """
CANARIES = ("canary", "918273", "645")
HOSTILE = """
    dlgrade: quiz/1
    id: quiz06
    title: {en: "Title\\x1b[2J\\u202e", zh: "标题\\x1b[2J"}
    topics:
      bad: {title: {en: "\\x1b]0;topic\\x07", zh: "\\x9b31m"}, read: {en: "\\x1b[31mread", zh: "\\x1b[31m"}}
    reveal: {score: after-submit, answers: after-submit}
    questions:
      - id: text
        type: code-output
        topics: [bad]
        code: "print('\\x1b[2J\\u2066')"
        text: {en: "\\x1b[31mred\\x1b[0m \\u202eright-to-left &#27;[2J $\\\\text{\\x1b[5m}$", zh: "\\x1b[31m红"}
        answer: "\\x1b[2J"
      - id: options
        type: choice
        topics: [bad]
        text: {en: "`\\x1b[2J` [a\\x1b](http://b\\x1b)", zh: 选}
        choices:
          - {text: {en: "a\\x1b]8;;http://evil\\x07b", zh: 甲}, correct: true}
          - {code: "b\\x07", because: bad, say: {en: "\\x1b[2Jsaid", zh: "\\x1b[2J"}}
        hint: {en: "\\x1b[2Jhint", zh: 提示}
    """


def course_with(folder: Path, quizzes: Mapping[str, str], code: Mapping[str, str] | None = None) -> Path:
    """Write a course whose solutions hold these quizzes, by their folders' names, and return it."""
    (folder / "exercises").mkdir(parents=True)
    (folder / "dlgrade.toml").write_text(
        'schema = "course/1"\nname = {en = "A course", zh = "课程"}\n', encoding="utf-8"
    )
    for name, text in quizzes.items():
        place = folder / "solutions" / name
        place.mkdir(parents=True)
        (place / "quiz.yaml").write_text(dedent(text).lstrip(), encoding="utf-8")
    for name, text in (code or {}).items():
        (folder / "solutions" / name / "quiz.py").write_text(dedent(text).lstrip(), encoding="utf-8")
    return folder


def pinned_store(file: Path) -> Path:
    """Make a store with a known secret, and return its path."""
    with open_store(file) as store:
        store.write(lambda tx: tx.add(tables.secret_values, name="seeds", value=SECRET))
        assert store.seed_key() == SECRET
    return file
