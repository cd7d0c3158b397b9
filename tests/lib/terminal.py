"""Runs a command on a terminal of its own, and answers what it asks.

    terminal.py [-a ANSWER]… COMMAND [ARGUMENT]…

A question is output that stands still at the end of an unfinished line ending in ':' or '?' and a
space.  The next answer is typed then; without one, the end of input.  What the terminal showed goes
to standard output, and the exit status is the command's.
"""
import os
import pty
import re
import select
import signal
import sys
import time

QUESTION = re.compile(rb"[^\r\n]*[:?]\]? $")
STILL = 0.15


def run(argv, answers, deadline=120.0, env=None, cwd=None):
    """Gives (exit status, everything shown, how many questions were asked)."""
    pid, fd = pty.fork()
    if pid == 0:
        if cwd is not None:
            os.chdir(cwd)
        os.execvpe(argv[0], argv, env if env is not None else os.environ)
    shown, answered_at, asked = b"", 0, 0
    answers = list(answers)
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        ready, _, _ = select.select([fd], [], [], STILL)
        if ready:
            try:
                data = os.read(fd, 65536)
            except OSError:
                break
            if not data:
                break
            shown += data
        elif len(shown) > answered_at and QUESTION.search(shown[answered_at:]):
            answered_at = len(shown)
            asked += 1
            os.write(fd, answers.pop(0).encode() + b"\n" if answers else b"\x04")
    else:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    os.close(fd)
    return os.waitstatus_to_exitcode(status), shown, asked


def main():
    args, answers = sys.argv[1:], []
    while args[:1] == ["-a"]:
        answers.append(args[1])
        args = args[2:]
    status, shown, _ = run(args, answers)
    sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
    sys.stdout.flush()
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
