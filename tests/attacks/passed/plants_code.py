"""Plants code where the next Python would run it: .pth, sitecustomize, __pycache__, the package itself; must not."""

import os
import site
import sys
import sysconfig

import kit
from kit import convolve as conv2d
from kit import correlate as corr2d

PACKAGE = sys.path[-1]  # where the grader is
for folder in {*site.getsitepackages(), site.getusersitepackages(), *sysconfig.get_paths().values(), PACKAGE}:
    for name in ("evil.pth", "sitecustomize.py", "usercustomize.py", "__pycache__/torch.cpython-311.pyc", kit.MARK + ".py"):
        kit.attempt(f"planting {folder}/{name}", lambda: open(os.path.join(folder, name), "w").write("import os"))
        kit.attempt(f"changing {folder}/{name}", lambda: os.open(os.path.join(folder, name), os.O_RDWR))
    kit.attempt(f"making {folder}/__pycache__", os.makedirs, os.path.join(folder, kit.MARK, "__pycache__"))
kit.attempt("changing os.py", lambda: open(os.__file__, "r+"))
