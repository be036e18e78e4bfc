"""Hostile or unlucky: crashes the interpreter itself."""

import ctypes


def softmax(logits, dim):
    ctypes.string_at(0)


log_softmax = cross_entropy = softmax
