"""The queue of what needs a person: open questions, what hangs on each, the rulings on them.

Pure functions from a run's tables to questions. A ruling carries the digest of what it rested
on; where that has changed since, its question comes back.
"""
