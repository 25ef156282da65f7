"""Le texte des modules que cite une pile d’appels, lu une fois : importer ce module en dernier, dans un parent chaud.

`torch.manual_seed` écrit, à chaque appel, la pile d’appels qui y mène, et la recommence pour chaque sorte de GPU. Une
copie qui devait lire ces textes y passait dix millisecondes.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Iterable

CITED = (
    "IPython.core.async_helpers",
    "IPython.core.interactiveshell",
    "coursekit.grading.execute.student.cells",
    "coursekit.grading.execute.student.serve",
    "coursekit.grading.execute.trusted.serve",
    "coursekit.grading.sandbox.birth",
    "torch._compile",
    "torch._dynamo.eval_frame",
    "torch.cuda.random",
    "torch.mtia",
    "torch.random",
    "torch.xpu",
    "torch.xpu.random",
)


def remember(names: Iterable[str]) -> None:
    """Retient le texte de ceux de ces modules qui sont chargés."""
    for name in names:
        if (path := getattr(sys.modules.get(name), "__file__", None)) is not None:
            linecache.getlines(path)


remember(CITED)
