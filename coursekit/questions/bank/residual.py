"""Réseaux résiduels et denses."""

from __future__ import annotations

from coursekit.arithmetic import Misconception
from coursekit.questions.answers import Boolean, Choices
from coursekit.questions.domain import choices, integers
from coursekit.questions.family import Family

SUBNETS = Family(
    id="resnet.subnets",
    title="Sous-réseaux d’un ResNet",
    topic="residuel",
    level=2,
    time_s=60,
    source="CNN II, « ResNet : ensemble de réseaux »",
    objectives=("Voir un ResNet comme un ensemble de chemins.",),
    domain={"blocks": integers(3, 16), "removed": integers(0, 2)},
    valid=lambda blocks, removed: blocks - removed >= 3,
    answer=lambda blocks, removed: 2 ** (blocks - removed),
    mistakes=(
        Misconception(
            "subnets.linear",
            lambda blocks, removed: 2 * (blocks - removed),
            "Vous avez multiplié par 2. Chaque bloc double le nombre de chemins : c’est une puissance de 2.",
        ),
        Misconception(
            "subnets.minus-one",
            lambda blocks, removed: 2 ** (blocks - removed) - 1,
            "Vous avez écarté un chemin : celui qui ne passe que par les raccourcis compte aussi.",
        ),
        Misconception(
            "subnets.square",
            lambda blocks, removed: (blocks - removed) ** 2,
            "Vous avez élevé au carré. On choisit pour chaque bloc entre deux chemins : 2 à la puissance du "
            "nombre de blocs.",
        ),
        Misconception(
            "subnets.doubled",
            lambda blocks, removed: 2 ** (blocks - removed + 1),
            "Vous avez compté un bloc de trop.",
        ),
        Misconception(
            "subnets.not-removed",
            lambda blocks, removed: 2**blocks if removed else None,
            "Vous avez compté aussi les blocs retirés : il n’en reste que {blocks} − {removed}.",
        ),
        Misconception(
            "subnets.subtracted",
            lambda blocks, removed: 2**blocks - removed if removed else None,
            "Retirer un bloc ne retire pas un chemin : il supprime la moitié des chemins.",
        ),
    ),
    statement=lambda blocks, removed: (
        f"Un ResNet a {blocks} blocs résiduels. "
        + (f"On en retire {removed} (leurs raccourcis restent). " if removed else "")
        + "Combien de chemins différents relient l’entrée à la sortie ?"
    ),
    solution=lambda blocks, removed, answer: (
        "Chaque bloc offre deux chemins : ses convolutions, ou le raccourci.",
        f"Il reste {blocks - removed} blocs : $2^{{{blocks - removed}}} =$ {answer.shown()} chemins.",
    ),
    hints=("De combien de façons traverse-t-on un bloc ?",),
)

SHORTCUT_WEIGHTS = Family(
    id="resnet.identity_weights",
    title="Poids d’un raccourci",
    topic="residuel",
    level=1,
    time_s=30,
    source="CNN II, « ResNet »",
    objectives=("Distinguer raccourci identité et projection.",),
    domain={
        "channels": choices(64, 128, 256, 512, 1024),
        "filters": choices(64, 128, 256, 512, 1024),
        "stride": choices(1, 2),
    },
    answer=lambda channels, filters, stride: Boolean(channels == filters and stride == 1),
    mistakes=(
        Misconception(
            "identity-weights.confused",
            lambda channels, filters, stride: not (channels == filters and stride == 1),
            "Un raccourci est l’identité, sans poids, quand F(x) a exactement la forme de x ; sinon il faut le "
            "projeter.",
        ),
    ),
    statement=lambda channels, filters, stride: (
        f"Vrai ou faux : un bloc résiduel qui lit {channels} canaux, en rend {filters} et dont la première "
        "convolution a "
        f"un pas de {stride} peut avoir pour raccourci l’identité, sans rien ajouter ni couper."
    ),
    solution=lambda channels, filters, stride, answer: (
        f"L’entrée a {channels} canaux et la sortie {filters} ; le pas {'conserve' if stride == 1 else 'réduit'} "
        "la taille.",
        f"{answer.shown()} : l’addition demande deux volumes de même forme.",
    ),
)

WHY_RESIDUAL = Family(
    id="resnet.true_statements",
    title="Ce qu’apporte un bloc résiduel",
    topic="residuel",
    level=1,
    time_s=60,
    source="He et al. (2016), section 3 ; Veit et al. (2016)",
    objectives=("Expliquer ce qu’apporte un raccourci.",),
    answer=lambda: Choices(
        (
            "Le gradient atteint les premières couches par les raccourcis, sans traverser de convolution.",
            "Un bloc dont les poids sont nuls laisse passer son entrée.",
        )
    ),
    mistakes=(
        Misconception(
            "residual.fewer-weights",
            lambda: "Un raccourci identité diminue le nombre de poids du bloc.",
            "Un raccourci identité n’a pas de poids : il n’en ajoute ni n’en retire.",
        ),
        Misconception(
            "residual.concatenation",
            lambda: "Le raccourci met bout à bout les canaux de $x$ et de $F(x)$.",
            "C’est ce que fait DenseNet. Dans un ResNet, on additionne $F(x)$ et $x$.",
        ),
        Misconception(
            "residual.any-shape",
            lambda: "$F(x)$ peut avoir une forme quelconque.",
            "On ne peut additionner que des volumes de même forme.",
        ),
    ),
    statement=lambda: "Quelles affirmations sont vraies pour un bloc résiduel $y = F(x) + x$ ?",
    solution=lambda: (
        "Le raccourci est un chemin sans poids : le gradient y passe intact, et $F = 0$ donne l’identité.",
        "Il s’agit d’une addition, sans effet sur le nombre de poids, qui demande deux volumes de même forme.",
    ),
)

FAMILIES = (SUBNETS, SHORTCUT_WEIGHTS, WHY_RESIDUAL)
