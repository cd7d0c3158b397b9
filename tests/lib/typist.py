"""Types a text on the page that a command opens, and finishes it with Ctrl-D twice.

    typist.py TEXT COMMAND [ARGUMENT]…

What the terminal showed goes to standard output without its control sequences, and the exit status is the command's.
"""
import os
import pty
import re
import select
import sys
import time

CONTROL = re.compile(r"\x1b[\[\](][0-?]*[ -/]*[@-~]")


def main():
    pid, fd = pty.fork()
    if pid == 0:
        os.execvpe(sys.argv[2], sys.argv[2:], {**os.environ, "TERM": "xterm"})
    shown, steps = b"", [("Ctrl-C", sys.argv[1].encode()), (sys.argv[1][-5:], b"\x04"), ("Ctrl-D again", b"\x04")]
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if steps and steps[0][0].encode() in shown:
            os.write(fd, steps.pop(0)[1])
        if not select.select([fd], [], [], 0.1)[0]:
            continue
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        if not data:
            break
        shown += data
    _, status = os.waitpid(pid, 0)
    sys.stdout.write(CONTROL.sub("", shown.decode(errors="replace")).replace("\r", "\n"))
    sys.stdout.flush()
    status = os.waitstatus_to_exitcode(status)
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
