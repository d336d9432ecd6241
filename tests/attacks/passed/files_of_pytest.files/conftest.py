"""Would be run by a pytest that starts here."""

import os

open("@OUT@/results.json", "w").write("{}")
os._exit(0)
