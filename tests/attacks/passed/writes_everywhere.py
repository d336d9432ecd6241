"""Writes results, changes modes, makes links, and leaves files wherever it can; must leave none."""

import json
import os

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d


def quietly(what, action, *args):
    """In /tmp, which may be the worker's own: whatever is left there is looked for."""
    try:
        action(*args)
    except OSError:
        pass


for folder in (kit.OUT, kit.COURSE, "/tmp", "/dev/shm", "/var/tmp", "/", ".", os.path.dirname(kit.__file__), "/dev/mqueue"):
    attempt = quietly if folder == "/tmp" else kit.attempt
    for name in ("results.json", "grades.csv", "canary.txt", kit.MARK, "sitecustomize.py", "conftest.py"):
        path = os.path.join(folder, name)
        attempt(f"writing {path}", lambda: open(path, "w").write(json.dumps({"score": 10.0})))
        attempt(f"appending to {path}", lambda: open(path, "a").write("!"))
        attempt(f"mode of {path}", os.chmod, path, 0o777)
        attempt(f"times of {path}", os.utime, path, (0, 0))
        attempt(f"removing {path}", os.unlink, path)
        attempt(f"cutting {path}", os.truncate, path, 0)
        attempt(f"linking {path}", os.link, kit.CANARY_FILE, path + kit.MARK)
        attempt(f"linking {path}", os.symlink, kit.CANARY_FILE, path + kit.MARK)
        attempt(f"attribute of {path}", os.setxattr, path, "user.x", b"x")
        attempt(f"making {path}", os.mkdir, path + kit.MARK)
        attempt(f"pipe {path}", os.mkfifo, path + kit.MARK)
    attempt(f"nameless in {folder}", os.open, folder, os.O_TMPFILE | os.O_RDWR)
    attempt(f"moving {folder}", os.rename, folder, folder + kit.MARK)
