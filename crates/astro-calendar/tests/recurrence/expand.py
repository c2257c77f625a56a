"""What python-dateutil makes of rules.

A line "start|rule|count|seconds" in, a line of beginnings out. "!slow" says that it took longer than
that, "!.." that the rule was refused.
"""

import itertools
import signal
import sys

from dateutil.parser import isoparse
from dateutil.rrule import rrulestr


class Slow(Exception):
    """It took too long."""


def give_up(_signal, _frame):
    raise Slow


def expand(start, rule, count):
    occurrences = rrulestr(rule, dtstart=isoparse(start))
    return [at.isoformat() for at in itertools.islice(occurrences, count)]


def answer(line):
    start, rule, count, seconds = line.rstrip("\n").split("|")
    signal.setitimer(signal.ITIMER_REAL, float(seconds))
    try:
        return ",".join(expand(start, rule, int(count)))
    except Slow:
        return "!slow"
    except ValueError as error:
        return f"!{error}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


signal.signal(signal.SIGALRM, give_up)
for request in sys.stdin:
    print(answer(request))
