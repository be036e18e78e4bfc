"""A quiz of every type with a token at every place that must stay secret."""

from __future__ import annotations

# Each holds a token wherever something must stay secret: answers, feedback, misconceptions, functions, hints.
EVERY_TYPE = """
- id: one
  type: choice
  text: Which?
  choices:
    - {id: canary-name-a, text: first, correct: true, say: CANARY right}
    - {id: canary-name-b, text: second, because: canary-because, say: CANARY say}
    - {text: third, because: canary-other}
  hint: CANARY hint
  explanation: CANARY explanation
  say: {canary-other: CANARY map}
- id: several
  type: multi
  text: Which?
  choices:
    - {id: canary-c, text: a, correct: true}
    - {id: canary-d, text: b, correct: true}
    - {id: canary-e, text: c, because: canary-because}
- {id: count, type: number, text: "How many? {{n}}", params: {n: {int: [3, 3]}}, answer: {code: canary_count},
   accept: {sig-figs: 3}, say: {canary-twice: CANARY say}}
- {id: fixed, type: number, text: How many?, answer: "424242", wrong: [{value: 535353, because: canary-w, say: CANARY}]}
- {id: form, type: shape, text: Which shape?, answer: [42, 4242], wrong: [{value: [53], because: canary-w}]}
- id: steps
  type: order
  text: Order them.
  items:
    - {id: canary-x, code: x()}
    - {id: canary-y, code: y(), after: [canary-x]}
  wrong: [{order: [canary-y, canary-x], because: canary-because, say: CANARY say}]
- id: pairs
  type: match
  text: Match them.
  options: [{id: canary-p, text: p}, {id: canary-q, text: q}]
  rows:
    - {id: canary-r, text: r, match: canary-p, wrong: [{option: canary-q, because: canary-b, say: CANARY}]}
    - {id: canary-s, text: s, match: canary-q}
- {id: formula, type: expression, text: Formula?, variables: {w: [1, 2]}, answer: w*424242, also: [424242*w],
   wrong: [{value: w+424242, because: canary-w}]}
- {id: printed, type: code-output, text: What is printed?, code: print(1), answer: canary out, also: [canary too],
   wrong: [{value: canary wrong, because: canary-w}]}
- {id: table, type: matrix, text: Which numbers?, answer: [[42, 424], [4242, 42424]],
   wrong: [{value: [[53, 535], [5353, 53535]], because: canary-w}]}
- id: parts
  type: multi-part
  text: Two parts.
  params: {k: {int: [5, 5]}}
  hint: CANARY hint
  parts:
    - {id: first, type: number, text: "{{k}}?", answer: {code: canary_count}, explanation: CANARY explanation}
    - {id: second, type: choice, text: Which?, answer: {code: canary_choice}}
"""
CODE = """
def canary_count(p, rng):
    return {"answer": 424242, "wrong": [(535353, "canary-twice")]}

def canary_choice(p, rng):
    return {"answer": "ham", "wrong": [("eggs", "canary-eggs"), ("spam", "canary-spam")]}
"""

# What is searched for, in lower case; besides, versions and seeds.
CANARIES = ("canary", "4242", "5353")
