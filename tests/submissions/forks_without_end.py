"""Hostile: leaves processes behind that outlive the call."""

import os
import time


def softmax(logits, dim):
    for _ in range(16):
        if os.fork() == 0:
            time.sleep(3600)
            os._exit(0)
    return logits


log_softmax = cross_entropy = softmax
