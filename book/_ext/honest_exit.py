"""Un avertissement fait échouer cette construction et les suivantes, jusqu’à sa correction.

Avec `-W --keep-going`, Sphinx range les pages lues malgré leurs avertissements ; la construction suivante,
qui ne les relit pas, réussirait en silence. On lui fait oublier son état : tout sera relu (les sorties,
elles, viennent du cache d’exécution).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import ENV_PICKLE_FILENAME, Sphinx


def forget_state(app: Sphinx, exception: Exception | None) -> None:
    """Efface l’état retenu par Sphinx dès qu’il y a eu un avertissement."""
    if exception is None and app._warncount:
        Path(app.doctreedir, ENV_PICKLE_FILENAME).unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, Any]:
    """Agit à la toute fin, quand les avertissements de l’écriture sont comptés eux aussi."""
    app.connect("build-finished", forget_state, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
