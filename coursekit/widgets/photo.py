"""L’explorateur des filtres : la photographie du cours, ou celle du lecteur, filtrée dans la page."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import TYPE_CHECKING, Literal

from coursekit.afm import Widget
from coursekit.errors import ArgumentError, UnknownNameError
from coursekit.questions.family import Figure
from coursekit.questions.figures import svg
from coursekit.widgets.still import still

if TYPE_CHECKING:
    from coursekit.filters.inputs import FloatArray

Border = Literal["zeros", "replicate"]

SIDE, STILL_SIDE = 192, 128
"""Côté de la photographie dans la page, et de ses deux vignettes sur papier, en pixels."""

GRADIENT = ("sobel-vertical", "sobel-horizontal")
"""Les deux filtres dont on prend la norme : Gx, Gy."""

COMPUTED = {"norm": "la norme du gradient", "mean": "la moyenne", "gaussian": "le flou gaussien"}
"""Les filtres que la page construit elle-même."""


def explore_photo(kernel: str = "sobel-vertical", border: Border = "replicate") -> Widget:
    """Un explorateur : le lecteur choisit une photo et un filtre, en change les poids, et lit chaque réponse.

    `kernel` est un nom de `coursekit.filters.KERNELS`, ou « norm », « mean », « gaussian » ; `border` est ce que l’on
    suppose hors de l’image.

    Raises:
        UnknownNameError: ce filtre n’existe pas.
        ArgumentError: `border` n’est ni « zeros » ni « replicate ».
        MissingDependencyError: scikit-image n’est pas installé.
    """
    from coursekit.filters import KERNELS, PHOTOS, load_photo

    known = [entry.name for entry in KERNELS] + list(COMPUTED)
    if kernel not in known:
        raise UnknownNameError("Filtre", kernel, known)
    if border not in ("zeros", "replicate"):
        raise ArgumentError(f"Hors de l’image : {border!r}. Choisissez « zeros » ou « replicate ».")
    photo = load_photo("camera")
    title = next(entry.title for entry in PHOTOS if entry.name == "camera").split(",")[0]
    state = {
        "picture": {"src": data_url(photo, SIDE), "title": title},
        "kernels": [
            {"name": entry.name, "title": entry.title, "rows": [list(row) for row in entry.rows]}
            for entry in KERNELS
        ],
        "gradient": list(GRADIENT),
        "kernel": kernel,
        "border": border,
    }
    return Widget("photo", state, _still(photo, title))


def data_url(image: FloatArray, side: int) -> str:
    """Une image carrée de [0, 1], réduite à `side` pixels et écrite dans une adresse `data:`."""
    from PIL import Image

    grey = Image.fromarray((255 * image).round().astype("uint8"))
    file = BytesIO()
    grey.resize((side, side), Image.Resampling.LANCZOS).save(file, "WEBP", quality=60)
    return f"data:image/webp;base64,{b64encode(file.getvalue()).decode()}"


def _still(photo: FloatArray, title: str) -> str:
    """La photographie, et la norme de son gradient à la taille des vignettes."""
    from coursekit.filters import correlate, kernel

    block = len(photo) // STILL_SIDE
    small = photo.reshape(STILL_SIDE, block, STILL_SIDE, block).mean(axis=(1, 3))
    across, down = (correlate(small, kernel(name), padding="same", border="replicate") for name in GRADIENT)
    strength: FloatArray = (across**2 + down**2) ** 0.5
    pictures = [
        ("Entrée", data_url(small, STILL_SIDE)),
        ("Norme du gradient", data_url(strength / strength.max(), STILL_SIDE)),
    ]
    shown, gap = 240, 24
    body = "".join(
        f'<text x="{12 + i * (shown + gap) + shown // 2}" y="22">{name}</text>'
        f'<image x="{12 + i * (shown + gap)}" y="32" width="{shown}" height="{shown}" href="{address}"/>'
        for i, (name, address) in enumerate(pictures)
    )
    alt = (
        f"À gauche, {title}, devant une pelouse. À droite, la norme de son gradient : "
        "des traits clairs le long de la silhouette et du trépied, du noir dans le ciel uni."
    )
    sentence = (
        "Les poids d’un filtre de Sobel ont une somme nulle : une plage uniforme lui répond 0, "
        "et seuls les contours restent."
    )
    return still(
        "Des filtres sur une photo", Figure(svg(24 + 2 * shown + gap, shown + 44, body, alt), alt), sentence
    )
