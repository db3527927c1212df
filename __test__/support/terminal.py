"""Runs a command on a terminal of its own, as a shell would, and tells how it ended.

The argument is JSON: {"command": [...], "env": {...}, "on": "text to wait for", "keys": "\\u0003" or "signal": "SIGTERM"}.
Once the text has come, the keys are typed, or the signal is sent to the command alone. The answer is JSON:
{"output": "...", "code": 3 or null, "signal": "SIGINT" or null, "left": [pids]}, where `left` are those that the output
named as "pid N" and that were still alive when the command had ended.
"""

import json
import os
import pty
import re
import select
import signal
import sys
import time

DEADLINE_SECONDS = 30


def main():
    wish = json.loads(sys.argv[1])
    reading, writing = os.pipe()
    staying, leaving = os.pipe()
    leader, terminal = pty.fork()
    if leader == 0:
        os.close(reading)
        os.close(leaving)
        lead(wish, writing, staying)
    os.close(writing)
    os.close(staying)
    command = int(os.read(reading, 16))
    output = follow(wish, terminal, command)
    status = int(os.read(reading, 16))
    left = [pid for pid in map(int, re.findall(r"pid (\d+)", output)) if is_alive(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    ending = {"code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None, "signal": None}
    if os.WIFSIGNALED(status):
        ending["signal"] = signal.Signals(os.WTERMSIG(status)).name
    print(json.dumps({"output": output.replace("\r\n", "\n"), **ending, "left": left}))


def lead(wish, report, staying):
    """Leads the session as a shell does, until all is over: orphans would die with the terminal of one that leaves."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTTOU):
        signal.signal(number, signal.SIG_IGN)
    command = os.fork()
    if command == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpgrp())
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTTOU):
            signal.signal(number, signal.SIG_DFL)
        os.execvpe(wish["command"][0], wish["command"], {**os.environ, **wish.get("env", {})})
    os.write(report, b"%-16d" % command)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(null, stream)
    _, status = os.waitpid(command, 0)
    os.write(report, b"%-16d" % status)
    os.read(staying, 1)
    os._exit(0)


def follow(wish, terminal, command):
    """Reads until nobody has the terminal open any more, and acts when it is time."""
    output = b""
    due = "on" in wish
    until = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < until:
        if not select.select([terminal], [], [], until - time.monotonic())[0]:
            break
        try:
            chunk = os.read(terminal, 4096)
        except OSError:
            chunk = b""
        if not chunk:
            return output.decode()
        output += chunk
        if due and wish["on"].encode() in output:
            due = False
            act(wish, terminal, command)
    os.kill(command, signal.SIGKILL)
    sys.exit("the deadline has passed; output so far: " + output.decode())


def act(wish, terminal, command):
    if "keys" in wish:
        os.write(terminal, wish["keys"].encode())
    else:
        os.kill(command, signal.Signals[wish["signal"]])


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="latin1") as stat:
            return stat.read().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


main()
