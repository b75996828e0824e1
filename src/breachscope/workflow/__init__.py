"""What runs the stages: alone reads, collects, writes and shows progress.

One module a job: `start`, `adding`, `running`, `showing`, `deciding`, `packaging`,
`demonstrating` are what the commands call; the rest is what they share.
"""
