"""`autograde ci`: from the checkout of a push to annotations, a summary and a result that others read.

    environment   which service runs this, and what it says of the submission
    commands      workflow commands, and silence for everybody else's
    checkout      what lies in the checkout that wants to be more than a submission
    grading       the checkout graded, with the private side or with the public tests
    findings      what lost marks, and the student's own line that it is about
    summary       the step summary
    legacy        the result of the old Classroom actions        classroom50   that of Classroom 50
    run           all of it in order

The checkout is hostile: text is read from it, and nothing is imported but, where there is no private side,
the public tests, which are then the student's own word.
"""
