"""What the golden files watch: children that burn processor time, hold memory and write, for about three seconds."""

import os
import subprocess
import sys
import time


def burn(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def hold():
    held = bytearray(60 << 20)
    time.sleep(1.2)
    with open("held", "wb") as out:
        out.write(held[: 20 << 20])
        os.fsync(out.fileno())
    os.unlink("held")
    time.sleep(0.5)


def start(part):
    return subprocess.Popen([sys.executable, sys.argv[0], part])


def root():
    children = [start("burn"), start("hold")]
    burn(0.3)
    time.sleep(0.4)
    children.append(start("burn"))
    for child in children:
        child.wait()
    time.sleep(0.2)
    sys.exit(3)


{"burn": lambda: burn(0.9), "hold": hold}.get("".join(sys.argv[1:]), root)()
