"""Lire un filtre : ce qu’il fait d’une zone uniforme, d’une bordure, et ce que change son retournement."""

from __future__ import annotations

from coursekit.arithmetic import Misconception
from coursekit.questions.answers import Choice
from coursekit.questions.bank.filters import Table, correlate, flipped
from coursekit.questions.domain import choices, grid
from coursekit.questions.family import Family
from coursekit.questions.figures import grids


def _total(kernel: Table) -> int:
    return sum(map(sum, kernel))


GAIN = Family(
    id="filter.gain",
    title="Un filtre sur une zone uniforme",
    topic="filtres",
    level=1,
    time_s=60,
    source="CNN I, « Exemples filtres hand-tuned »",
    objectives=("Prévoir, par la somme de ses coefficients, ce qu’un filtre fait d’une zone uniforme.",),
    tags=("figure",),
    domain={
        "kernel": grid(3, 3, low=-2, high=3),
        "value": choices(10, 20, 40, 50, 100, 200),
        "bias": choices(-8, -5, 3, 5, 12),
    },
    answer=lambda kernel, value, bias: value * _total(kernel) + bias,
    mistakes=(
        Misconception(
            "gain.unchanged",
            lambda value: value,
            "Vous avez rendu la valeur du pixel. C’est juste pour un filtre de biais nul dont les coefficients "
            "ont pour "
            "somme 1 : calculez la somme de ceux-ci.",
        ),
        Misconception(
            "gain.centre",
            lambda kernel, value, bias: value * kernel[1][1] + bias,
            "Vous n’avez compté que le coefficient du centre. Les huit voisins valent aussi {value} : les neuf "
            "produits "
            "comptent.",
        ),
        Misconception(
            "gain.no-bias",
            lambda kernel, value: value * _total(kernel),
            "Vous avez oublié le biais : ajoutez {bias} à la somme des produits.",
        ),
        Misconception(
            "gain.no-value",
            lambda kernel, bias: _total(kernel) + bias,
            "Vous avez additionné les coefficients. Chacun doit encore être multiplié par la valeur du pixel, "
            "{value}.",
        ),
        Misconception(
            "gain.absolute",
            lambda kernel, value, bias: value * sum(abs(w) for line in kernel for w in line) + bias,
            "Vous avez oublié les signes : les coefficients négatifs se retranchent.",
        ),
        Misconception(
            "gain.bias-multiplied",
            lambda kernel, value, bias: value * (_total(kernel) + bias),
            "Vous avez multiplié aussi le biais par la valeur du pixel. Il s’ajoute une fois, à la fin.",
        ),
    ),
    statement=lambda value, bias: (
        f"Le filtre ci-dessous, de biais $b = {bias}$, passe sur une zone de l’image où tous les pixels valent "
        f"{value}. Quelle valeur rend-il au milieu de cette zone ?"
    ),
    figure=lambda kernel: grids((("Filtre", kernel),)),
    solution=lambda kernel, value, bias, answer: (
        f"Tous les pixels valent {value} : on met {value} en facteur, il reste la somme des coefficients.",
        f"Cette somme est {_total(kernel)}, ligne par ligne : "
        + f"${' + '.join(_signed(sum(line)) for line in kernel)} = {_total(kernel)}$.",
        f"La sortie est {value}×{_signed(_total(kernel))} + {_signed(bias)} = {answer.shown()}.",
    ),
    hints=("Mettez en facteur ce que tous les produits ont en commun.",),
)


def _signed(number: int) -> str:
    return f"({number})" if number < 0 else str(number)


def _columns(kernel: Table) -> Kernel:
    return tuple(zip(*kernel, strict=True))


