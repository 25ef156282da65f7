"""La corrélation croisée et ses proches : ce qu’un réseau « convolutif » calcule, écrit en NumPy.

Source : cours CNN I, diapos « Convolution », « Exemple convolution » et « Filtres convolutifs ».
Les images sont indexées `[ligne, colonne]`, les volumes `[canal, ligne, colonne]`, comme dans PyTorch.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from coursekit.errors import ShapeError, UnknownNameError
from coursekit.filters.inputs import FloatArray, as_array, size_text

Padding = Literal["valid", "same", "full"]
Border = Literal["zeros", "reflect", "replicate", "circular"]

# Nos noms sont ceux de torch.nn.Conv2d ; NumPy a les siens.
_NUMPY_MODES: Mapping[str, Literal["constant", "reflect", "edge", "wrap"]] = MappingProxyType(
    {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
)


def correlate(
    image: npt.ArrayLike,
    kernel: npt.ArrayLike,
    *,
    padding: Padding = "valid",
    border: Border = "zeros",
) -> FloatArray:
    """Corrélation croisée d’une image par un filtre.

    S[y, x] = Σᵢ Σⱼ I[y + i, x + j] · F[i, j]

    Args:
        image: hauteur × largeur, H × W.
        kernel: le filtre, de taille quelconque, F lignes.
        padding: « valid », le filtre reste dans l’image : H − F + 1 lignes ;
            « same », la sortie a la taille de l’image (F impair) ;
            « full », toutes les positions où filtre et image se touchent :
            H + F − 1 lignes.
        border: ce que l’on suppose hors de l’image : « zeros »,
            « reflect », « replicate » ou « circular ».

    Raises:
        ArgumentError: une valeur n’est pas un nombre réel fini.
        ShapeError: dimensions fausses, filtre plus grand que l’image,
            filtre de taille paire avec « same ».
        UnknownNameError: `padding` ou `border` ne figure pas ci-dessus.
    """
    pixels = as_array(image, "L’image", 2)
    weights = as_array(kernel, "Le filtre", 2)
    pixels = _pad(pixels, weights.shape, padding, border)
    # windows[y, x, i, j] = pixels[y + i, x + j]
    windows = sliding_window_view(pixels, weights.shape)
    response: FloatArray = np.einsum("yxij,ij->yx", windows, weights)
    return response


def flip(kernel: npt.ArrayLike) -> FloatArray:
    """Retourne le filtre dans les deux directions : un demi-tour, F[−i, −j].

    Raises:
        ArgumentError, ShapeError: `kernel` n’est pas un tableau de nombres à deux dimensions.
    """
    return as_array(kernel, "Le filtre", 2)[::-1, ::-1]


def convolve(
    image: npt.ArrayLike,
    kernel: npt.ArrayLike,
    *,
    padding: Padding = "valid",
    border: Border = "zeros",
) -> FloatArray:
    """Convolution au sens strict : corrélation par le filtre retourné.

    S[y, x] = Σᵢ Σⱼ I[y − i, x − j] · F[i, j]

    Mêmes arguments et mêmes erreurs que `correlate`.
    """
    return correlate(image, flip(kernel), padding=padding, border=border)


def correlate_bank(
    volume: npt.ArrayLike,
    bank: npt.ArrayLike,
    bias: npt.ArrayLike | None = None,
    *,
    padding: Padding = "valid",
    border: Border = "zeros",
) -> FloatArray:
    """Applique K filtres à un volume : la préactivation d’une couche convolutive.

    S[k, y, x] = b[k] + Σ_c Σᵢ Σⱼ I[c, y + i, x + j] · F[k, c, i, j]

    Source : cours CNN I, diapos « Banque de filtres convolutifs ».

    Args:
        volume: canaux × hauteur × largeur.
        bank: filtres × canaux × hauteur × largeur, avec autant de canaux que le volume.
        bias: un nombre par filtre ; sans lui, zéro.
        padding, border: comme dans `correlate`.

    Returns:
        Une carte par filtre : K × hauteur × largeur.

    Raises:
        ArgumentError, ShapeError, UnknownNameError: comme `correlate` ; aussi quand les canaux ou les biais ne
            sont pas en nombre voulu.
    """
    values, weights = as_array(volume, "Le volume", 3), as_array(bank, "La banque de filtres", 4)
    offsets = np.zeros(len(weights)) if bias is None else as_array(bias, "Le biais", 1)
    _check_bank(values, weights, offsets)
    values = _pad(values, weights.shape[2:], padding, border)
    windows = sliding_window_view(values, weights.shape[2:], axis=(1, 2))
    maps: FloatArray = np.einsum("cyxij,kcij->kyx", windows, weights)
    return maps + offsets[:, None, None]


def correlate_normalized(image: npt.ArrayLike, template: npt.ArrayLike) -> FloatArray:
    """Corrélation normalisée : le cosinus, entre −1 et 1, de l’angle entre la fenêtre et le patron, moyennes ôtées.

    Ni la luminosité ni le contraste de la fenêtre n’y comptent plus. Une fenêtre uniforme ne ressemble à rien : 0.
    Source : J. P. Lewis, « Fast Template Matching », Vision Interface, 1995.

    Args:
        image: hauteur × largeur, H × W.
        template: le patron cherché, h × w, non uniforme.

    Returns:
        (H − h + 1) × (W − w + 1) nombres entre −1 et 1.

    Raises:
        ArgumentError, ShapeError: comme `correlate` ; aussi quand le patron est uniforme.
    """
    pixels, pattern = as_array(image, "L’image", 2), as_array(template, "Le patron", 2)
    # Ôter une constante à l’image ne change pas le résultat, et évite de soustraire de très grands nombres ci-dessous.
    pixels, pattern = pixels - pixels[0, 0], pattern - pattern[0, 0]
    pattern -= pattern.mean()
    if not pattern.any():
        raise ShapeError("Le patron est uniforme : une fois sa moyenne ôtée, il n’en reste rien à chercher.")
    # Le patron étant de somme nulle, la moyenne de chaque fenêtre ne compte déjà plus dans ces produits.
    products = correlate(pixels, pattern)
    windows = sliding_window_view(pixels, pattern.shape)
    squares: FloatArray = np.einsum("yxij,yxij->yx", windows, windows)
    spread = squares - windows.sum(axis=(2, 3)) ** 2 / pattern.size
    uniform = spread <= 1e-12 * squares.max()
    cosines: FloatArray = products / np.sqrt(np.where(uniform, np.inf, spread) * np.sum(pattern**2))
    return np.clip(cosines, -1.0, 1.0)


def _check_bank(values: FloatArray, weights: FloatArray, offsets: FloatArray) -> None:
    filters, channels, *reach = weights.shape
    if channels != len(values):
        raise ShapeError(
            f"Les filtres ont {channels} canal(aux) et l’entrée en a {len(values)} : la profondeur d’un filtre est "
            f"toujours celle de son entrée. Donnez une banque de taille {size_text((filters, len(values), *reach))}."
        )
    if len(offsets) != filters:
        raise ShapeError(
            f"Il y a {filters} filtre{'s' * (filters > 1)} et {len(offsets)} biais : il faut un biais par filtre."
        )


def _pad(array: FloatArray, kernel_shape: tuple[int, ...], padding: str, border: str) -> FloatArray:
    """Élargit les deux derniers axes de `array` pour qu’un glissement « valid » donne la sortie demandée."""
    if padding not in ("valid", "same", "full"):
        raise UnknownNameError("padding", padding, ("valid", "same", "full"))
    if border not in _NUMPY_MODES:
        raise UnknownNameError("mode de bord", border, _NUMPY_MODES)
    if padding == "valid":
        _check_fits(array.shape[-2:], kernel_shape)
        return array
    if padding == "same" and not all(length % 2 for length in kernel_shape):
        raise ShapeError(
            f"Un filtre {size_text(kernel_shape)} n’a pas de pixel central : padding='same' demanderait d’ajouter "
            f"(F − 1) / 2 pixels de chaque côté, qui n’est pas entier. Prenez une taille impaire, ou padding='valid'."
        )
    margins = [(length - 1) // 2 if padding == "same" else length - 1 for length in kernel_shape]
    widths = [(0, 0)] * (array.ndim - 2) + [(margin, margin) for margin in margins]
    return np.pad(array, widths, mode=_NUMPY_MODES[border])


def _check_fits(image_shape: tuple[int, ...], kernel_shape: tuple[int, ...]) -> None:
    for axis, length, reach in zip(("hauteur", "largeur"), image_shape, kernel_shape, strict=True):
        if reach > length:
            left = f"{length - reach + 1}".replace("-", "−")
            raise ShapeError(
                f"Le filtre {size_text(kernel_shape)} ne tient pas dans l’image {size_text(image_shape)} : en {axis}, "
                f"la sortie aurait {length} − {reach} + 1 = {left} pixel. "
                "Prenez un filtre plus petit, ou padding='same'."
            )
