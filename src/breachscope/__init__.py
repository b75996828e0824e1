"""Reconstruct which personal records left with an insider, and count the people behind them."""

__version__ = "0.1.0"
