"""Entraîner un réseau : une boucle courte, une recette, un journal, et la reprise exacte d’un entraînement interrompu.

>>> from coursekit.training import Recipe, Sgd, fit
>>> history = fit(model, train, Recipe(epochs=5, optimizer=Sgd(lr=0.05)), validation=test)
>>> history.plot()
"""

from coursekit.training.history import Epoch, History
from coursekit.training.loop import Score, evaluate, fit, train_epoch
from coursekit.training.recipe import Adam, Recipe, Sgd
from coursekit.training.schedules import Constant, Cosine, Schedule, Steps

__all__ = [
    "Adam",
    "Constant",
    "Cosine",
    "Epoch",
    "History",
    "Recipe",
    "Schedule",
    "Score",
    "Sgd",
    "Steps",
    "evaluate",
    "fit",
    "train_epoch",
]
