"""La page d’aperçu : les fiches, les filtres, et la liste de ce qu’on écarte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files
from itertools import groupby

from coursekit.questions.family import TOPICS
from coursekit.questions.preview.cards import card
from coursekit.questions.styles import escape_html
from coursekit.questions.text import NBSP
from coursekit.questions.variant import Variant


def page(variants: Iterable[Variant], title: str, rejected: frozenset[str] = frozenset()) -> Iterator[bytes]:
    """La page, morceau par morceau ; les questions d’une même famille se suivent.

    Args:
        rejected: les empreintes de ce qu’on a déjà écarté.
    """
    families = [list(group) for _, group in groupby(variants, key=lambda variant: variant.family.id)]
    yield _head(title, families).encode()
    for drawn in families:
        for number, variant in enumerate(drawn, start=1):
            yield card(variant, number, len(drawn), rejected=variant.hash in rejected).encode()
    yield f"</main><script>{_file('preview.js')}</script></body></html>\n".encode()


def _file(name: str) -> str:
    return files("coursekit").joinpath("questions", "preview", name).read_text(encoding="utf-8")


def _head(title: str, families: list[list[Variant]]) -> str:
    found = [drawn[0].family for drawn in families]
    topics = [(key, name) for key, name in TOPICS.items() if any(f.topic == key for f in found)]
    levels = [(str(n), f"niveau{NBSP}{n}") for n in sorted({f.level for f in found})]
    names = [(f.id, f"{f.title} ({f.id})") for f in found]
    return (
        '<!doctype html>\n<html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape_html(title)}</title><style>{_file('preview.css')}</style></head><body>"
        f"<header class='top'><h1>{escape_html(title)}</h1><form role='search' class='filters'>"
        '<label>Chercher <input type="search" name="text" placeholder="mot, nombre, erreur…"></label>'
        f"{_select('topic', 'Thème', 'tous', topics)}{_select('level', 'Niveau', 'tous', levels)}"
        f"{_select('family', 'Famille', 'toutes', names)}"
        f"{_select('state', 'État', 'toutes', [('kept', 'gardées'), ('rejected', 'écartées')])}"
        '<span class="actions"><button type="button" name="open">Tout déplier</button>'
        '<button type="button" name="save">Télécharger la liste des écartées</button></span>'
        '<output class="count" aria-live="polite"></output></form></header><main>'
        "<noscript><p>Sans script, tout se lit et s’imprime, mais rien ne se filtre ni ne s’écarte.</p></noscript>"
    )


def _select(name: str, label: str, every: str, values: list[tuple[str, str]]) -> str:
    options = "".join(f'<option value="{value}">{escape_html(text)}</option>' for value, text in values)
    return f'<label>{label} <select name="{name}"><option value="">{every}</option>{options}</select></label>'
