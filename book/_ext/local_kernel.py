"""Les cellules s’exécutent dans le noyau de l’environnement du livre, à l’abri des réglages personnels.

Sans cela, un noyau « python3 » installé pour l’utilisateur passerait devant celui de `.venv`, et les
fichiers de démarrage de `~/.ipython` changeraient ce que le livre affiche. ipykernel prévient aussi, à
chaque chapitre, que ses messages passent par TCP sans chiffrement : ils ne quittent pas la machine, on ne
garde donc que ses erreurs. Enfin, les fils de PyTorch qui s’attendent
ne tournent à vide qu’un instant avant de dormir : c’est aussi rapide sur une machine libre, et plusieurs fois plus sur
une machine chargée.
"""

from __future__ import annotations

import os
import tempfile
from functools import partial
from typing import Any

from myst_nb.core.execute import cache
from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    """Choisit le noyau de l’environnement, un dossier IPython neuf et un journal discret."""
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    os.environ["IPYTHONDIR"] = tempfile.mkdtemp(prefix="livre-ipython-")
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")
    cache.single_nb_execution = partial(cache.single_nb_execution, extra_arguments=["--log-level=ERROR"])
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
