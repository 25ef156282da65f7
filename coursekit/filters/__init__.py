"""Les filtres classiques, écrits pour être lus : l’outil de laboratoire du chapitre « Filtres et corrélation ».

NumPy seul est chargé ; scikit-image ne l’est que pour ouvrir une photographie.
"""

from .correlation import convolve, correlate, correlate_bank, correlate_normalized, flip
from .kernels import KERNELS, Kernel, box, gabor, gaussian, kernel
from .photos import PHOTOS, Photo, load_photo

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
