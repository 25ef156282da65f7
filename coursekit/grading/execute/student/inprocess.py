"""Le recours : exécuter une cellule de tests chez l’élève, quand rien d’autre ne convient.

Deux témoins : une assertion fausse, qui doit échouer, et un mot dit par la dernière ligne des tests. Ils démasquent les
attaques paresseuses, pas un élève qui lit ces lignes : une telle note est toujours à vérifier.
"""

from __future__ import annotations

import ast
import linecache
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from coursekit.grading.execute.scoring import judged
from coursekit.grading.execute.student.cells import Cells, describe


class Spoken:
    """Ce que la dernière ligne a dit : un mot, et la valeur de la dernière expression."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.value: Any = None

    def __call__(self, word: str, value: Any = None) -> None:
        self.words.append(word)
        self.value = value


def run_tests(cells: Cells, source: str, word: str, limit: int) -> dict[str, Any]:
    """Exécute des tests dans le processus de l’élève."""
    cells.publisher.begin(0)
    canary = _execute(cells, f"assert False, {word!r}", Spoken(), "")
    cells.publisher.begin(limit)
    spoken = Spoken()
    error = _execute(cells, source, spoken, word)
    if error is not None:
        cells.shell.showtraceback((type(error), error, None))
    elif spoken.value is not None:
        with cells.shell.builtin_trap:
            cells.shell.displayhook(spoken.value)
    cells.finish()
    return {
        "error": describe(error),
        "canary": type(canary) is AssertionError and canary.args == (word,),
        "spoken": spoken.words == [word],
        "value": judged(spoken.value),
        "overflowed": cells.publisher.overflowed,
    }


def _execute(cells: Cells, source: str, spoken: Spoken, word: str) -> BaseException | None:
    name, shell = f"_{word}", cells.shell
    try:
        code = _compiled(TransformerManager().transform_cell(source), name, word)
        cells.names[name] = spoken
        with shell.builtin_trap, shell.display_trap:
            exec(code, cells.names)
        return None
    except BaseException as error:
        return error
    finally:
        cells.settle()
        cells.names.pop(name, None)


def _compiled(source: str, name: str, word: str) -> Any:
    """Le code des tests, dont la dernière ligne dit le mot et la valeur de l’expression finale."""
    tree = ast.parse(source)
    last = tree.body[-1] if tree.body else None
    value = [tree.body.pop().value] if isinstance(last, ast.Expr) else []  # type: ignore[attr-defined]
    call = ast.Call(ast.Name(name, ast.Load()), [ast.Constant(word), *value], [])
    tree.body.append(ast.copy_location(ast.Expr(call), last) if last else ast.Expr(call))
    file = f"<tests {name}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    return compile(ast.fix_missing_locations(tree), file, "exec")
