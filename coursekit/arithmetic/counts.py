"""Ce que coûtent les couches : paramètres et multiplications-additions (MAC).

Convention du cours, celle des diapositives « Conv Ops » : une MAC est une multiplication d’un poids par une entrée,
pour une image ; les biais, les normalisations et les poolings n’en comptent aucune.
"""

from __future__ import annotations

from math import prod

from coursekit.arithmetic.formula import Misconception, formula
from coursekit.errors import ShapeError
from coursekit.layers import Size, per_dimension, whole


def product(sizes: tuple[int, ...]) -> str:
    """`(5, 5) → "5×5"`."""
    return "×".join(str(size) for size in sizes)


def _sizes(value: Size, dims: int) -> tuple[int, ...]:
    return (value,) * dims if isinstance(value, int) else tuple(value)


def check_groups(in_channels: int, out_channels: int, groups: int) -> None:
    """Refuse des groupes qui ne divisent pas les canaux.

    Raises:
        ShapeError: `groups` ne divise pas `in_channels` ou `out_channels`.
    """
    whole(groups, "Le nombre de groupes g")
    for channels, what in ((in_channels, "canaux d’entrée"), (out_channels, "filtres")):
        if whole(channels, f"Le nombre de {what}") % groups:
            raise ShapeError(
                f"{channels} {what} ne se partagent pas en g = {groups} groupes : "
                f"{channels}/{groups} n’est pas entier. Choisissez un diviseur de {channels}."
            )


def _explain_conv_parameters(
    result: int, in_channels: int, out_channels: int, kernel_size: Size, groups: int, bias: bool, dims: int
) -> str:
    kernel = _sizes(kernel_size, dims)
    depth = in_channels // groups
    per_filter = prod(kernel) * depth
    grouped = f" (C/g = {in_channels}/{groups} = {depth} canaux par groupe)" if groups > 1 else ""
    plus = " + 1 biais" if bias else ""
    total = f"({per_filter} + 1)×{out_channels}" if bias else f"{per_filter}×{out_channels}"
    return (
        f"Chaque filtre a {product(kernel)}×{depth} = {per_filter} poids{grouped}{plus} ; "
        f"il y a K = {out_channels} filtres : {total} = {result}."
    )


