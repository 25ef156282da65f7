"""L’aperçu d’un professeur : une page où chaque question se voit avec ses explications et sa solution, et s’écarte.

La page se suffit : ni réseau, ni bibliothèque. Ce qu’on y écarte se télécharge en une liste (`rejected`), que
`coursekit questions generate --reject` et l’aperçu suivant reprennent.
"""

from __future__ import annotations

from coursekit.questions.preview.page import page
from coursekit.questions.preview.rejected import read_rejected, rejected_line

__all__ = ["page", "read_rejected", "rejected_line"]
