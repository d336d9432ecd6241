"""Results in the forms of other systems, all made from the record in results.json.

    gradescope  results.json for each student      junit     one JUnit XML for a class
    canvas      the column of a Canvas gradebook   moodle    the grades of a Moodle grading worksheet

Canvas and Moodle take back a sheet that they gave out: it is filled in place, and stays as it is but for the grades.

    sheet       a CSV file, kept to the byte       matching  whose row is whose
    filling     grades into a sheet
"""

# When students see a test in Gradescope.
VISIBILITIES = ("hidden", "after_due_date", "after_published", "visible")
