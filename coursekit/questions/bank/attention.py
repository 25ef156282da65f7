"""Squeeze-and-Excite, et les portes en général : ce qu’elles coûtent, où elles se placent."""

from __future__ import annotations

from coursekit.arithmetic import Misconception
from coursekit.questions.answers import TensorShape
from coursekit.questions.branches import branches
from coursekit.questions.domain import choices
from coursekit.questions.family import Family, Figure

PARAMS = Family(
    id="se.params",
    title="Poids d’un bloc Squeeze-and-Excite",
    topic="moderne",
    level=1,
    time_s=90,
    source="CNN II, « SENet »",
    objectives=("Compter ce qu’ajoute un bloc SE.",),
    domain={
        "channels": choices(64, 128, 192, 256, 320, 512, 768, 1024, 2048),
        "ratio": choices(4, 8, 16, 32),
        "size": choices(7, 14, 28, 56),
    },
    answer=lambda channels, ratio: 2 * channels**2 // ratio,
    mistakes=(
        Misconception(
            "se-params.one-layer",
            lambda channels, ratio: channels**2 // ratio,
            "C’est une seule des deux couches : après avoir réduit, il faut remonter à {channels} valeurs.",
        ),
        Misconception(
            "se-params.not-reduced",
            lambda channels: 2 * channels**2,
            "Vous n’avez pas réduit : entre les deux couches, il n’y a que {channels} / {ratio} valeurs.",
        ),
        Misconception(
            "se-params.linear",
            lambda channels, ratio: 2 * channels // ratio,
            "Ces couches sont denses : chaque valeur de sortie a un poids par valeur d’entrée.",
        ),
        Misconception(
            "se-params.every-pixel",
            lambda channels, ratio, size: 2 * channels**2 // ratio * size**2,
            "Le bloc ne voit qu’une moyenne par canal : ses poids ne dépendent pas de la taille {size}×{size}.",
        ),
        Misconception(
            "se-params.reduced-twice",
            lambda channels, ratio: 2 * (channels // ratio) ** 2,
            "Chaque couche relie {channels} valeurs à {channels} / {ratio} : une seule de ses deux tailles est "
            "réduite.",
        ),
    ),
    statement=lambda channels, ratio, size: (
        f"Un bloc SE reçoit un volume ${size}\\times{size}\\times{channels}$. Après la moyenne globale, une couche "
        f"dense réduit les canaux d’un facteur $r = {ratio}$, et une autre revient au nombre de départ. Sans "
        "compter les "
        "biais, combien de poids le bloc ajoute-t-il ?"
    ),
    solution=lambda channels, ratio, answer: (
        f"La moyenne globale n’a pas de poids et donne {channels} valeurs.",
        f"Les deux couches relient {channels} valeurs et ${channels} / {ratio} = {channels // ratio}$ valeurs.",
        f"$2\\times{channels}\\times{channels // ratio} =$ {answer.shown()} poids.",
    ),
    hints=("Quelles sont les tailles d’entrée et de sortie de chaque couche dense ?",),
)

PLACES = {
    "squeezed": "de la moyenne globale",
    "reduced": "de la première couche dense",
    "restored": "de la sigmoïde",
    "scaled": "du produit final",
}


def _shape(size: int, channels: int, ratio: int, place: str) -> tuple[int, int, int]:
    side = size if place == "scaled" else 1
    return (side, side, channels // ratio if place == "reduced" else channels)


def _diagram(size: int, channels: int) -> Figure:
    gate = ("moyenne globale", "dense + ReLU", "dense + sigmoïde")
    return branches(f"{size}×{size}×{channels}", (gate, ()), "produit", "Le produit réunit les deux chemins.")


SHAPES = Family(
    id="se.shapes",
    title="Les formes dans un bloc Squeeze-and-Excite",
    topic="moderne",
    level=1,
    time_s=60,
    source="CNN II, « SENet »",
    objectives=("Suivre les formes dans un bloc SE.",),
    domain={
        "size": choices(7, 14, 28, 56),
        "channels": choices(64, 128, 256, 512, 1024),
        "ratio": choices(4, 8, 16),
        "place": choices(*PLACES),
    },
    answer=lambda size, channels, ratio, place: TensorShape(_shape(size, channels, ratio, place)),
    mistakes=(
        Misconception(
            "se-shapes.spatial-kept",
            lambda size, channels, ratio, place: (
                None if place == "scaled" else (size, size, _shape(size, channels, ratio, place)[2])
            ),
            "La moyenne globale réduit chaque carte à un nombre : il ne reste pas de position avant le produit "
            "final.",
        ),
        Misconception(
            "se-shapes.gate-only",
            lambda channels, place: (1, 1, channels) if place == "scaled" else None,
            "Ce sont les poids des canaux. Le produit les applique au volume d’entrée, qui garde sa forme.",
        ),
        Misconception(
            "se-shapes.left-reduced",
            lambda size, channels, ratio, place: (
                None if place == "reduced" else (*_shape(size, channels, ratio, place)[:2], channels // ratio)
            ),
            "Seule la sortie de la première couche dense est réduite d’un facteur {ratio}.",
        ),
        Misconception(
            "se-shapes.not-reduced",
            lambda channels, place: (1, 1, channels) if place == "reduced" else None,
            "La première couche dense réduit le nombre de canaux : c’est le rôle de $r$.",
        ),
        Misconception(
            "se-shapes.channels-averaged",
            lambda size, place: (size, size, 1) if place in ("squeezed", "restored") else None,
            "Vous avez moyenné les canaux à chaque position. SE moyenne les positions de chaque canal.",
        ),
        Misconception(
            "se-shapes.ratio-as-depth",
            lambda ratio, place: (1, 1, ratio) if place == "reduced" else None,
            "$r$ est le facteur de réduction, pas le nombre de canaux restants.",
        ),
        Misconception(
            "se-shapes.concatenated",
            lambda size, channels, place: (size, size, 2 * channels) if place == "scaled" else None,
            "On multiplie chaque canal par son poids ; on ne concatène rien.",
        ),
    ),
    statement=lambda ratio, place: (
        f"Le bloc SE ci-dessous réduit les canaux d’un facteur $r = {ratio}$. Quelle est la forme de la sortie "
        f"{PLACES[place]} (hauteur × largeur × canaux) ?"
    ),
    figure=_diagram,
    solution=lambda size, channels, ratio, answer: (
        f"La moyenne globale donne un nombre par canal : $1\\times1\\times{channels}$.",
        f"La première couche dense le réduit à ${channels} / {ratio} = {channels // ratio}$ canaux, la seconde "
        "revient à "
        f"{channels}, et la sigmoïde en fait des poids entre 0 et 1.",
        f"Le produit rend au volume sa forme d’entrée, ${size}\\times{size}\\times{channels}$.",
        f"La forme demandée est {answer.shown()}.",
    ),
    hints=("Combien de nombres la moyenne globale donne-t-elle ?",),
)

FAMILIES = (PARAMS, SHAPES)
