"""Le français de tout ce qui se lit, relu par hunspell et Grammalecte : aucune faute, aucune exception inutile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import unescape
from pathlib import Path

import french_exceptions
import pytest
from french_correctors import Fault, grammar_faults, misspelt, spelling_faults, words_of
from french_masks import masked_passage
from french_passages import PLACE, Passage, markdown_passages, python_passages
from french_texts import file_passages, question_passages
from french_web import css_passages, html_passages, javascript_passages

KNOWN = french_exceptions.load()
THIN, NBSP = "\u202f", "\u00a0"


@pytest.fixture(scope="module")
def passages() -> list[Passage]:
    """Tout le français du projet."""
    found = [*file_passages(), *question_passages()]
    return [masked_passage(KNOWN.without_unseen(passage)) for passage in found]


@pytest.fixture(scope="module")
def reproaches(passages: list[Passage], tmp_path_factory: pytest.TempPathFactory) -> list[Fault]:
    """Ce que Grammalecte en dit, exceptions comprises."""
    return grammar_faults(passages, tmp_path_factory.mktemp("grammaire"))


def told(faults: list[Fault]) -> str:
    return "\n".join(map(str, faults))


def test_everything_is_read(passages: list[Passage]) -> None:
    places = {line.place.split(":")[0] for passage in passages for line in passage}
    for start in (
        "README.md",
        "book/bases/pooling.md",
        "solutions/tp-pooling/tp-pooling.py",
        "coursekit/errors.py",
        "coursekit/widgets/quiz.js",
        "coursekit/course/templates/feedback/index.html.j2",
        "book/_assets/livre.css",
        "question pool.max_values",
    ):
        assert start in places


def test_the_spelling(passages: list[Passage]) -> None:
    faults = spelling_faults(passages, KNOWN.lexicon)
    assert not faults, told(faults)


def test_the_grammar(reproaches: list[Fault]) -> None:
    faults = KNOWN.remaining(reproaches)
    assert not faults, told(faults)


def test_every_exception_is_needed(passages: list[Passage], reproaches: list[Fault]) -> None:
    used = {KNOWN.used_by(fault) for fault in reproaches}
    assert {*KNOWN.rules, *KNOWN.cases} - used == set(), "exceptions de grammaire sans emploi"
    met = {word for passage in passages for line in passage for word in words_of(line.text)}
    needed = misspelt(word for word in met if word.lower() in KNOWN.words)
    assert not KNOWN.words - {word.lower() for word in needed}, (
        "mots du lexique sans emploi, ou que hunspell connaît"
    )


def test_an_exception_has_a_reason(tmp_path: Path) -> None:
    source = tmp_path / "exceptions.toml"
    text = (
        '[[lexique]]\nraison = "{}"\nmots = "padding"\n[[inconnus]]\nraison = "x"\nmots = "SE"\n[[regles]]\n'
    )
    text += 'raison = "x"\nnoms = []\n[[cas]]\nraison = "x"\ntextes = []\n'
    source.write_text(text.format("Un terme."), encoding="utf-8")
    assert french_exceptions.load(source).words == {"padding"}
    source.write_text(text.format(" "), encoding="utf-8")
    with pytest.raises(AssertionError, match="raison"):
        french_exceptions.load(source)


SPELLING = [
    ("Les filtres de la couche.", "Les fitlres de la couche.", "fitlres"),
    ("L’apprentissage d’un réseau.", "L’aprentissage d’un réseau.", "aprentissage"),
    ("Le max pooling résume.", "Le max poling résume.", "poling"),
]
GRAMMAR = [
    ("Des images nettes suffisent.", "Des image nettes suffisent.", "image"),
    ("La sortie est plus petite.", "La sortie est plus petit.", "petit"),
    ("Les couches lisent l’image.", "Les couches lit l’image.", "lit"),
    (f"Voici la règle{NBSP}: on divise.", "Voici la règle : on divise.", " :"),
    (f"Est-ce vrai{THIN}? Oui.", "Est-ce vrai ? Oui.", " ?"),
    ("C’est l’image.", "C’est l'image.", "l'"),
    (f"Il pèse 12{THIN}Mo en tout.", "Il pèse 12 Mo en tout.", "12 Mo"),
]
READERS = [
    (markdown_passages, "{}"),
    (markdown_passages, ":::{{note}}\n{}\n:::"),
    (markdown_passages, "| Terme | Sens |\n|---|---|\n| un | {} |"),
    (markdown_passages, "```{{code-cell}} python\n# {}\n```"),
    (python_passages, 'x = f"{{y}} ici. {}"'),
    (python_passages, 'def f():\n    """Une phrase.\n\n    {}\n    """'),
    (python_passages, "# %% [markdown]\n# {}"),
    (javascript_passages, "// {}"),
    (javascript_passages, 'say("{}");'),
    (javascript_passages, "say(`ici ${{x ? `{}` : y}} là`);"),
    (javascript_passages, "const a = `${{b.map(({{ c }}) => c)}}`;\nsay(`{}`);"),
    (css_passages, "/* {} */"),
    (html_passages, '<p title="{}">x</p>'),
    (html_passages, "{{% if x %}}<p>{}</p>{{% endif %}}"),
]


Reader = Callable[[str, str], Iterable[Passage]]


def read(reader: Reader, template: str, text: str) -> list[Passage]:
    return [masked_passage(passage) for passage in reader("ici", template.format(text))]


def test_a_misspelt_word_is_caught_and_its_neighbour_passes() -> None:
    for right, wrong, word in SPELLING:
        (found,) = spelling_faults(read(markdown_passages, "{}", wrong), KNOWN.lexicon)
        assert (found.place, found.words) == ("ici:1", word)
        assert not spelling_faults(read(markdown_passages, "{}", right), KNOWN.lexicon)


@pytest.mark.parametrize(("reader", "template"), READERS)
@pytest.mark.parametrize("text", [wrong for _, wrong, _ in (*SPELLING, *GRAMMAR)])
def test_a_sentence_is_read_whole_wherever_it_stands(reader: Reader, template: str, text: str) -> None:
    if reader is html_passages:
        text = text.replace("'", "&apos;")
    lines = [line for passage in reader("ici", template.format(text)) for line in passage]
    assert unescape(text) in {line.text.removeprefix(f"{PLACE} ici. ") for line in lines}
    assert {line.place.split(":")[0] for line in lines} == {"ici"}


def test_a_grammar_fault_is_caught_and_its_neighbour_passes(tmp_path: Path) -> None:
    """Un seul appel pour tous les couples : lancer Grammalecte coûte plus que relire une page."""
    lines = [text for right, wrong, _ in GRAMMAR for text in (right, wrong)]
    found = grammar_faults(list(markdown_passages("ici", "\n\n".join(lines))), tmp_path)
    caught = {int(fault.place.split(":")[1]) // 2: fault.words for fault in found}
    assert {place for place in caught if place % 2 == 0} == set()
    for number, (_, wrong, words) in enumerate(GRAMMAR):
        assert words in caught.get(2 * number + 1, ""), wrong


NOT_FRENCH = [
    "Le `fitlre` et $fitlre$ et {ref}`fitlre`.",
    "Lisez [ici](https://exemple.fr/fitlre), ou {cite:p}`fitlre`.",
    "Une option --fitlre, un fichier fitlre.py, un appel fitlre(x), un nom fit_lre.",
    f"L’article «{THIN}The learning of some fitlres{THIN}».",
    "Voir *Computing Receptive Fields of Convolutional Neural Networks*.",
]


@pytest.mark.parametrize("text", NOT_FRENCH)
def test_what_is_not_french_is_left_alone(text: str) -> None:
    assert not spelling_faults(read(markdown_passages, "{}", text), KNOWN.lexicon)
