"""Runs a program on a terminal of its own, does what it is told there, and says as JSON what came of it.

python3 terminal.py STEPS PROGRAM WORD...     STEPS is a JSON list of lists, as terminal.rs writes it.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

DEADLINE = time.monotonic() + 30


class Terminal:
    def __init__(self, words):
        self.shown = b""
        self.seen = 0
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm"
            os.execvp(words[0], words)

    def read(self):
        """Takes what the program has written since; False when nobody has the terminal open any more."""
        ready, _, _ = select.select([self.master], [], [], DEADLINE - time.monotonic())
        if not ready:
            os.killpg(self.pid, signal.SIGKILL)
            sys.exit(f"too late; shown so far: {self.shown!r}")
        try:
            text = os.read(self.master, 65536)
        except OSError:
            return False
        self.shown += text
        return bool(text)

    def expect(self, text):
        line = f"{text}\r\n".encode()
        while (at := self.shown.find(line, self.seen)) < 0:
            if not self.read():
                sys.exit(f"the program ended before it said {text!r}: {self.shown!r}")
        self.seen = at + len(line)

    def do(self, verb, *words):
        if verb == "expect":
            self.expect(words[0])
        elif verb == "type":
            os.write(self.master, words[0].encode())
        elif verb == "resize":
            fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("4H", *words, 0, 0))
        elif verb == "still running":
            if os.waitpid(self.pid, os.WNOHANG) != (0, 0):
                sys.exit("the program has ended")
        elif verb == "hang up":
            os.close(self.master)
            self.master = None

    def finish(self):
        while self.master is not None and self.read():
            pass
        _, status = os.waitpid(self.pid, 0)
        died = os.WIFSIGNALED(status)
        return {
            "output": self.shown.decode(),
            "code": None if died else os.WEXITSTATUS(status),
            "signal": os.WTERMSIG(status) if died else None,
        }


terminal = Terminal(sys.argv[2:])
for step in json.loads(sys.argv[1]):
    terminal.do(*step)
json.dump(terminal.finish(), sys.stdout)
