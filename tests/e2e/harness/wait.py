"""Waiting is asking for a condition again and again until a deadline. No test sleeps."""

import time

POLL_S = 0.02


def until(what, condition, seconds=10.0, every=POLL_S):
    """Asks `condition` until it gives something true, and gives that back.

    Raises AssertionError with `what` and the last answer when `seconds` are over.
    """
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}; last answer: {answer!r}")
        time.sleep(every)


def seconds_until(what, condition, seconds=10.0, every=0.002):
    """How long it took for `condition` to hold."""
    start = time.monotonic()
    until(what, condition, seconds, every)
    return time.monotonic() - start
