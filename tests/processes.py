"""Runs a function in a forked process, so that a test can show that nothing is remembered but what the database holds."""

import faulthandler
import gc
import os
import pickle
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from typing import NoReturn, TypeVar, TypeVarTuple, cast

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


class ChildFailed(AssertionError):
    """The child raised, hung or was killed; the message carries its traceback."""

    def __init__(self, function: Callable[..., object], code: int, report: str) -> None:
        how = f"exited with {code}" if code >= 0 else f"was killed by {signal.Signals(-code).name}"
        super().__init__(f"The process of {getattr(function, '__name__', function)} {how}\n{report}")
        self.code = code


def run_in_process(function: Callable[[*Arguments], Result], *arguments: *Arguments, timeout: float = 60) -> Result:
    """What `function(*arguments)` returns in a process of its own, which dies before this returns."""
    sys.stdout.flush()
    sys.stderr.flush()
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        # Python 3.12 and later warn of a fork beside threads; the child touches none of those that pytest-xdist keeps.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.close(reader)
        _run_and_die(function, arguments, writer, timeout)
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        answer = answers.read()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code != 0:
        raise ChildFailed(function, code, answer.decode(errors="replace"))
    return cast(Result, pickle.loads(answer))


def _run_and_die(function: Callable[[*Arguments], object], arguments: tuple[*Arguments], writer: int, timeout: float) -> NoReturn:
    """The whole life of the child: its pipe carries the pickled result after exit 0, and the traceback as text after any other."""
    try:
        gc.freeze()  # what was the parent's is not the child's to close
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        faulthandler.dump_traceback_later(timeout, exit=True, file=writer)
        answer, code = pickle.dumps(function(*arguments)), 0
    except BaseException:
        answer, code = traceback.format_exc().encode(), 1
    try:
        faulthandler.cancel_dump_traceback_later()
        sys.stdout.flush()
        sys.stderr.flush()
        with os.fdopen(writer, "wb") as answers:
            answers.write(answer)
    finally:
        os._exit(code)