CONVOLUTION = Family(
    id="filter.true_convolution",
    title="Convolution au sens strict",
    topic="filtres",
    level=2,
    time_s=180,
    points=2,
    source="CNN I, « Convolution » (« au sens strict, les réseaux utilisent plutôt la corrélation croisée »)",
    objectives=("Distinguer convolution et corrélation croisée.",),
    tags=("figure",),
    domain={"image": grid(3, 3, low=0, high=5), "kernel": grid(2, 2, low=-1, high=3)},
    answer=lambda image, kernel: correlate(image, flipped(kernel)),
    mistakes=(
        Misconception(
            "true-convolution.correlation",
            lambda image, kernel: correlate(image, kernel),
            "Vous avez calculé la corrélation croisée, celle des couches convolutives. La convolution des "
            "mathématiciens "
            "retourne d’abord le filtre.",
        ),
        Misconception(
            "true-convolution.left-right",
            lambda image, kernel: correlate(image, [line[::-1] for line in kernel]),
            "Vous n’avez retourné le filtre que de gauche à droite. Il faut aussi le retourner de haut en bas.",
        ),
        Misconception(
            "true-convolution.up-down",
            lambda image, kernel: correlate(image, kernel[::-1]),
            "Vous n’avez retourné le filtre que de haut en bas. Il faut aussi le retourner de gauche à droite.",
        ),
        Misconception(
            "true-convolution.transposed",
            lambda image, kernel: correlate(image, _columns(kernel)),
            "Vous avez transposé le filtre. Le retourner, c’est lui faire faire un demi-tour.",
        ),
    ),
    statement=lambda: (
        "Calculez la convolution, **au sens mathématique**, de l’image et du filtre ci-dessous, à pas 1 et sans "
        "padding. Écrivez la carte de sortie, ligne par ligne."
    ),
    figure=lambda image, kernel: grids((("Image", image), ("Filtre", kernel))),
    solution=lambda image, kernel, answer: (
        "La convolution fait faire un demi-tour au filtre : ses lignes deviennent "
        + " puis ".join(f"({', '.join(map(str, line))})" for line in flipped(kernel))
        + ".",
        "On fait ensuite glisser le filtre retourné sur l’image, comme d’habitude. En haut à gauche : "
        f"{_products(image, flipped(kernel))} = {correlate(image, flipped(kernel))[0][0]}.",
        f"La carte de sortie est {answer.shown()}.",
    ),
    hints=(
        "Une couche convolutive calcule-t-elle vraiment une convolution ?",
        "Retournez d’abord le filtre.",
    ),
)


def _products(image: Table, kernel: Table) -> str:
    """Les quatre produits du coin, écrits l’un après l’autre."""
    pairs = ((image[i][j], kernel[i][j]) for i in range(2) for j in range(2))
    return " + ".join(f"{a}×{_signed(b)}" for a, b in pairs)


BLUR = "Il rend l’image floue."
SHARPEN = "Il accentue les détails et garde les zones uniformes telles quelles."
VERTICAL = "Il fait ressortir les bordures verticales, et elles seules."
HORIZONTAL = "Il fait ressortir les bordures horizontales, et elles seules."
OUTLINE = "Il fait ressortir les bordures de toutes les directions."
SHIFT = "Il décale l’image d’un pixel."


Kernel = tuple[tuple[int, ...], ...]


def _times(kernel: Kernel, factor: int) -> Kernel:
    return tuple(tuple(factor * w for w in line) for line in kernel)


def _around(centre: int, side: int, corner: int) -> Kernel:
    return ((corner, side, corner), (side, centre, side), (corner, side, corner))


def _gradients() -> tuple[Kernel, ...]:
    """Gauche contre droite : différence simple, Prewitt, Sobel, Scharr."""
    rows = ((0, 1, 0), (1, 1, 1), (1, 2, 1), (3, 10, 3))
    kernels = [tuple((-w, 0, w) for w in weights) for weights in rows]
    return tuple(_times(kernel, factor) for kernel in kernels for factor in (-2, -1, 1, 2))


