"""The report: one HTML file a lawyer can read offline, and the lineage behind it."""
