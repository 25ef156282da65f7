"""Suivre un volume à travers plusieurs couches : un petit réseau en schéma, et des réseaux réels."""

from __future__ import annotations

from coursekit.arithmetic import Misconception, output_size
from coursekit.questions.answers import TensorShape
from coursekit.questions.diagrams import blocks
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family


def _after(size: int, kernel: int, stride: int, padding: int, pool: int, last: int) -> int:
    """La largeur après une convolution, un max pooling jointif, et une convolution à pas 1 sans padding."""
    return output_size(output_size(output_size(size, kernel, stride, padding), pool, pool), last)


CHAIN = Family(
    id="conv.chain",
    title="Suivre un volume à travers trois couches",
    topic="tailles",
    level=2,
    time_s=180,
    points=2,
    source="CNN I, « CNN : idée de base »",
    objectives=("Suivre la forme d’un volume à travers un petit réseau.",),
    tags=("schéma",),
    domain={
        "size": choices(32, 48, 64, 96, 128),
        "kernel": choices(3, 5, 7),
        "stride": choices(1, 2),
        "padding": integers(0, 2),
        "filters": choices(8, 16, 24),
        "pool": choices(2, 3),
        "last": choices(3, 5),
        "last_filters": choices(32, 48, 64),
    },
    answer=lambda size, kernel, stride, padding, pool, last, last_filters: TensorShape(
        (*(_after(size, kernel, stride, padding, pool, last),) * 2, last_filters)
    ),
    mistakes=(
        Misconception(
            "chain.first-input",
            lambda size, last, last_filters: (*(output_size(size, last),) * 2, last_filters),
            "Vous avez appliqué la dernière couche à l’image. Chaque couche lit la sortie de celle qui la précède.",
        ),
        Misconception(
            "chain.no-pooling",
            lambda size, kernel, stride, padding, last, last_filters: (
                *(output_size(output_size(size, kernel, stride, padding), last),) * 2,
                last_filters,
            ),
            "Vous avez sauté le pooling : il réduit aussi la hauteur et la largeur.",
        ),
        Misconception(
            "chain.no-stride",
            lambda size, kernel, stride, padding, pool, last, last_filters: (
                (*(_after(size, kernel, 1, padding, pool, last),) * 2, last_filters) if stride > 1 else None
            ),
            "Vous avez oublié le pas de la première convolution : elle avance de {stride} pixels à la fois.",
        ),
        Misconception(
            "chain.no-padding",
            lambda size, kernel, stride, padding, pool, last, last_filters: (
                (*(_after(size, kernel, stride, 0, pool, last),) * 2, last_filters) if padding else None
            ),
            "Vous avez oublié le padding de la première convolution : P = {padding} de chaque côté.",
        ),
        Misconception(
            "chain.last-edge-lost",
            lambda size, kernel, stride, padding, pool, last_filters: (
                *(output_size(output_size(size, kernel, stride, padding), pool, pool),) * 2,
                last_filters,
            ),
            "La dernière convolution n’a pas de padding : elle perd F − 1 pixels, avec F = {last}.",
        ),
        Misconception(
            "chain.multiplied-channels",
            lambda size, kernel, stride, padding, pool, last, filters, last_filters: (
                *(_after(size, kernel, stride, padding, pool, last),) * 2,
                filters * last_filters,
            ),
            "Vous avez multiplié les nombres de filtres. La profondeur d’une sortie est le nombre de filtres de la "
            "dernière couche traversée.",
        ),
        Misconception(
            "chain.channels-first",
            lambda size, kernel, stride, padding, pool, last, last_filters: (
                last_filters,
                *(_after(size, kernel, stride, padding, pool, last),) * 2,
            ),
            "Ce sont les bons nombres, dans l’ordre de PyTorch (C, H, W). On demande hauteur, largeur, canaux.",
        ),
    ),
    statement=lambda: (
        "Le schéma donne un petit réseau ; S est le pas, P le padding de chaque côté, et ce qui n’est pas écrit vaut "
        "S = 1 et P = 0. Quelle est la forme du volume qui en sort (hauteur × largeur × canaux) ? Si un pas ne tombe "
        "pas juste, les derniers pixels sont ignorés."
    ),
    figure=lambda size, kernel, stride, padding, filters, pool, last, last_filters: blocks(
        (
            ("Image", f"{size}×{size}×3"),
            (
                "Convolution",
                f"{filters} filtres {kernel}×{kernel}",
                f"S = {stride}, P = {padding}",
            ),
            ("Max pooling", f"{pool}×{pool}", f"S = {pool}"),
            ("Convolution", f"{last_filters} filtres {last}×{last}"),
        )
    ),
    solution=lambda size, kernel, stride, padding, filters, pool, last, last_filters, answer: (
        f"Première convolution : {output_size.explain(size, kernel, stride, padding)} Elle rend {filters} canaux.",
        f"Max pooling : {output_size.explain(output_size(size, kernel, stride, padding), pool, pool)} "
        "Les canaux restent les mêmes.",
        "Deuxième convolution : "
        + output_size.explain(
            output_size(output_size(size, kernel, stride, padding), pool, pool),
            last,
        ),
        f"Il y a {last_filters} filtres, donc {last_filters} canaux : le volume de sortie est {answer.shown()}.",
    ),
    hints=("Écrivez la forme du volume après chaque bloc.", "Un pooling ne change pas le nombre de canaux."),
)

FAMILIES = (CHAIN,)
