"""Stop a process with ptrace. Unlike SIGSTOP this does not notify its parent, so it looks like an endless loop."""

import ctypes
import os
import signal

ATTACH, DETACH = 16, 17
"""Requests of Linux's `ptrace`. All calls for a process must come from the thread that attached."""


def attach(pid: int) -> None:
    """Stop the main thread until `detach` or a kill."""
    refused = ctypes.CDLL(None).ptrace(ATTACH, pid, None, None)
    assert not refused, "ptrace is forbidden on this machine: see kernel.yama.ptrace_scope"
    os.waitpid(pid, 0)


def detach(pid: int) -> None:
    """Resume the process unless it was killed."""
    ctypes.CDLL(None).ptrace(DETACH, pid, None, None)


def was_killed(pid: int) -> bool:
    """Return whether the process was killed. The kernel notifies the debugger before the parent, and once."""
    return os.waitpid(pid, os.WNOHANG) == (pid, signal.SIGKILL)
