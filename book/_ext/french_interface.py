"""Les mots de l’interface que les extensions laissent en anglais.

Les traductions sont dans `book/_ext/locale/*.po`, un fichier par catalogue de messages, compilés à chaque
construction.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode, depart_HideCellInput, visit_HideCellInput
from sphinx.application import Sphinx
from sphinx_proof.directive import ProofDirective

CATALOGS = Path(__file__).parent / "locale"


def compile_catalog(source: Path, target: Path) -> None:
    """Compile un fichier `.po` en `.mo`, à l’endroit où gettext le cherche."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as text, target.open("wb") as binary:
        write_mo(binary, read_po(text, locale="fr"))


def visit_hidden_cell(translator: Any, node: HideCodeCellNode) -> None:
    """Ouvre un repli de MyST-NB sans son nom anglais, qui cachait aux lecteurs d’écran « Afficher le code »."""
    start = len(translator.body)
    visit_HideCellInput(translator, node)
    translator.body[start:] = [
        part.replace(' aria-label="Toggle hidden content"', "") for part in translator.body[start:]
    ]


class Proof(ProofDirective):
    """Une preuve, que `sphinx-proof` annonce en anglais, sans traduction possible."""

    def run(self) -> list[nodes.Node]:
        """Compose la preuve, puis en traduit le premier mot."""
        (proof,) = super().run()
        first = next(proof.findall(nodes.Text))
        first.parent.replace(first, nodes.Text(f"Preuve.{first.removeprefix('Proof.')}"))
        return [proof]


def setup(app: Sphinx) -> dict[str, Any]:
    """Ajoute chaque catalogue aux traductions connues, et renomme le repli des cellules et les preuves."""
    app.setup_extension("myst_nb")
    app.setup_extension("sphinx_proof")
    app.add_directive_to_domain("prf", "proof", Proof, override=True)
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden_cell, depart_HideCellInput))
    compiled = Path(tempfile.mkdtemp(prefix="interface-fr-"))
    for source in sorted(CATALOGS.glob("*.po")):
        compile_catalog(source, compiled / "fr" / "LC_MESSAGES" / f"{source.stem}.mo")
        app.add_message_catalog(source.stem, str(compiled))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
