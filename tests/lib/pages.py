"""Runs a command on a terminal of a given size, and presses a key at each end of a page.

    pages.py ROWSxCOLUMNS KEYS COMMAND [ARGUMENT]…

KEYS are pressed one after the other, each when "-- more --" is shown; "^" and a letter is a control
key; after the last one nothing is pressed any more.  Standard output gets what was shown, with a line
"<page>" for each prompt, and the exit status is the command's, or 124 when it waits for ever.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

PROMPT = b"-- more --"


def keys_of(text):
    at = 0
    while at < len(text):
        if text[at] == "^":
            yield bytes([ord(text[at + 1]) & 0x1F])
            at += 2
        else:
            yield text[at].encode()
            at += 1


def main():
    rows, columns = map(int, sys.argv[1].split("x"))
    keys = list(keys_of(sys.argv[2]))
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.execvp(sys.argv[3], sys.argv[3:])
    shown, prompts, status = b"", 0, 124
    end = time.monotonic() + 60
    while time.monotonic() < end:
        ready, _, _ = select.select([fd], [], [], 0.1)
        if ready:
            try:
                data = os.read(fd, 65536)
            except OSError:
                data = b""
            if not data:
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                break
            shown += data
        if shown.count(PROMPT) > prompts and keys:
            prompts += 1
            time.sleep(0.05)  # the prompt comes before the key is waited for
            os.write(fd, keys.pop(0))
    else:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    os.close(fd)
    lines = shown.replace(b"\r\n", b"\n").split(b"\r\x1b[K")
    text = b"".join(part[:part.rfind(PROMPT)] + b"<page>\n" if PROMPT in part else part for part in lines)
    sys.stdout.buffer.write(text)
    sys.stdout.flush()
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
