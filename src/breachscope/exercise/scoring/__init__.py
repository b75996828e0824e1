"""What a case found, held against what the simulated people did: nothing the writing needs."""

from breachscope.exercise.scoring.actors import actor_scores, doers
from breachscope.exercise.scoring.answers import all_stretches, answer_score
from breachscope.exercise.scoring.controls import control_scores
from breachscope.exercise.scoring.counts import Run, Scores, Truth, read_truth, scores
from breachscope.exercise.scoring.integrity import integrity_scores
from breachscope.exercise.scoring.leaks import leak_scores

__all__ = [
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
]
