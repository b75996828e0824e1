"""Leaked lists matched to their source: the place of the next piece, empty for now.

Takes `leak` evidence and the distinct records of `people.identity`; gives MATCHES and
SOURCES of `breachscope.schema`, which `reconstruct.seized.open_grounds` shows how to bring
into the scope: as SEGMENTS on a ground of their own.
"""
