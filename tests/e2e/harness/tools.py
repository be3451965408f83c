"""Programs that a test runs, and how it leaves itself out when one is not installed."""

import shutil
import signal
import subprocess
import unittest

STOP_S = 5


def need(*programs):
    """Skips the test, in plain words, when a program is not on this machine."""
    for program in programs:
        if shutil.which(program) is None:
            raise unittest.SkipTest(f"{program} is not installed")


def run(*command, seconds=30, check=False, **options):
    """Runs `command` to its end; both outputs are text. Ended by pid when it takes too long."""
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        **options,
    )
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"{command} took more than {seconds} s\n{out[-2000:]}\n{err[-2000:]}") from None
    if check and process.returncode != 0:
        raise AssertionError(f"{command} ended with {process.returncode}\n{out[-2000:]}\n{err[-2000:]}")
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def stop(process, how=signal.SIGTERM, seconds=STOP_S):
    """Ends a process that we started; killed when it does not listen. Gives its exit status."""
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()
