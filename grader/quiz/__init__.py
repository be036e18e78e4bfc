"""Quizzes: read from `quizNN_slug/`, drawn into variants, marked. Imports no torch, numpy or sympy.

A variant has two halves of two types, stored apart: a public question, which is all that a renderer gets, and its
key. The design is in docs/design/quiz.md.
"""
