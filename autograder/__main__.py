import sys

if not sys.flags.safe_path:  # `python -m` puts the folder that it stands in first, and with it whatever lies there
    sys.path.pop(0)

from autograder.cli import main

raise SystemExit(main())
