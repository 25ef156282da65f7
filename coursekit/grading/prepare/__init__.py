"""Préparer une copie : des octets du notebook remis, et de celui de l’enseignant, aux cellules à exécuter.

`read_reference(octets)` lit une fois le notebook de l’enseignant ; `prepare(référence, octets)` prépare une copie. Ce
sont des fonctions pures : ni disque, ni carnet de notes, ni nbgrader. Une copie dupliquée, mélangée, effacée ou
ré-étiquetée donne les mêmes cellules ; un fichier illisible donne un verdict, jamais une exception.

Ce qui diffère de nbgrader, pour une copie honnête :

- une réponse effacée est remise vide et vaut 0, au lieu d’attendre l’enseignant ou de faire échouer la copie ;
- une cellule libre de l’enseignant est remise si l’élève l’a effacée ; les cellules déplacées retrouvent leur ordre ;
- des métadonnées de l’élève, rien ne reste ; de ses pièces jointes, les images, car une réponse peut être un dessin ;
- un notebook au format 3 n’est pas converti : il est à réenregistrer.
"""

from __future__ import annotations

from coursekit.grading.prepare.graft import fill, graft
from coursekit.grading.prepare.identify import identify
from coursekit.grading.prepare.notebook import to_notebook
from coursekit.grading.prepare.reading import DEFAULT_LIMITS, Limits, UnreadableError, read_cells
from coursekit.grading.prepare.reference import Recorded, Reference, ReferenceCell, read_reference
from coursekit.grading.prepare.regions import Markers, Region
from coursekit.grading.prepare.remarks import remarks
from coursekit.grading.vocabulary import Prepared, Status, Verdict

__all__ = [
    "DEFAULT_LIMITS",
    "Limits",
    "Markers",
    "Recorded",
    "Reference",
    "ReferenceCell",
    "Region",
    "prepare",
    "read_reference",
    "to_notebook",
]

_MISSING = Verdict(Status.MISSING, "Ce notebook n’a pas été remis.")


def prepare(reference: Reference, submitted: bytes | None, limits: Limits = DEFAULT_LIMITS) -> Prepared:
    """Greffe une copie sur le notebook de l’enseignant ; `None` : rien n’a été remis.

    Ne lève rien, quels que soient les octets.
    """
    if submitted is None:
        return _nothing(reference, _MISSING)
    try:
        cells = read_cells(submitted, limits)
    except UnreadableError as error:
        return _nothing(reference, Verdict(Status.UNREADABLE, str(error)))
    slots = reference.cells
    matching = identify(slots, cells)
    claims = matching.claims()
    filled = [fill(slot, claims.get(rank, ()), cells) for rank, slot in enumerate(slots)]
    return Prepared(
        verdict=Verdict(),
        cells=tuple(graft(slots, cells, matching, filled)),
        remarks=tuple(remarks(slots, cells, matching, filled)),
        kernelspec=reference.kernelspec,
        max_score=reference.max_score,
    )


def _nothing(reference: Reference, verdict: Verdict) -> Prepared:
    return Prepared(verdict, (), (), reference.kernelspec, reference.max_score)
