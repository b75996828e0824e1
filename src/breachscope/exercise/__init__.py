"""Synthetic cases with their truth: evidence in the disorder real evidence has, and the scores."""

from breachscope.exercise.build import ExercisePaths, write_exercise

__all__ = ["ExercisePaths", "write_exercise"]
