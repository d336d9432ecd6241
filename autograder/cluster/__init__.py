"""`autograde grade --engine ray`: the same grading on many machines.

    engine    the driver: what is to be graded, by whom, and again if a machine dies; it alone writes
    nodes     Ray: processes on machines of a cluster, and nothing else of ours knows of it
    process   one such process, as its Ray worker sees it: lines in, lines out
    node      what that process does: the course is unpacked, the sandbox is tried, students are graded
    shipping  the course as bytes, and as a private folder on each machine

A Ray worker has threads, and a fork does not go with threads, so it grades nothing itself.
"""
