"""Que geler ? La même question, posée à des projets différents."""

from __future__ import annotations

from collections.abc import Callable

from coursekit.arithmetic import Misconception
from coursekit.questions.answers import Choice
from coursekit.questions.domain import choices
from coursekit.questions.family import Family

PROJECTS = {
    "few-near": (
        "600 photos de chiens, de 4 races",
        "900 photos de voitures, de 6 marques",
        "500 photos de meubles, de 5 sortes",
    ),
    "few-far": (
        "400 radiographies, saines ou non",
        "700 spectrogrammes de chants, de 5 espèces d’oiseaux",
        "800 images de cellules au microscope, de 3 types",
    ),
    "many-near": (
        "600 000 photos de plats, de 250 recettes",
        "400 000 photos d’animaux, de 300 espèces",
        "900 000 photos de produits, de 500 rayons",
    ),
}
"""Combien d’images, proches ou loin de celles d’ImageNet : trois situations qui appellent trois réponses."""

ALL = tuple(project for group in PROJECTS.values() for project in group)

HEAD = "Geler tout le tronc et n’entraîner qu’une nouvelle tête sur ses dernières cartes."
MIDDLE = "Ne garder, gelées, que les premières couches, et entraîner une petite tête sur leurs cartes."
FINE = "Remplacer la tête, puis réentraîner tout le réseau à petit pas."
SCRATCH = "Tirer tous les poids au hasard et entraîner tout le réseau."
RIGHT = {"few-near": HEAD, "few-far": MIDDLE, "many-near": FINE}


def situation(project: str) -> str:
    return next(name for name, group in PROJECTS.items() if project in group)


def _unless(text: str) -> Callable[[str], str | None]:
    """La proposition, là où elle est fausse."""
    return lambda project: None if RIGHT[situation(project)] == text else text


REASONS = {
    "few-near": "Les images ressemblent à celles d’ImageNet : les dernières cartes leur conviennent. Elles sont peu "
    "nombreuses : mieux vaut entraîner peu de paramètres.",
    "few-far": "Les images ressemblent peu à celles d’ImageNet : seules les premières couches (bords, textures) leur "
    "conviennent. Elles sont peu nombreuses : on n’entraîne que peu de paramètres.",
    "many-near": "Les images sont nombreuses : on peut ajuster tous les poids sans surapprendre, et les poids de "
    "départ sont déjà bons.",
}

WHAT_TO_FREEZE = Family(
    id="transfer.what_to_freeze",
    title="Que geler ?",
    topic="entrainement",
    level=2,
    time_s=60,
    source="École d’été, « Apprentissage par transfert »",
    objectives=("Choisir ce qu’on gèle et mesurer ce qu’on entraîne.",),
    domain={"project": choices(*ALL)},
    answer=lambda project: Choice(RIGHT[situation(project)]),
    mistakes=(
        Misconception(
            "what-to-freeze.head",
            _unless(HEAD),
            "Les dernières cartes sont faites pour les photos d’ImageNet. Demandez-vous si vos images leur "
            "ressemblent, et "
            "si vous en avez assez pour faire mieux que les réutiliser telles quelles.",
        ),
        Misconception(
            "what-to-freeze.middle",
            _unless(MIDDLE),
            "Vous jetez les dernières couches. C’est utile quand vos images ne ressemblent pas à celles "
            "d’ImageNet et "
            "qu’elles sont trop peu nombreuses pour les réentraîner.",
        ),
        Misconception(
            "what-to-freeze.fine",
            _unless(FINE),
            "Des millions de paramètres ajustés sur quelques centaines d’images : le réseau les apprendrait par "
            "cœur.",
        ),
        Misconception(
            "what-to-freeze.scratch",
            lambda: SCRATCH,
            "Des poids préentraînés sont un meilleur départ que le hasard : leurs premières couches servent à "
            "presque toutes les images.",
        ),
    ),
    statement=lambda project: (
        f"Vous disposez d’un ResNet-50 préentraîné sur ImageNet et de {project}. Par quoi commencez-vous ?"
    ),
    solution=lambda project: (REASONS[situation(project)], RIGHT[situation(project)]),
    hints=("Avez-vous beaucoup d’images ? Ressemblent-elles à celles d’ImageNet ?",),
)

FAMILIES = (WHAT_TO_FREEZE,)
