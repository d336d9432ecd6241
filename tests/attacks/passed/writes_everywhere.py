"""Writes results, changes modes, makes links, and leaves files wherever it can; must leave none."""

import json
import os

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d

for folder in (kit.OUT, kit.COURSE, "/tmp", "/dev/shm", "/var/tmp", "/", ".", os.path.dirname(kit.__file__), "/dev/mqueue"):
    for name in ("results.json", "grades.csv", "canary.txt", kit.MARK, "sitecustomize.py", "conftest.py"):
        path = os.path.join(folder, name)
        kit.attempt(f"writing {path}", lambda: open(path, "w").write(json.dumps({"score": 10.0})))
        kit.attempt(f"appending to {path}", lambda: open(path, "a").write("!"))
        kit.attempt(f"mode of {path}", os.chmod, path, 0o777)
        kit.attempt(f"times of {path}", os.utime, path, (0, 0))
        kit.attempt(f"removing {path}", os.unlink, path)
        kit.attempt(f"cutting {path}", os.truncate, path, 0)
        kit.attempt(f"linking {path}", os.link, kit.CANARY_FILE, path + kit.MARK)
        kit.attempt(f"linking {path}", os.symlink, kit.CANARY_FILE, path + kit.MARK)
        kit.attempt(f"attribute of {path}", os.setxattr, path, "user.x", b"x")
        kit.attempt(f"making {path}", os.mkdir, path + kit.MARK)
        kit.attempt(f"pipe {path}", os.mkfifo, path + kit.MARK)
    kit.attempt(f"nameless in {folder}", os.open, folder, os.O_TMPFILE | os.O_RDWR)
    kit.attempt(f"moving {folder}", os.rename, folder, folder + kit.MARK)
