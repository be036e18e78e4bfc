"""Lint: what an author should mend in a quiz before a student meets it. The checks are listed in docs/quizzes.md."""

from grader.quiz.linting.findings import Finding
from grader.quiz.linting.report import QuizReport, exit_code
from grader.quiz.linting.run import MIN_SEEDS, Settings, lint

__all__ = ["MIN_SEEDS", "Finding", "QuizReport", "Settings", "exit_code", "lint"]
