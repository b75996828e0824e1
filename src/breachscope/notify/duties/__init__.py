"""Duties to report and notify: from what left, and who knew when, to who must be told by when.

Pure functions. The rules are data (`breachscope.jurisdictions`); nothing here knows a law.
"""
