"""Un nom stable pour un cas de test : sans les adresses mémoire, qui changent d’un processus à l’autre."""

import re


def label(value: object) -> str:
    """`<function f at 0x7f…> → <function f>` ; les tests se répartissent ainsi entre plusieurs processus."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))[:80]
