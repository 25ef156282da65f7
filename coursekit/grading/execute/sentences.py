"""Ce qu’on dit à l’enseignant de ce qui est arrivé à une cellule ou à une copie."""

from __future__ import annotations

from coursekit.grading.amounts import seconds
from coursekit.grading.exchange import Limits


def too_long(limits: Limits) -> str:
    return f"La cellule n’était pas finie après {seconds(limits.cell_seconds)} : elle a été arrêtée."


def call_too_long(waited: float) -> str:
    """`waited` : les secondes pendant lesquelles les tests ont attendu, car ils renoncent parfois avant la limite."""
    rounded = float(f"{waited:.2g}")
    return f"Un appel des tests n’avait pas répondu après {seconds(rounded)} : il a été arrêté."


def notebook_too_long(limits: Limits) -> str:
    return f"La copie a dépassé {seconds(limits.notebook_seconds)} en tout : elle a été arrêtée."


def too_much_output(limits: Limits) -> str:
    size = f"{limits.output / 2**20:.3g}".replace(".", ",")
    return f"La cellule affiche plus de {size} Mio, ou plus de mille messages : la suite est perdue."


TAMPERED = "La cellule ne s’est pas exécutée jusqu’au bout : la copie a remplacé ce qui l’exécute."
TAMPERED_MESSAGE = "La copie a envoyé un message qui n’est pas de ceux qu’on attend : elle a été arrêtée."
TAMPERED_TESTS = (
    "Exécutés dans le processus de l’élève, ces tests ne se sont pas déroulés comme ils le devaient."
)
TESTS_TOO_LONG = "Ces tests n’étaient pas finis à temps : ils ont été arrêtés."
TESTS_GONE = "Le processus qui exécute les tests s’est arrêté pendant cette cellule."
TEXT_SCORE = "La dernière expression de ces tests n’est pas un nombre fini et positif : elle vaut 0."


def from_memory(name: str) -> str:
    return f"La cellule a manqué de mémoire ({name})."


def from_disk(text: str) -> str:
    return f"La cellule n’a plus pu écrire sur son disque ({text})."


def from_processes(text: str) -> str:
    return f"La cellule n’a plus pu créer de processus ou de fils d’exécution ({text})."


def not_run(why: str) -> str:
    """Une cellule que la copie n’a pas atteinte."""
    return f"Non exécutée : la copie s’est arrêtée avant. {why}"


def replay_failed(why: str) -> str:
    return f"La copie n’a pas pu être rejouée après un arrêt. {why}"


def to_verify(why: str) -> str:
    return f"À vérifier : {why} Ils ont tourné dans le processus de l’élève."
