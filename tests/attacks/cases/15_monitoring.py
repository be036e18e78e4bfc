"""Uses sys.monitoring, which sees every function of every module, to read the globals of the harness."""
# /// attack
# class = 15
# goal = "show the harness's own variables"
# gain = "secret"
# outcome = "failed"
# naive = true
# ///

import sys

SEEN = set()


def started(code, offset):
    frame = sys._getframe(1)
    SEEN.add(str(frame.f_globals.get("SECRET")))
    SEEN.add(str(frame.f_globals.get("NUMBER")))


if hasattr(sys, "monitoring"):
    sys.monitoring.use_tool_id(3, "coverage")
    sys.monitoring.register_callback(3, sys.monitoring.events.PY_START, started)
    sys.monitoring.set_events(3, sys.monitoring.events.PY_START)
else:
    sys.setprofile(lambda frame, event, arg: SEEN.add(str(frame.f_globals.get("SECRET"))))


def standardise(x):
    frame = sys._getframe(1)
    while frame is not None:
        SEEN.add(str(frame.f_globals.get("SECRET")))
        frame = frame.f_back
    raise ValueError(SEEN)
