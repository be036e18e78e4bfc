"""Quizzes to and from other systems' formats. Every format writes and reads the same plain `leaf`."""
