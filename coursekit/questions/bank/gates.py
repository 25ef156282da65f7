"""Les portes dans un bloc résiduel : leur place, leur mélange, ce qui les distingue."""

from __future__ import annotations

from coursekit.arithmetic import Misconception
from coursekit.questions.answers import Choices, Real
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family

PLACES = {
    "standard": "à la fin du chemin résiduel, avant l’addition",
    "conv3x3": "dans le chemin résiduel, juste après la couche $3\\times3$",
    "pre": "à l’entrée du chemin résiduel",
    "identity": "sur le raccourci",
}


def gated_channels(inner: int, position: str) -> int:
    """Les canaux que voit la porte d’un bottleneck qui lit et rend 4 × `inner` canaux."""
    return inner if position == "conv3x3" else 4 * inner


def gate_weights(channels: int, ratio: int) -> int:
    return 2 * channels**2 // ratio


PLACE_COST = Family(
    id="se.place_cost",
    title="La place d’un bloc SE et son prix",
    topic="moderne",
    level=2,
    time_s=120,
    source="CNN II, « SENet » ; Hu et al. (2020), section 6.5",
    objectives=("Relier la place d’un bloc SE à ce qu’il coûte.",),
    domain={
        "inner": choices(64, 96, 128, 160, 256, 512),
        "ratio": choices(4, 8, 16, 32),
        "position": choices(*PLACES),
    },
    answer=lambda inner, ratio, position: gate_weights(gated_channels(inner, position), ratio),
    mistakes=(
        Misconception(
            "place-cost.wrong-channels",
            lambda inner, ratio, position: gate_weights(5 * inner - gated_channels(inner, position), ratio),
            "Regardez combien de canaux passent à cet endroit du bloc : tous n’y sont pas aussi larges.",
        ),
        Misconception(
            "place-cost.one-layer",
            lambda inner, ratio, position: gate_weights(gated_channels(inner, position), ratio) // 2,
            "C’est une seule des deux couches denses du bloc SE.",
        ),
        Misconception(
            "place-cost.not-reduced",
            lambda inner, position: gate_weights(gated_channels(inner, position), 1),
            "Vous n’avez pas réduit d’un facteur {ratio} entre les deux couches denses.",
        ),
        Misconception(
            "place-cost.linear",
            lambda inner, ratio, position: 4 * gated_channels(inner, position) // ratio,
            "Une couche dense a un poids par couple (entrée, sortie) : multipliez ses deux tailles.",
        ),
    ),
    statement=lambda inner, ratio, position: (
        f"Un bloc résiduel lit et rend {4 * inner} canaux ; son chemin résiduel est fait de couches $1\\times1$, "
        f"$3\\times3$ et $1\\times1$ de {inner}, {inner} et {4 * inner} filtres. On y ajoute un bloc SE de réduction "
        f"$r = {ratio}$, sans biais, {PLACES[position]}. Combien de poids cela ajoute-t-il ?"
    ),
    solution=lambda inner, ratio, position, answer: (
        f"À cet endroit, il y a {gated_channels(inner, position)} canaux.",
        f"$2\\times{gated_channels(inner, position)}^2/{ratio} =$ {answer.shown()} poids.",
    ),
    hints=("Combien de canaux le bloc SE reçoit-il à cette place ?",),
)

ABOUT_SE = Family(
    id="se.true_statements",
    title="Ce que fait un bloc SE",
    topic="moderne",
    level=1,
    time_s=75,
    source="CNN II, « SENet »",
    objectives=("Expliquer ce qu’apporte un bloc SE.",),
    answer=lambda: Choices(
        (
            "Tous les pixels d’un canal sont multipliés par le même poids.",
            "Les poids des canaux dépendent de l’image d’entrée.",
            "On peut l’ajouter à ResNet, à Inception ou à ResNeXt sans changer la forme des volumes.",
        )
    ),
    mistakes=(
        Misconception(
            "se-statements.spatial",
            lambda: "Il choisit les régions de l’image à regarder.",
            "La moyenne globale efface les positions : SE pondère des canaux, pas des régions.",
        ),
        Misconception(
            "se-statements.sum-to-one",
            lambda: "Les poids des canaux ont pour somme 1.",
            "Une sigmoïde traite chaque canal à part ; c’est un softmax qui donnerait une somme de 1.",
        ),
        Misconception(
            "se-statements.cost",
            lambda: "Il multiplie à peu près par deux le calcul du réseau.",
            "Ses couches denses ne traitent qu’un vecteur : le calcul ajouté est négligeable.",
        ),
    ),
    statement=lambda: "Quelles affirmations sont vraies pour un bloc Squeeze-and-Excite ?",
    solution=lambda: (
        "Chaque canal est résumé par sa moyenne ; deux couches denses et une sigmoïde en tirent un poids par "
        "canal, qui "
        "multiplie toute sa carte.",
        "La sortie a la forme de l’entrée, le calcul ajouté est petit, et les poids changent d’une image à l’autre.",
    ),
    hints=("De quoi le bloc part-il pour calculer ses poids, et combien en calcule-t-il ?",),
)

HIGHWAY = Family(
    id="highway.mix",
    title="Le mélange d’un réseau highway",
    topic="residuel",
    level=1,
    time_s=75,
    source="CNN II, « Highway network »",
    objectives=("Comparer un raccourci à porte et un raccourci additif.",),
    domain={"residual": integers(1, 12), "entering": integers(1, 12), "tenths": integers(1, 9)},
    valid=lambda residual, entering: abs(residual - entering) >= 2,
    answer=lambda residual, entering, tenths: Real((residual * tenths + entering * (10 - tenths)) / 10),
    mistakes=(
        Misconception(
            "highway.swapped",
            lambda residual, entering, tenths: (residual * (10 - tenths) + entering * tenths) / 10,
            "Vous avez échangé les rôles : $T$ pondère $F(x)$, et $1 − T$ pondère $x$.",
        ),
        Misconception(
            "highway.resnet",
            lambda residual, entering: float(residual + entering),
            "C’est la somme d’un ResNet. Ici, une porte partage entre les deux termes.",
        ),
        Misconception(
            "highway.residual-gated-only",
            lambda residual, entering, tenths: residual * tenths / 10 + entering,
            "La porte agit aussi sur $x$ : ce que prend $F(x)$, le raccourci le perd.",
        ),
        Misconception(
            "highway.no-carry",
            lambda residual, tenths: residual * tenths / 10,
            "Vous avez oublié le raccourci, que pondère $1 − T$.",
        ),
    ),
    statement=lambda residual, entering, tenths: (
        "Un bloc highway calcule $H(x) = F(x)\\,T(x) + x\\,(1 − T(x))$. Pour une valeur, $x = "
        f"{entering}$, $F(x) = {residual}$ et la porte vaut $T(x) = {tenths / 10}$. Que vaut $H(x)$ ?"
    ),
    solution=lambda residual, entering, tenths, answer: (
        f"$H(x) = {residual} \\times {tenths / 10} + {entering} \\times {(10 - tenths) / 10} =$ {answer.shown()}.",
    ),
    hints=("H(x) est une moyenne pondérée : elle tombe entre x et F(x).",),
)

FAMILIES = (PLACE_COST, ABOUT_SE, HIGHWAY)
