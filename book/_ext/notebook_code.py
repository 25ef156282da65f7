"""Le code d’un chapitre, tel qu’un lecteur peut l’exécuter chez lui : les cellules montrées et ce qu’il leur faut.

Les cellules masquées (`remove-cell`) calculent les nombres que cite la prose, avec des outils du livre. Elles n’ont
rien à faire dans un notebook ; mais il leur arrive d’importer, ou de définir, ce dont une cellule montrée se sert.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

HIDDEN = "remove-cell"
FOLDED = ("remove-input", "hide-input", "hide-cell")
DEFINING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)


@dataclass(frozen=True)
class Shown:
    """Une cellule à mettre dans le notebook."""

    source: str
    folded: bool = False


def tags_of(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def tree_of(source: str) -> ast.Module:
    """Le code d’une cellule, sans ses commandes IPython."""
    return ast.parse(MAGIC.sub("", source))


def bound(tree: ast.AST) -> set[str]:
    """Les noms que ce code définit, où que ce soit."""
    return {name for node in ast.walk(tree) for name in _names(node)}


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
            yield name
        case ast.ExceptHandler(name=str(name)):
            yield name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from ((alias.asname or alias.name).split(".")[0] for alias in aliases)


def used(tree: ast.AST) -> set[str]:
    """Les noms que ce code lit."""
    return {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def missing(sources: Iterable[str]) -> set[str]:
    """Les noms que ces cellules lisent et qu’aucune ne définit."""
    trees = [tree_of(source) for source in sources]
    return set().union(*map(used, trees)) - set().union(*map(bound, trees)) - set(dir(builtins))


@dataclass(frozen=True)
class Statement:
    """Une instruction d’une cellule masquée, au premier niveau."""

    cell: int
    node: ast.stmt
    source: str

    def for_names(self, wanted: set[str]) -> str:
        """Son texte, réduit aux noms voulus si c’est un import ; vide si elle n’en définit aucun."""
        if not bound(self.node) & wanted:
            return ""
        if not isinstance(self.node, ast.Import | ast.ImportFrom):
            return self.source
        names = [alias for alias in self.node.names if bound(ast.Import([alias])) & wanted]
        fields = vars(self.node) | {"names": names}
        return ast.unparse(type(self.node)(**fields))


def hidden_statements(cells: list[NotebookNode]) -> list[Statement]:
    """Les imports, fonctions et affectations des cellules masquées."""
    return [
        Statement(index, node, ast.get_source_segment(cell.source, node) or "")
        for index, cell in enumerate(cells)
        if cell.cell_type == "code" and HIDDEN in tags_of(cell)
        for node in tree_of(cell.source).body
        if isinstance(node, DEFINING)
    ]


def needed(shown: list[str], hidden: list[Statement]) -> set[str]:
    """Les noms à prendre aux cellules masquées : ceux que les autres lisent, puis ceux qu’il faut à leur définition."""
    wanted = missing(shown)
    while True:
        kept = [statement.source for statement in hidden if statement.for_names(wanted)]
        wider = wanted | (missing([*shown, *kept]) & set().union(*(bound(each.node) for each in hidden)))
        if wider == wanted:
            return wanted
        wanted = wider


def unreachable(cells: list[NotebookNode], written: Iterable[str]) -> set[str]:
    """Les noms que ces cellules liraient en vain : seule une cellule masquée les définit, dans un bloc."""
    hidden = (tree_of(cell.source) for cell in cells if cell.cell_type == "code" and HIDDEN in tags_of(cell))
    return missing(written) & set().union(*map(bound, hidden))


def shown_cells(cells: list[NotebookNode], visible: set[int]) -> dict[int, list[Shown]]:
    """Pour chaque cellule visible de la page, par son rang dans la source : ce qu’il faut écrire à sa place.

    Ce qu’elle doit aux cellules masquées qui la précèdent vient avant elle, dans une cellule à part.
    """
    hidden = hidden_statements(cells)
    wanted = needed([cells[index].source for index in visible], hidden)
    found: dict[int, list[Shown]] = {}
    start = 0
    for index in sorted(visible):
        lines = [each.for_names(wanted) for each in hidden if start <= each.cell < index]
        before = "\n".join(line for line in lines if line)
        shown = Shown(cells[index].source, any(tag in FOLDED for tag in tags_of(cells[index])))
        found[index] = [*([Shown(before)] if before else []), shown]
        start = index
    return found
