"""Synthetic cases with their truth: evidence in the disorder real evidence has, and the scores."""

from breachscope.exercise.actor_score import actor_scores, doers
from breachscope.exercise.answer_score import all_stretches, answer_score
from breachscope.exercise.build import ExercisePaths, write_exercise
from breachscope.exercise.control_score import control_scores
from breachscope.exercise.integrity_score import integrity_scores
from breachscope.exercise.leak_score import leak_scores
from breachscope.exercise.score import Run, Scores, Truth, read_truth, scores

__all__ = [
    "ExercisePaths",
    "Run",
    "Scores",
    "Truth",
    "actor_scores",
    "all_stretches",
    "answer_score",
    "control_scores",
    "doers",
    "integrity_scores",
    "leak_scores",
    "read_truth",
    "scores",
    "write_exercise",
]
