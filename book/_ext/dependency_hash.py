"""De quoi dépend un chapitre : les modules que ses cellules importent, de proche en proche, lus sans rien
exécuter.

Rien ici ne connaît Sphinx. On part d’extraits de code, on lit leurs `import` dans l’arbre syntaxique, puis
ceux des modules trouvés, et l’on condense le contenu de tous les fichiers rencontrés. Là où l’arbre ne
suffit pas, on prend large :

* `import_module(variable)` peut charger tout module du paquet où il est écrit ;
* une chaîne égale au nom d’un module (`files("coursekit.filters")`) vaut un import ;
* une commande du terminal (`!coursekit describe vgg16`) peut atteindre tout le paquet ;
* une donnée rangée à côté d’un module importé peut être lue par lui.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """Un paquet Python sur le disque : son nom et le dossier de son `__init__.py`."""

    name: str
    root: Path

    @cached_property
    def modules(self) -> dict[str, Path]:
        """Chaque module du paquet, par son nom à points."""
        return {self._dotted(path): path for path in sorted(self.root.rglob("*.py"))}

    def _dotted(self, path: Path) -> str:
        parts = path.relative_to(self.root).with_suffix("").parts
        return ".".join([self.name, *(part for part in parts if part != "__init__")])

    def is_package(self, module: str) -> bool:
        """Dit si un module est un dossier (un `__init__.py`)."""
        return self.modules[module].name == "__init__.py"

    def parent(self, module: str) -> str:
        """Le paquet à partir duquel se lisent les imports relatifs d’un module."""
        return module if self.is_package(module) else module.rpartition(".")[0]

    def below(self, prefix: str) -> set[str]:
        """Tous les modules d’un sous-paquet, lui compris."""
        return {name for name in self.modules if name == prefix or name.startswith(prefix + ".")}

    def with_ancestors(self, name: str) -> set[str]:
        """Les modules que charge l’import d’un nom : chacun de ses préfixes qui est un module."""
        parts = name.split(".")
        prefixes = (".".join(parts[: end + 1]) for end in range(len(parts)))
        return {prefix for prefix in prefixes if prefix in self.modules}


def runtime_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Parcourt un arbre sans entrer dans les blocs `if TYPE_CHECKING:`, qui ne s’exécutent jamais."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and _is_type_checking(child.test):
            for statement in child.orelse:
                yield from runtime_nodes(statement)
        else:
            yield from runtime_nodes(child)


def _is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def _called_name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _absolute(node: ast.ImportFrom, base: str) -> str:
    """Le nom absolu de la source d’un `from … import`, `base` étant le paquet où il est écrit."""
    if node.level == 0:
        return node.module or ""
    above = base.split(".")[: len(base.split(".")) - (node.level - 1)]
    return ".".join([*above, *([node.module] if node.module else [])])


def _is_dynamic_import(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or _called_name(node) not in {"import_module", "__import__"}:
        return False
    name = node.args[0] if node.args else None
    return not (isinstance(name, ast.Constant) and not str(name.value).startswith("."))


def _is_shell(node: ast.AST, package: Package) -> bool:
    """Une commande `!…` ou `%%bash` (traduite par IPython) qui nomme le paquet."""
    return (
        isinstance(node, ast.Call)
        and _called_name(node) in {"system", "getoutput", "run_cell_magic", "run_line_magic"}
        and any(package.name in str(arg.value) for arg in node.args if isinstance(arg, ast.Constant))
    )


def direct_imports(tree: ast.AST, package: Package, base: str = "") -> set[str]:
    """Les modules du paquet qu’un arbre syntaxique charge lui-même.

    `base` est le paquet où le code est écrit ; vide pour une cellule.
    """
    found: set[str] = set()
    for node in runtime_nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found |= package.with_ancestors(alias.name)
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(node, base)
            for alias in node.names:
                found |= package.with_ancestors(source if alias.name == "*" else f"{source}.{alias.name}")
        elif isinstance(node, ast.Constant) and node.value in package.modules:
            found |= package.with_ancestors(str(node.value))
        elif _is_dynamic_import(node) or _is_shell(node, package):
            found |= package.below(base or package.name)
    return found


def module_closure(sources: Iterable[str], package: Package) -> set[str]:
    """Les modules du paquet qu’atteignent des extraits de code, de proche en proche."""
    pending = set[str]()
    for source in sources:
        pending |= direct_imports(ast.parse(source), package)
    reached: set[str] = set()
    while pending:
        module = pending.pop()
        reached.add(module)
        tree = ast.parse(package.modules[module].read_bytes())
        pending |= direct_imports(tree, package, package.parent(module)) - reached
    return reached


def data_beside(modules: Iterable[str], package: Package) -> set[Path]:
    """Les fichiers de données à côté des modules, sous-dossiers sans code compris."""
    found: set[Path] = set()
    for folder in {package.modules[module].parent for module in modules}:
        found |= set(_data_in(folder))
    return found


def _data_in(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.name == "__pycache__" or entry.name.startswith("."):
            continue
        if entry.is_file() and entry.suffix != ".py":
            yield entry
        elif entry.is_dir() and not any(entry.rglob("*.py")):
            yield from _data_in(entry)


def files_of(sources: Iterable[str], package: Package) -> set[Path]:
    """Tous les fichiers du paquet dont dépendent des extraits de code."""
    modules = module_closure(sources, package)
    return {package.modules[module] for module in modules} | data_beside(modules, package)


def digest(files: Iterable[Path], *facts: str) -> str:
    """Un condensé stable de fichiers (nom et contenu) et de faits (la version de Python, par exemple)."""
    total = hashlib.sha256("\0".join(facts).encode())
    for path in sorted(set(files)):
        total.update(f"\0{path.name}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]
