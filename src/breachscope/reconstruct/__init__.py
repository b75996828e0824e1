"""Timeline, coverage, extraction and egress: what was fetched, when, and what speaks for it."""
