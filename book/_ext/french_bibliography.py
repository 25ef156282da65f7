"""Une bibliographie en français : « et » entre les auteurs, « dans », « p. », titres dans la casse de leurs
auteurs.

Les styles de pybtex ont leurs mots anglais dans le code, sans traduction possible. Celui-ci ne décrit que
les genres de publication du cours (article, livre, acte de conférence, rapport, page) ; un autre genre
échoue avec le nom de la méthode à écrire.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pybtex.plugin
from pybtex.database import Entry
from pybtex.style.formatting import BaseStyle, toplevel
from pybtex.style.formatting.unsrt import dashify
from pybtex.style.template import (
    Node,
    first_of,
    href,
    join,
    names,
    optional,
    optional_field,
    sentence,
    tag,
    words,
)
from pybtex.style.template import field as entry_field
from sphinx.application import Sphinx
from sphinxcontrib.bibtex.plugin import register_plugin
from sphinxcontrib.bibtex.style.referencing import BracketStyle, PersonStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle

NBSP = "\N{NO-BREAK SPACE}"
THIN = "\N{NARROW NO-BREAK SPACE}"
AND = " et "


def authors() -> Node:
    """« Karen Simonyan et Andrew Zisserman (2015). »"""
    people = names("author", sep=", ", sep2=AND, last_sep=AND)
    return sentence[join(sep=" ")[people, join["(", entry_field("year"), ")"]]]


def pages() -> Node:
    """« p. 2278–2324 » ; rien si le champ manque."""
    return optional[join["p.", NBSP, entry_field("pages", apply_func=dashify)]]


def volume() -> Node:
    """« vol. 86 (11) » ; rien si le champ manque."""
    return optional[
        join["vol.", NBSP, entry_field("volume"), optional[NBSP, "(", entry_field("number"), ")"]]
    ]


def web_address() -> Node:
    """Un seul lien, le plus durable : DOI, sinon arXiv, sinon l’adresse."""
    doi, eprint, url = (entry_field(name, raw=True) for name in ("doi", "eprint", "url"))
    return sentence[
        first_of[
            optional[href(join["https://doi.org/", doi])[join["doi", NBSP, ": ", doi]]],
            optional[href(join["https://arxiv.org/abs/", eprint])[join["arXiv", NBSP, ": ", eprint]]],
            optional[href(url)[url]],
        ]
    ]


class FrenchStyle(BaseStyle):
    """Auteurs (année). Titre. Où. Lien."""

    default_sorting_style = "author_year_title"
    default_label_style = "alpha"

    def get_article_template(self, entry: Entry) -> Node:
        """Un article de revue."""
        where = sentence[tag("em")[entry_field("journal")], volume(), pages()]
        return self._entry(self._title(entry), where)

    def get_inproceedings_template(self, entry: Entry) -> Node:
        """Une communication dans des actes."""
        where = sentence[words["Dans", tag("em")[entry_field("booktitle")]], pages()]
        return self._entry(self._title(entry), where)

    def get_book_template(self, entry: Entry) -> Node:
        """Un livre, titre en italique."""
        return self._entry(
            sentence[tag("em")[entry_field("title")]],
            sentence[entry_field("publisher"), optional_field("address")],
        )

    def get_techreport_template(self, entry: Entry) -> Node:
        """Un rapport."""
        where = sentence[
            words[first_of[optional_field("type"), "Rapport technique"], optional_field("number")],
            entry_field("institution"),
        ]
        return self._entry(self._title(entry), where)

    def get_misc_template(self, entry: Entry) -> Node:
        """Une prépublication ou une page."""
        return self._entry(self._title(entry), sentence[optional_field("howpublished")])

    def _title(self, entry: Entry) -> Node:
        return sentence[entry_field("title")]

    def _entry(self, *parts: Node) -> Node:
        return toplevel[[authors(), *parts, sentence[optional_field("note")], web_address()]]


def round_brackets() -> BracketStyle:
    """Des parenthèses, et un point-virgule entre deux renvois."""
    return BracketStyle(left="(", right=")", sep=f"{THIN}; ")


@dataclass
class FrenchAuthorYear(AuthorYearReferenceStyle):
    """« (LeCun et al., 1998) » et « LeCun et al. (1998) »."""

    bracket_parenthetical: BracketStyle = field(default_factory=round_brackets)
    bracket_textual: BracketStyle = field(default_factory=round_brackets)
    person: PersonStyle = field(default_factory=lambda: PersonStyle(sep2=AND, last_sep=AND))


def setup(app: Sphinx) -> dict[str, Any]:
    """Inscrit les deux styles sous les noms que cite `_config.yml`."""
    pybtex.plugin.register_plugin("pybtex.style.formatting", "francais", FrenchStyle)
    register_plugin("sphinxcontrib.bibtex.style.referencing", "auteur_annee", FrenchAuthorYear)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
