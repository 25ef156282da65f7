"""Ce qui reste d’un explorateur sur papier ou sans script : une image et une phrase."""

from __future__ import annotations

from coursekit.questions.family import Figure
from coursekit.questions.styles import escape_html


def still(title: str, figure: Figure, sentence: str) -> str:
    """Une figure HTML. `figure` porte son texte de remplacement ; `sentence` dit ce qu’elle montre."""
    return (
        f'<figure><p class="title">{escape_html(title)}</p><div class="still">{figure.svg}</div>'
        f"<figcaption>{escape_html(sentence)}</figcaption></figure>"
    )