def _one_neighbour() -> tuple[Kernel, ...]:
    places = [(i, j) for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    return tuple(tuple(tuple(int((i, j) == place) for j in range(3)) for i in range(3)) for place in places)


EFFECTS: dict[Kernel, str] = {
    **dict.fromkeys(
        (_around(1, 1, 1), _around(4, 2, 1), _around(1, 1, 0), _around(2, 1, 1), _around(4, 1, 0)), BLUR
    ),
    **dict.fromkeys((_around(4 * k + 1, -k, 0) for k in (1, 2, 3)), SHARPEN),
    **dict.fromkeys((_around(8 * k + 1, -k, -k) for k in (1, 2, 3)), SHARPEN),
    **dict.fromkeys(_gradients(), VERTICAL),
    **dict.fromkeys(map(_columns, _gradients()), HORIZONTAL),
    **dict.fromkeys((_around(-4 * k, k, 0) for k in (-2, -1, 1, 2)), OUTLINE),
    **dict.fromkeys((_around(-8 * k, k, k) for k in (-2, -1, 1, 2)), OUTLINE),
    **dict.fromkeys(_one_neighbour(), SHIFT),
}
"""Ce que fait chaque filtre."""

WHY = {
    BLUR: "Les coefficients sont tous positifs : la sortie est une moyenne de voisins, donc un flou.",
    SHARPEN: "La somme des coefficients est 1 : les zones uniformes ne changent pas. Le centre l’emporte sur les "
    "voisins retranchés : tout écart avec eux est amplifié.",
    VERTICAL: "Les colonnes de gauche et de droite ont des signes opposés : le filtre compare la gauche et la droite, "
    "et ne répond pas à une bordure horizontale.",
    HORIZONTAL: "Les lignes du haut et du bas ont des signes opposés : le filtre compare le haut et le bas, et "
    "ne répond pas à une bordure verticale.",
    OUTLINE: "La somme des coefficients est nulle : rien sur une zone uniforme. Le centre est comparé à tous ses "
    "voisins, donc dans toutes les directions.",
    SHIFT: "Un seul coefficient n’est pas nul : chaque pixel de sortie copie un voisin, et toute l’image se décale.",
}

EFFECT = Family(
    id="filter.effect",
    title="Que fait ce filtre ?",
    topic="filtres",
    level=1,
    time_s=45,
    source="CNN I, « Exemples filtres hand-tuned »",
    objectives=("Reconnaître l’effet d’un filtre à ses coefficients.",),
    tags=("figure",),
    domain={"kernel": choices(*EFFECTS)},
    answer=lambda kernel: Choice(EFFECTS[kernel]),
    mistakes=(
        Misconception(
            "effect.blur",
            lambda: BLUR,
            "Pour rendre flou, il faut moyenner plusieurs voisins, avec des coefficients tous positifs. Regardez les "
            "signes, et combien de coefficients ne sont pas nuls.",
        ),
        Misconception(
            "effect.sharpen",
            lambda: SHARPEN,
            "Pour accentuer, il faut un centre fort, des voisins négatifs et une somme égale à 1. Calculez la "
            "somme des "
            "coefficients.",
        ),
        Misconception(
            "effect.vertical",
            lambda: VERTICAL,
            "Une bordure verticale sépare la gauche de la droite : il faudrait des colonnes de signes opposés, "
            "et des "
            "lignes qui ne le sont pas.",
        ),
        Misconception(
            "effect.horizontal",
            lambda: HORIZONTAL,
            "Une bordure horizontale sépare le haut du bas : il faudrait des lignes de signes opposés, et des "
            "colonnes "
            "qui ne le sont pas.",
        ),
        Misconception(
            "effect.outline",
            lambda: OUTLINE,
            "Pour répondre à toutes les bordures, il faut comparer le centre à tous ses voisins, avec des "
            "coefficients de "
            "somme nulle.",
        ),
        Misconception(
            "effect.shift",
            lambda: SHIFT,
            "Un décalage copie un seul voisin : un seul coefficient ne serait pas nul, hors du centre.",
        ),
    ),
    statement=lambda: "Que fait ce filtre à une image, à un facteur de luminosité près ?",
    figure=lambda kernel: grids((("Filtre", kernel),)),
    solution=lambda kernel, answer: (WHY[answer.text], answer.shown()),
    hints=("Quelle est la somme des coefficients ?", "Qui est comparé à qui : regardez les signes."),
)

FAMILIES = (GAIN, EFFECT, CONVOLUTION)
