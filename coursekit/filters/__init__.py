"""Les filtres classiques, écrits pour être lus : l’outil de laboratoire du chapitre « Filtres et corrélation ».

NumPy seul est chargé ; scikit-image ne l’est que pour ouvrir une photographie.
"""

from coursekit.filters.correlation import convolve, correlate, correlate_bank, correlate_normalized, flip
from coursekit.filters.kernels import KERNELS, Kernel, box, gabor, gaussian, kernel
from coursekit.filters.photos import PHOTOS, Photo, load_photo

__all__ = [
    "KERNELS",
    "PHOTOS",
    "Kernel",
    "Photo",
    "box",
    "convolve",
    "correlate",
    "correlate_bank",
    "correlate_normalized",
    "flip",
    "gabor",
    "gaussian",
    "kernel",
    "load_photo",
]
