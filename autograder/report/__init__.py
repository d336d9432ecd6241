"""Pages made of stored results: a dashboard for the instructor, feedback for each student.

    reading    results.json -> Record          sources     what students wrote, kept for their pages
    text       strangers' text, made harmless  statistics  what a class's results say of each check
    clusters   mistakes that nothing explains  listing     source with the lines that messages name
    feedback   one student's page              dashboard   the class's page
    pages      templates, policy, files

Everything here is a function of results.json, `sources/` and `pictures/`: the same results give the same bytes.
Templates and all HTML lie in `templates/report/`.
"""
