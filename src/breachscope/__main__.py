"""`python -m breachscope`."""

from breachscope.cli import main

main()
