"""A case on disk: its folder, its ledger, its decisions, its runs."""
