"""Les oracles de la banque de questions : pour chaque famille, PyTorch ou NumPy exécutés sur les mêmes paramètres.

Un fichier par thème, qui offre `ORACLES` : le nom d’une famille et une fonction de ses paramètres (elle ne nomme que
ceux dont elle se sert). Elle renvoie la valeur attendue, ou un tuple de valeurs pour une famille à parties ; elle
n’appelle rien de `coursekit.arithmetic` : une formule comparée à elle-même ne prouve rien.
"""

from importlib import import_module
from pathlib import Path

ORACLES = {}
for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
    ORACLES |= import_module(f"question_oracles.{path.stem}").ORACLES
