"""What torch says to each question of the bank that has no program of its own to run: from parameters to the answer.

Nothing here is the formula of quiz.py: tensors are made, viewed, multiplied and differentiated, optimizers step,
layers are built and their parameters counted, and where chance is involved, it is drawn.
"""

from quiz.truths_of_descent import DESCENT
from quiz.truths_of_losses import LOSSES_AND_GRADIENTS
from quiz.truths_of_tensors import TENSORS
from quiz.truths_of_training import TRAINING

TRUTHS = TENSORS | DESCENT | LOSSES_AND_GRADIENTS | TRAINING

# How far apart chance, a search or a float may put the two, relative to the answer; elsewhere 1e-6.
ROUGH = {
    "quiz02/largest-rate": 0.01,
    "quiz03/overflow/largest": 0.002,
    "quiz03/outlier/squares": 0.01,
    "quiz05/dropout/average": 0.01,
    "quiz05/init-recipes/xavier": 0.005,
    "quiz05/init-recipes/kaiming": 0.01,
    "quiz05/spread": 0.02,
    "quiz05/batch-norm/value": 1e-4,
}