def _weights(in_channels: int, out_channels: int, kernel_size: Size, groups: int, dims: int) -> int:
    return prod(_sizes(kernel_size, dims)) * (in_channels // groups) * out_channels


@formula(
    title="Paramètres d’une couche convolutive",
    latex=r"\left(F^2 \, \frac{C}{g} + 1\right) K",
    worked=_explain_conv_parameters,
    misconceptions=(
        Misconception(
            "conv-parameters.no-bias",
            lambda in_channels, out_channels, kernel_size, groups, bias, dims: (
                _weights(in_channels, out_channels, kernel_size, groups, dims) if bias else None
            ),
            "Vous avez oublié les biais : un par filtre, soit {out_channels} de plus.",
        ),
        Misconception(
            "conv-parameters.unwanted-bias",
            lambda in_channels, out_channels, kernel_size, groups, bias, dims: (
                None
                if bias
                else _weights(in_channels, out_channels, kernel_size, groups, dims) + out_channels
            ),
            "Vous avez compté un biais par filtre, alors que cette couche n’en a pas (bias=False).",
        ),
        Misconception(
            "conv-parameters.no-depth",
            lambda in_channels, out_channels, kernel_size, groups, bias, dims: (
                (prod(_sizes(kernel_size, dims)) + bias) * out_channels
            ),
            "Vous avez oublié la profondeur : un filtre couvre tous les canaux de son entrée, ici {in_channels}.",
        ),
        Misconception(
            "conv-parameters.single-bias",
            lambda in_channels, out_channels, kernel_size, groups, bias, dims: (
                _weights(in_channels, out_channels, kernel_size, groups, dims) + 1 if bias else None
            ),
            "Vous n’avez compté qu’un biais pour toute la couche ; chaque filtre a le sien.",
        ),
        Misconception(
            "conv-parameters.no-groups",
            lambda in_channels, out_channels, kernel_size, groups, bias, dims: (
                _weights(in_channels, out_channels, kernel_size, 1, dims) + bias * out_channels
            ),
            "Vous avez oublié les groupes : un filtre ne voit que C/g canaux, avec g = {groups}.",
        ),
        Misconception(
            "conv-parameters.one-filter",
            lambda in_channels, out_channels, kernel_size, groups, bias, dims: (
                prod(_sizes(kernel_size, dims)) * (in_channels // groups) + bias
            ),
            "C’est le compte d’un seul filtre ; la couche en a {out_channels}.",
        ),
    ),
)
def conv_parameters(
    in_channels: int, out_channels: int, kernel_size: Size, groups: int = 1, bias: bool = True, dims: int = 2
) -> int:
    """Nombre de paramètres de K filtres de taille F qui lisent C canaux (diapositive « Réduction # paramètres »).

    `dims` est le nombre de dimensions spatiales, 2 pour une image ; `kernel_size` peut donner une taille par dimension.

    Raises:
        ArgumentError: un argument n’est pas un entier permis.
        ShapeError: les groupes ne divisent pas les canaux.
    """
    kernel = per_dimension(kernel_size, whole(dims, "Le nombre de dimensions"), "La taille du filtre F")
    check_groups(in_channels, out_channels, groups)
    return _weights(in_channels, out_channels, kernel, groups, dims) + bool(bias) * out_channels


@formula(
    title="Paramètres d’une couche fully-connected",
    latex=r"(N_{\text{entrées}} + 1)\, N_{\text{sorties}}",
    worked=lambda result, in_features, out_features, bias: (
        f"Chaque neurone a {in_features} poids{' + 1 biais' if bias else ''} et il y a {out_features} neurones : "
        f"{f'({in_features} + 1)' if bias else in_features}×{out_features} = {result}."
    ),
    misconceptions=(
        Misconception(
            "linear-parameters.no-bias",
            lambda in_features, out_features, bias: in_features * out_features if bias else None,
            "Vous avez oublié les biais : un par neurone, soit {out_features} de plus.",
        ),
        Misconception(
            "linear-parameters.single-bias",
            lambda in_features, out_features, bias: in_features * out_features + 1 if bias else None,
            "Vous n’avez compté qu’un biais pour toute la couche ; chaque neurone a le sien.",
        ),
        Misconception(
            "linear-parameters.sum",
            lambda in_features, out_features, bias: in_features + out_features,
            "Vous avez additionné les tailles. Chaque neurone de sortie est relié à chaque entrée : on multiplie.",
        ),
    ),
)
def linear_parameters(in_features: int, out_features: int, bias: bool = True) -> int:
    """Nombre de paramètres d’une couche dense."""
    whole(in_features, "Le nombre d’entrées")
    return (in_features + bool(bias)) * whole(out_features, "Le nombre de sorties")


def _explain_conv_macs(
    result: int,
    in_channels: int,
    out_channels: int,
    kernel_size: Size,
    output_size: Size,
    groups: int,
    dims: int,
) -> str:
    kernel, output = _sizes(kernel_size, dims), _sizes(output_size, dims)
    depth = in_channels // groups
    return (
        f"La sortie a {product(output)}×{out_channels} valeurs, et chacune demande {product(kernel)}×{depth} = "
        f"{prod(kernel) * depth} multiplications : {prod(output) * out_channels}×{prod(kernel) * depth} = {result}."
    )


@formula(
    title="Multiplications d’une couche convolutive",
    latex=r"H_2 \, W_2 \, K \, F^2 \, \frac{C}{g}",
    worked=_explain_conv_macs,
    misconceptions=(
        Misconception(
            "conv-macs.flops",
            lambda in_channels, out_channels, kernel_size, output_size, groups, dims: (
                2 * _macs(in_channels, out_channels, kernel_size, output_size, groups, dims)
            ),
            "Vous avez compté à part multiplications et additions. Ici une multiplication-addition compte pour une.",
        ),
        Misconception(
            "conv-macs.parameters",
            lambda in_channels, out_channels, kernel_size, output_size, groups, dims: _weights(
                in_channels, out_channels, kernel_size, groups, dims
            ),
            "C’est le nombre de poids. Chacun sert à chaque position de la sortie : multipliez par H₂·W₂.",
        ),
        Misconception(
            "conv-macs.one-map",
            lambda in_channels, out_channels, kernel_size, output_size, groups, dims: (
                _macs(in_channels, out_channels, kernel_size, output_size, groups, dims) // out_channels
            ),
            "C’est le coût d’une seule carte de sortie ; il y en a {out_channels}.",
        ),
        Misconception(
            "conv-macs.no-depth",
            lambda in_channels, out_channels, kernel_size, output_size, groups, dims: (
                prod(_sizes(output_size, dims)) * out_channels * prod(_sizes(kernel_size, dims))
            ),
            "Vous avez oublié la profondeur du filtre : il lit tous les canaux de son entrée, ici {in_channels}.",
        ),
        Misconception(
            "conv-macs.no-groups",
            lambda in_channels, out_channels, kernel_size, output_size, groups, dims: _macs(
                in_channels, out_channels, kernel_size, output_size, 1, dims
            ),
            "Vous avez oublié les groupes : un filtre ne lit que C/g canaux, avec g = {groups}.",
        ),
    ),
)
def conv_macs(
    in_channels: int,
    out_channels: int,
    kernel_size: Size,
    output_size: Size,
    groups: int = 1,
    dims: int = 2,
) -> int:
    """Multiplications-additions d’une couche convolutive, pour une image (diapositive « GoogLeNet », Conv Ops).

    `output_size` est la taille spatiale de la *sortie* : un entier, ou une valeur par dimension.
    """
    kernel = per_dimension(kernel_size, whole(dims, "Le nombre de dimensions"), "La taille du filtre F")
    output = per_dimension(output_size, dims, "La taille de sortie")
    check_groups(in_channels, out_channels, groups)
    return _macs(in_channels, out_channels, kernel, output, groups, dims)


def _macs(
    in_channels: int, out_channels: int, kernel_size: Size, output_size: Size, groups: int, dims: int
) -> int:
    return _weights(in_channels, out_channels, kernel_size, groups, dims) * prod(_sizes(output_size, dims))


@formula(
    title="Paramètres si la couche convolutive était fully-connected",
    latex=r"H_2 W_2 K \,(H_1 W_1 C + 1)",
    worked=lambda result, input_numel, output_numel: (
        f"{output_numel} neurones de sortie, chacun relié aux {input_numel} entrées et à son biais : "
        f"{output_numel}×({input_numel} + 1) = {result}."
    ),
    misconceptions=(
        Misconception(
            "fc-equivalent.no-bias",
            lambda input_numel, output_numel: input_numel * output_numel,
            "Vous avez oublié les biais : un par neurone de sortie, soit {output_numel} de plus.",
        ),
    ),
)
def fully_connected_equivalent(input_numel: int, output_numel: int) -> int:
    """Paramètres d’une couche dense entre deux volumes de `input_numel` et `output_numel` valeurs."""
    whole(output_numel, "Le nombre de sorties")
    return output_numel * (whole(input_numel, "Le nombre d’entrées") + 1)


@formula(
    title="Économie d’une pile de filtres 3×3",
    latex=r"1 - \frac{9\,n}{(2n + 1)^2}",
    worked=lambda result, layers: (
        f"{layers} couches 3×3 ont {layers}×9 = {9 * layers} poids par paire de canaux ; le filtre "
        f"{2 * layers + 1}×{2 * layers + 1} de même champ récepteur en a {(2 * layers + 1) ** 2} : "
        f"l’économie est 1 − {9 * layers}/{(2 * layers + 1) ** 2} = {100 * result:.1f} %.".replace(
            ".", ",", 1
        )
    ),
    misconceptions=(
        Misconception(
            "stack-saving.kept",
            lambda layers: 9 * layers / (2 * layers + 1) ** 2,
            "C’est la part qui reste. L’économie est ce qui manque à 1.",
        ),
        Misconception(
            "stack-saving.one-dimension",
            lambda layers: 1 - 3 * layers / (2 * layers + 1),
            "Vous avez compté les poids le long d’une seule dimension : un filtre F×F en a F².",
        ),
    ),
)
def stack_saving(layers: int) -> float:
    """Part de poids économisée par n couches 3×3 au lieu d’un filtre (2n+1)×(2n+1), à canaux égaux (« VGGNet »)."""
    whole(layers, "Le nombre de couches n")
    return 1 - 9 * layers / (2 * layers + 1) ** 2
