"""Les filtres réglés à la main : un catalogue de valeurs, et trois familles à paramètres.

Source : cours CNN I, diapos « Exemple convolution » et « Exemples filtres hand-tuned ».
Le signe est celui de la diapo : les filtres de bordure répondent positivement quand l’image s’éclaircit de gauche
à droite, ou de haut en bas.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coursekit.errors import UnknownNameError
from coursekit.filters.inputs import FloatArray, as_number, as_size


@dataclass(frozen=True)
class Kernel:
    """Un filtre nommé : sa matrice, ligne par ligne, ce qu’il fait et d’où il vient."""

    name: str
    title: str
    rows: tuple[tuple[float, ...], ...]
    source: str

    @property
    def values(self) -> FloatArray:
        """La matrice, hauteur × largeur, en copie libre."""
        return np.array(self.rows, dtype=np.float64)


KERNELS = (
    Kernel("identity", "Identité", ((0, 0, 0), (0, 1, 0), (0, 0, 0)), "définition"),
    Kernel(
        "prewitt-vertical",
        "Prewitt, bordures verticales",
        ((-1, 0, 1), (-1, 0, 1), (-1, 0, 1)),
        "J. Prewitt, 1970 ; cours CNN I, « Exemples filtres hand-tuned »",
    ),
    Kernel(
        "prewitt-horizontal",
        "Prewitt, bordures horizontales",
        ((-1, -1, -1), (0, 0, 0), (1, 1, 1)),
        "J. Prewitt, 1970 ; cours CNN I, « Exemples filtres hand-tuned »",
    ),
    Kernel(
        "sobel-vertical",
        "Sobel, bordures verticales",
        ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
        "I. Sobel et G. Feldman, 1968 ; cours CNN I, « Exemple convolution »",
    ),
    Kernel(
        "sobel-horizontal",
        "Sobel, bordures horizontales",
        ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
        "I. Sobel et G. Feldman, 1968",
    ),
    Kernel(
        "laplacian", "Laplacien", ((0, 1, 0), (1, -4, 1), (0, 1, 0)), "différences finies, quatre voisins"
    ),
    Kernel("sharpen", "Netteté", ((0, -1, 0), (-1, 5, -1), (0, -1, 0)), "identité moins laplacien"),
    Kernel(
        "emboss", "Relief", ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)), "identité plus une différence en diagonale"
    ),
)


def kernel(name: str) -> FloatArray:
    """La matrice du filtre `name` du catalogue `KERNELS`, hauteur × largeur.

    Raises:
        UnknownNameError: aucun filtre ne porte ce nom.
    """
    for entry in KERNELS:
        if entry.name == name:
            return entry.values
    raise UnknownNameError("filtre", name, (entry.name for entry in KERNELS))


def box(size: int) -> FloatArray:
    """Flou uniforme : `size` × `size` poids égaux, de somme 1.

    Raises:
        ArgumentError: `size` n’est pas un entier d’au moins 1.
    """
    size = as_size(size, "La taille du filtre")
    return np.full((size, size), 1.0 / size**2)


def gaussian(sigma: float, *, size: int | None = None) -> FloatArray:
    """Flou gaussien : exp(−(x² + y²) / 2σ²), échantillonné au centre des pixels puis ramené à une somme de 1.

    Args:
        sigma: écart type σ, en pixels.
        size: côté du filtre, en pixels ; sans lui, le plus petit nombre impair qui couvre 3 σ de chaque côté.

    Raises:
        ArgumentError: `sigma` n’est pas positif, ou `size` n’est pas un entier d’au moins 1.
    """
    sigma = as_number(sigma, "L’écart type sigma", above=0.0)
    x, y = _grid(_odd_cover(3 * sigma) if size is None else as_size(size, "La taille du filtre"))
    weights: FloatArray = np.exp(-(x**2 + y**2) / (2 * sigma**2))
    normalized: FloatArray = weights / weights.sum()
    return normalized


def gabor(
    wavelength: float,
    angle: float = 0.0,
    *,
    phase: float = 0.0,
    sigma: float | None = None,
    aspect: float = 0.5,
    size: int | None = None,
) -> FloatArray:
    """Filtre de Gabor : une onde plane vue à travers une fenêtre gaussienne, de somme nulle.

    Avec x′ compté dans la direction `angle` et y′ dans la direction perpendiculaire :
    exp(−(x′² + aspect² · y′²) / 2σ²) · (cos(2π x′ / wavelength + phase) − c). La constante c rend la somme nulle,
    sans quoi le filtre répondrait aussi à une plage uniforme ; l’échelle rend égale à 1 la somme des valeurs absolues,
    si bien que la réponse sur une image de [0, 1] reste entre −½ et ½.
    Source : J. Daugman, 1985 ; valeurs par défaut de N. Petkov et P. Kruizinga, 1997.

    Args:
        wavelength: longueur d’onde, en pixels par période, au moins 2.
        angle: direction dans laquelle l’onde varie, en degrés. À 0 elle varie de gauche à droite (le filtre cherche
            des traits verticaux) ; à 90, de haut en bas. L’angle croît de la droite vers le bas de l’image.
        phase: en degrés. À 0 le filtre est pair et cherche un trait clair ; à −90 il est impair et cherche un
            passage du sombre au clair.
        sigma: écart type de la fenêtre dans la direction `angle`, en pixels ; sans lui, 0,56 · wavelength, soit une
            bande passante d’une octave.
        aspect: rapport des écarts types ; sous 1, la fenêtre s’allonge le long des traits.
        size: côté du filtre, en pixels ; sans lui, le plus petit nombre impair qui couvre 3 écarts types partout.

    Raises:
        ArgumentError: un paramètre n’est pas un nombre, n’est pas positif, ou la longueur d’onde passe sous 2 pixels.
    """
    wavelength = as_number(wavelength, "La longueur d’onde", at_least=2.0)
    theta, shift = np.deg2rad(as_number(angle, "L’angle")), np.deg2rad(as_number(phase, "La phase"))
    sigma = as_number(0.56 * wavelength if sigma is None else sigma, "L’écart type sigma", above=0.0)
    aspect = as_number(aspect, "Le rapport aspect", above=0.0)
    reach = 3 * sigma / min(aspect, 1.0)
    x, y = _grid(_odd_cover(reach) if size is None else as_size(size, "La taille du filtre"))
    along = x * np.cos(theta) + y * np.sin(theta)
    across = -x * np.sin(theta) + y * np.cos(theta)
    window = np.exp(-(along**2 + (aspect * across) ** 2) / (2 * sigma**2))
    wave = np.cos(2 * np.pi * along / wavelength + shift)
    values: FloatArray = window * (wave - np.sum(window * wave) / window.sum())
    scaled: FloatArray = values / np.abs(values).sum()
    return scaled


def _grid(size: int) -> tuple[FloatArray, FloatArray]:
    """Abscisses et ordonnées des centres des pixels, comptées du milieu du filtre (entre deux si `size` est pair)."""
    offsets = np.arange(size, dtype=np.float64) - (size - 1) / 2
    return offsets[None, :], offsets[:, None]


def _odd_cover(reach: float) -> int:
    return 2 * int(np.ceil(reach)) + 1
