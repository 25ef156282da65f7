"""Les 36 attaques auxquelles la notation résiste, en données : une copie hostile, et ce qu’elle doit valoir.

Une attaque a plusieurs variantes ; toutes portent son numéro. `stage` dit quelle étape l’arrête, et c’est dans les
tests de cette étape qu’elle est affirmée. Rien ici n’exécute le code des copies.
"""

from attacks import files, forged, kernel, outside, resources, scores, stops
from attacks.model import LEAK, PLANTED, RIGHT, WRONG, Attack, Expected, Special, Stage, Submission

ATTACKS: tuple[Attack, ...] = tuple(
    sorted(
        (
            *forged.ATTACKS,
            *kernel.ATTACKS,
            *stops.ATTACKS,
            *resources.ATTACKS,
            *outside.ATTACKS,
            *files.ATTACKS,
            *scores.ATTACKS,
        ),
        key=lambda attack: attack.number,
    )
)


def stopped_by(stage: Stage) -> tuple[Attack, ...]:
    """Les attaques qu’une étape doit arrêter."""
    return tuple(attack for attack in ATTACKS if attack.stage is stage)


__all__ = [
    "ATTACKS",
    "LEAK",
    "PLANTED",
    "RIGHT",
    "WRONG",
    "Attack",
    "Expected",
    "Special",
    "Stage",
    "Submission",
    "stopped_by",
]
