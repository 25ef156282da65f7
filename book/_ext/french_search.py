"""Une recherche où les accents sont facultatifs : « residuel » trouve « résiduel ».

L’index et la requête passent par la même réduction : accents ôtés, puis racine française. Celle de la page
est le script que Sphinx livre déjà, précédé d’une normalisation NFD ; aucune adresse extérieure.
"""

from __future__ import annotations

import unicodedata
from importlib import resources
from typing import Any

import sphinx.search
from sphinx.application import Sphinx
from sphinx.search.fr import SearchFrench

STEMMER = """
var Stemmer = function() {
  var french = new FrenchStemmer();
  this.stemWord = function(word) {
    return french.stemWord(word.normalize("NFD").replace(/[\\u0300-\\u036f]/g, ""));
  };
};
"""

NO_EXCERPT_FROM_DISK = 'if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;'
"""Un navigateur refuse qu’une page du disque en lise une autre : l’extrait de chaque résultat y serait une erreur."""


def unaccented(word: str) -> str:
    """Un mot sans ses accents."""
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def snowball_scripts() -> str:
    """Les deux scripts de Sphinx qui réduisent un mot français à sa racine."""
    folder = resources.files(sphinx.search) / "minified-js"
    return "\n".join(
        (folder / name).read_text(encoding="utf-8") for name in ("base-stemmer.js", "french-stemmer.js")
    )


class AccentFreeFrench(SearchFrench):
    """Le français de Sphinx, accents ôtés avant la racine."""

    js_stemmer_rawcode = ""
    js_stemmer_code = snowball_scripts() + STEMMER

    def stem(self, word: str) -> str:
        """La racine d’un mot, telle que la page la calculera de son côté."""
        return super().stem(unaccented(word.lower()))


def setup(app: Sphinx) -> dict[str, Any]:
    """Prend la place du français dans la table des langues de recherche."""
    app.add_js_file(None, body=NO_EXCERPT_FROM_DISK)
    sphinx.search.languages["fr"] = AccentFreeFrench
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
