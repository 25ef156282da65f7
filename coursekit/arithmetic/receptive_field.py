"""Champ récepteur : ce qu’une unité voit de l’entrée, exactement, y compris quand le réseau se ramifie.

Trois entiers par dimension suffisent (Araujo, Norris et Sim, 2019) : la taille du champ, son `jump` (de combien de
pixels il se décale d’une unité à la suivante) et le pixel où commence celui de la première unité.
"""

from __future__ import annotations

from math import prod

from coursekit.arithmetic.formula import Misconception, formula
from coursekit.errors import ArgumentError, ShapeError
from coursekit.layers import Field, whole

Stack = tuple[tuple[int, int], ...]
"""Une pile de couches : des couples (taille du filtre F, pas S), de l’entrée vers la sortie."""

PaddedStack = tuple[tuple[int, int, int], ...]
"""La même avec le padding : des triplets (F, S, P)."""


def through_window(
    field: Field, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> Field:
    """Champ après une couche à fenêtre glissante (convolution ou pooling)."""
    return Field(
        size=field.size + dilation * (kernel_size - 1) * field.jump,
        jump=field.jump * stride,
        start=field.start - padding * field.jump,
    )


def through_everything(field: Field, units: int) -> Field:
    """Champ après une couche qui lit toutes les unités : elle voit leur réunion."""
    return Field(size=field.size + (units - 1) * field.jump, jump=0, start=field.start)


def union(fields: tuple[Field, ...]) -> Field:
    """Champ d’unités qui réunissent plusieurs chemins : du premier pixel vu au dernier.

    Raises:
        ShapeError: les chemins n’ont pas réduit l’image du même facteur.
    """
    everything = [field for field in fields if field.jump == 0]
    moving = [field for field in fields if field.jump != 0]
    if everything:  # un chemin qui voit toute l’image l’emporte
        return max(everything, key=lambda field: field.size)
    jumps = {field.jump for field in moving}
    if len(jumps) > 1:
        raise ShapeError(
            f"Les chemins n’ont pas la même réduction ({', '.join(str(j) for j in sorted(jumps))} pixels par unité) : "
            f"leurs unités ne regardent pas les mêmes endroits. Donnez-leur le même produit de pas."
        )
    start = min(field.start for field in moving)
    stop = max(field.start + field.size for field in moving)
    return Field(size=stop - start, jump=jumps.pop(), start=start)


def read_stack(layers: Stack) -> Stack:
    """Vérifie une pile de couples (F, S).

    Raises:
        ArgumentError: ce n’est pas une suite de couples d’entiers.
    """
    try:
        pairs = tuple((kernel, stride) for kernel, stride in layers)
    except (TypeError, ValueError):
        raise ArgumentError(
            f"Donnez une suite de couples (F, S), par exemple ((3, 1), (2, 2)) ; vous avez donné {layers!r}."
        ) from None
    return tuple(
        (whole(kernel, "La taille du filtre F"), whole(stride, "Le pas S")) for kernel, stride in pairs
    )


def _explain_receptive_field(result: int, layers: Stack) -> str:
    steps, size, step = [], 1, 1
    for index, (kernel, stride) in enumerate(layers, start=1):
        grown = size + (kernel - 1) * step
        steps.append(f"couche {index} : {size} + ({kernel} − 1)×{step} = {grown}")
        size, step = grown, step * stride
    return (
        "Chaque couche ajoute (F − 1) fois l’écart, en pixels de l’image, entre deux unités qu’elle lit. "
        f"On part de 1 pixel ; {' ; '.join(steps)}. Le champ récepteur est de {result} pixels."
    )


@formula(
    title="Champ récepteur d’une pile de couches",
    latex=r"R = 1 + \sum_{l=1}^{L} (F_l - 1) \prod_{i=1}^{l-1} S_i",
    worked=_explain_receptive_field,
    misconceptions=(
        Misconception(
            "receptive-field.sum",
            lambda layers: sum(kernel for kernel, _ in layers),
            "Vous avez additionné les tailles des filtres. Chaque couche n’ajoute que F − 1 pixels.",
        ),
        Misconception(
            "receptive-field.no-stride",
            lambda layers: 1 + sum(kernel - 1 for kernel, _ in layers),
            "Vous avez ignoré les pas. Après un pas S, deux unités voisines sont écartées de S pixels : "
            "F − 1 se multiplie par le produit des pas précédents.",
        ),
        Misconception(
            "receptive-field.own-stride",
            lambda layers: (
                1
                + sum(
                    (kernel - 1) * prod(stride for _, stride in layers[: index + 1])
                    for index, (kernel, _) in enumerate(layers)
                )
            ),
            "Vous avez compté le pas de la couche elle-même. Il n’écarte que les unités de la couche suivante.",
        ),
        Misconception(
            "receptive-field.product",
            lambda layers: prod(kernel for kernel, _ in layers),
            "Vous avez multiplié les tailles des filtres. Les champs s’ajoutent : R = 1 + Σ (F − 1)·(produit des pas).",
        ),
        Misconception(
            "receptive-field.last-layer",
            lambda layers: layers[-1][0] if layers else None,
            "C’est le champ dans la couche précédente. On demande ce que l’unité voit de l’image d’entrée.",
        ),
    ),
)
def receptive_field(layers: Stack) -> int:
    """Taille, en pixels, du champ récepteur d’une pile de couches (F, S) (diapositive « Champ récepteur »).

    Raises:
        ArgumentError: la pile n’est pas une suite de couples d’entiers.
    """
    field = Field()
    for kernel, stride in read_stack(layers):
        field = through_window(field, kernel, stride)
    return field.size


@formula(
    title="Écart entre deux unités voisines",
    latex=r"j = \prod_{l=1}^{L} S_l",
    worked=lambda result, layers: (
        f"Les pas se multiplient : {'×'.join(str(stride) for _, stride in layers) or '1'} = {result}. "
        f"Deux unités voisines regardent l’image à {result} pixels d’écart."
    ),
    misconceptions=(
        Misconception(
            "jump.sum",
            lambda layers: sum(stride for _, stride in layers),
            "Vous avez additionné les pas ; ils se multiplient, car chacun saute des unités déjà espacées.",
        ),
        Misconception(
            "jump.last",
            lambda layers: layers[-1][1] if layers else None,
            "C’est le pas de la dernière couche. Les pas des couches précédentes comptent aussi : ils se multiplient.",
        ),
    ),
)
def jump(layers: Stack) -> int:
    """Écart, en pixels de l’image, entre les champs de deux unités voisines d’une pile de couches (F, S)."""
    return prod(stride for _, stride in read_stack(layers))


def first_pixel_of(padded_layers: PaddedStack) -> int:
    """Le début du champ, sans vérifier la pile."""
    field = Field()
    for kernel, stride, padding in padded_layers:
        field = through_window(field, kernel, stride, padding)
    return field.start


def _read_padded(padded_layers: PaddedStack) -> PaddedStack:
    try:
        triples = tuple((kernel, stride, padding) for kernel, stride, padding in padded_layers)
    except (TypeError, ValueError):
        raise ArgumentError(
            f"Donnez une suite de triplets (F, S, P), par exemple ((3, 1, 1), (2, 2, 0)) ; "
            f"vous avez donné {padded_layers!r}."
        ) from None
    for *pair, padding in triples:
        read_stack(((pair[0], pair[1]),))
        whole(padding, "Le padding P", minimum=0)
    return triples


def _explain_first_pixel(result: int, padded_layers: PaddedStack) -> str:
    steps, step = [], 1
    for index, (_kernel, stride, padding) in enumerate(padded_layers, start=1):
        steps.append(f"couche {index} : {padding}×{step} = {padding * step}")
        step *= stride
    where = "au bord de l’image" if result == 0 else f"{-result} pixels avant l’image, dans le padding"
    return (
        "Chaque padding décale le début de P fois l’écart entre deux unités que la couche lit : "
        f"{' ; '.join(steps) or 'Aucune couche'}. Le champ de la première unité commence {where} : {result}."
    )


@formula(
    title="Premier pixel vu par la première unité",
    latex=r"s = -\sum_{l=1}^{L} P_l \prod_{i=1}^{l-1} S_i",
    worked=_explain_first_pixel,
    misconceptions=(
        Misconception(
            "first-pixel.no-stride",
            lambda padded_layers: -sum(padding for _, _, padding in padded_layers),
            "Vous avez additionné les paddings sans les pas. Un zéro ajouté après un pas S vaut S pixels de l’image.",
        ),
        Misconception(
            "first-pixel.sign",
            lambda padded_layers: -first_pixel_of(padded_layers),
            "Le signe est inversé : le padding fait commencer le champ avant le premier pixel, à un indice négatif.",
        ),
        Misconception(
            "first-pixel.first-layer",
            lambda padded_layers: -padded_layers[0][2] if padded_layers else None,
            "Vous n’avez compté que le padding de la première couche ; ceux des suivantes décalent aussi le début.",
        ),
    ),
)
def first_pixel(padded_layers: PaddedStack) -> int:
    """Indice du premier pixel que voit la première unité d’une pile de couches (F, S, P) ; négatif dans le padding.

    Raises:
        ArgumentError: la pile n’est pas une suite de triplets d’entiers.
    """
    return first_pixel_of(_read_padded(padded_layers))


@formula(
    title="Nombre de couches 3×3 pour un champ donné",
    latex=r"n = \frac{R - 1}{2}",
    worked=lambda result, field_size: (
        f"Chaque couche 3×3 à pas 1 ajoute 2 pixels : n = (R − 1)/2 = ({field_size} − 1)/2 = {result}."
    ),
    misconceptions=(
        Misconception(
            "stack-depth.division",
            lambda field_size: field_size // 3,
            "Vous avez divisé par 3. La première couche voit 3 pixels, chacune des suivantes n’en ajoute que 2.",
        ),
        Misconception(
            "stack-depth.one-per-layer",
            lambda field_size: field_size - 1,
            "Une couche 3×3 ajoute un pixel de chaque côté, donc 2 : n = (R − 1)/2.",
        ),
    ),
)
def stack_depth(field_size: int) -> int:
    """Nombre de couches 3×3 à pas 1 dont le champ récepteur est de R pixels (diapositive « VGGNet »).

    Raises:
        ShapeError: R est pair ; une pile de 3×3 n’atteint que des champs impairs.
    """
    if whole(field_size, "Le champ récepteur R", minimum=3) % 2 == 0:
        raise ShapeError(
            f"Une pile de couches 3×3 à pas 1 voit 1 + 2n pixels, un nombre impair ; R = {field_size} est pair."
        )
    return (field_size - 1) // 2
