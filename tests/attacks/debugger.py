"""Holds a process still as a debugger does. Unlike with SIGSTOP its parent is not told, as of one in an endless loop."""

import ctypes
import os
import signal

ATTACH, DETACH = 16, 17
"""`ptrace`, Linux's: all calls for a process come from the thread that attached."""


def hold(pid: int) -> None:
    """Its main thread stands still until it is let go, or is killed."""
    refused = ctypes.CDLL(None).ptrace(ATTACH, pid, None, None)
    assert not refused, "nobody may debug their own processes here: see kernel.yama.ptrace_scope"
    os.waitpid(pid, 0)


def let_go(pid: int) -> None:
    """Return at once where the process was killed."""
    ctypes.CDLL(None).ptrace(DETACH, pid, None, None)


def was_killed(pid: int) -> bool:
    """The debugger is notified first, and once."""
    return os.waitpid(pid, os.WNOHANG) == (pid, signal.SIGKILL)
