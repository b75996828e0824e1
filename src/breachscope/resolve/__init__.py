"""Who is the same person: keys, rungs of a policy, components.

Lies below the stages, so that counting and linkage judge by the very same means.
"""
