"""De vraies photographies que l’on peut redistribuer, livrées avec scikit-image : aucun téléchargement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coursekit.errors import UnknownNameError, require
from coursekit.filters.inputs import FloatArray


@dataclass(frozen=True)
class Photo:
    """Une photographie de `skimage.data` : ce qu’elle montre, son auteur et sa licence."""

    name: str
    title: str
    author: str
    licence: str


PHOTOS = (
    Photo("camera", "un photographe et son trépied, 512 × 512, en niveaux de gris", "Lav Varshney", "CC0"),
    Photo("chelsea", "la chatte Chelsea, 300 × 451, en couleur", "Stefan van der Walt", "CC0"),
)


def load_photo(name: str = "camera", *, color: bool = False) -> FloatArray:
    """Ouvre une photographie du catalogue `PHOTOS`, valeurs de 0 (noir) à 1 (blanc).

    « camera » (Lav Varshney) et « chelsea » (Stefan van der Walt) sont sous licence CC0, sans restriction d’usage :
    c’est ce que disent `skimage.data.camera` et `skimage.data.chelsea`, dont les fichiers sont dans le paquet.

    Args:
        color: rend les trois canaux rouge, vert et bleu plutôt que la luminance.

    Returns:
        Hauteur × largeur ; avec `color`, 3 × hauteur × largeur (une image grise y répète trois fois son canal).

    Raises:
        UnknownNameError: aucune photographie ne porte ce nom.
        MissingDependencyError: scikit-image n’est pas installé.
    """
    known = [photo.name for photo in PHOTOS]
    if name not in known:
        raise UnknownNameError("nom de photographie", name, known)
    require("skimage", "filters")
    from skimage import data
    from skimage.color import rgb2gray

    pixels = np.asarray(getattr(data, name)(), dtype=np.float64) / 255
    gray = pixels.ndim == 2
    if color:
        return np.stack([pixels] * 3) if gray else np.moveaxis(pixels, -1, 0)
    if gray:
        return pixels
    # Les poids de skimage.color.rgb2gray : la luminance Y de la recommandation UIT-R BT.709.
    return np.asarray(rgb2gray(pixels), dtype=np.float64)
