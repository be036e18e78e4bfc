"""The formats that programs and platforms read: one module a format, each a pure function of reports and a view.

`shown` says what of a report a format may show, and in which words; a format only lays it out, and passes every text
through the function of `grader.report.escape` that is its output's.
"""
