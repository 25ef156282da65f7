"""Les tirages que partagent les tests de la banque : mille graines par famille, une question chacune."""

from functools import lru_cache

from coursekit.questions import Key, find, generate

SEEDS = 1000


@lru_cache(maxsize=1)
def drawn(name):
    """Les questions distinctes de mille graines, tapées puis à propositions quand la famille offre les deux."""
    family = find(name)
    found = {}
    for seed in range(SEEDS):
        for form in ("typed", "choice"):
            variant = next(generate(family, 1, Key("test", seed=seed), form=form))
            found.setdefault((variant.note, variant.form), variant)
            if form not in family.offered(variant.answer.kind):
                break
    return tuple(found.values())


def texts(variant):
    """Tout ce qu’un élève peut lire d’une question, en balisage."""
    yield variant.statement
    yield from variant.solution
    yield from variant.hints
    for item in variant.items:
        yield item.prompt
    for wrong in variant.wrongs:
        yield wrong.feedback
    for option in variant.options:
        yield option.text
    if variant.figure:
        yield variant.figure.alt
