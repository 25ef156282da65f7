"""Exécuter les cellules d’un élève, et prouver qu’elles l’ont été.

Une cellule passe par `kernel.do_execute`, comme dans Jupyter. Juste après, par le même chemin, une ligne à nous va
chanter un mot choisi par l’hôte : qui a vidé les cellules, ou remplacé ce qui les exécute, ne le chante pas.
"""

from __future__ import annotations

import builtins
import os
from collections.abc import Coroutine
from typing import Any

from coursekit.grading.execute.outputs import Descriptors, Publisher
from coursekit.grading.execute.shell import LightShell, attach, error_output, warm

_sung: list[str] = []


def sing(word: str) -> None:
    """Appelée par la ligne qui suit chaque cellule."""
    _sung.append(word)


class Kernel:
    """Ce que `get_ipython().kernel` sait faire ici : exécuter."""

    def __init__(self, shell: LightShell) -> None:
        self.shell = shell
        self.error: BaseException | None = None

    async def do_execute(self, code: str, silent: bool, **_: Any) -> dict[str, Any]:
        done = self.shell.run_cell(code, store_history=False, silent=silent)
        self.error = done.error_before_exec or done.error_in_exec
        return {"status": "error" if self.error else "ok", "execution_count": 1}


class Cells:
    """L’interpréteur d’une copie, et ses sorties."""

    def __init__(self, publisher: Publisher) -> None:
        self.shell = warm()
        self.publisher = publisher
        attach(self.shell, publisher)
        self.descriptors = Descriptors(publisher)
        self.shell.kernel = self.kernel = Kernel(self.shell)
        self._builtins = dict(vars(builtins))
        self._process = os.getpid()

    @property
    def names(self) -> dict[str, Any]:
        found: dict[str, Any] = self.shell.user_ns
        return found

    def run(self, source: str, word: str, limit: int) -> dict[str, Any]:
        """Exécute une cellule ; dit son erreur, si elle en a une, et le mot chanté ensuite."""
        self.publisher.begin(limit)
        self.kernel.error = None
        error = self._execute(source)
        self.finish()
        _sung.clear()
        self._execute(f"__import__({__name__!r}, fromlist=['sing']).sing({word!r})")
        return {
            "error": describe(error),
            "sung": _sung[-1] if len(_sung) == 1 else "",
            "overflowed": self.publisher.overflowed,
        }

    def _execute(self, source: str) -> BaseException | None:
        try:
            drive(self.shell.kernel.do_execute(source, False))
            return self.kernel.error
        except BaseException as error:
            return error
        finally:
            self.settle()

    def settle(self) -> None:
        """Après du code d’élève : un enfant qui en revient s’arrête là ; les fonctions de Python reviennent."""
        if os.getpid() != self._process:
            os._exit(0)
        vars(builtins).update(self._builtins)

    def finish(self) -> None:
        self.descriptors.drain()
        self.publisher.flush()

    def show_error(self, name: str, text: str, lines: list[str]) -> None:
        self.publisher.show(*error_output(name, text, lines))


def drive(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Mène une coroutine qui n’attend rien, sans boucle : la cellule peut avoir la sienne."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise RuntimeError("l’exécution d’une cellule n’a rien à attendre")


def describe(error: BaseException | None) -> dict[str, Any] | None:
    """Le nom, le texte et le numéro d’une erreur, en données exactes."""
    if error is None:
        return None
    number = error.errno if isinstance(error, OSError) and type(error.errno) is int else None
    try:
        text = str.__str__(str(error))[:2000]
    except BaseException:
        text = ""
    kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
    return {"name": type(error).__name__, "text": text, "number": number, "kinds": kinds}
