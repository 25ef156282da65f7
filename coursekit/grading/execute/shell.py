"""Un IPython léger, sans noyau ni historique : magies, `display`, dernière expression, figures en PNG.

Importer ce module charge IPython ; `warm()` construit l’interpréteur une fois, dans le parent chaud : les processus qui
en naissent l’ont déjà. Il n’exécute rien d’autre.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
import warnings
from ast import PyCF_ALLOW_TOP_LEVEL_AWAIT, PyCF_ONLY_AST
from functools import cache
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from coursekit.grading.execute.outputs import Publisher, Stream

MOST_LINES = 60
"""Lignes d’une pile d’appels affichée."""

LONGEST_LINE = 2000


class Displays(DisplayPublisher):  # type: ignore[misc]
    """Ce que publie `display(…)`."""

    publisher: Publisher | None = None

    def publish(self, data: Any, metadata: Any = None, source: Any = None, **_: Any) -> None:
        if self.publisher is not None:
            show(self.publisher, "display_data", data)

    def clear_output(self, wait: bool = False) -> None:
        """Rien : la correction montre tout ce qui a été affiché."""


class Results(DisplayHook):  # type: ignore[misc]
    """Ce que publie la dernière expression d’une cellule."""

    publisher: Publisher | None = None

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        if self.publisher is not None:
            show(self.publisher, "execute_result", format_dict)

    def finish_displayhook(self) -> None:
        pass

    def update_user_ns(self, result: Any) -> None:
        """Comme IPython, sans l’historique des résultats, qui retiendrait tout ce que la copie calcule."""
        self.shell.user_ns["_"] = result

    def log_output(self, format_dict: Any) -> None:
        pass


class PlainFirst(TransformerManager):  # type: ignore[misc]
    """Ce qui traduit les magies en Python."""

    def do_token_transforms(self, lines: list[str]) -> list[str]:
        """Comme IPython, qui relit mot à mot même ce qui est déjà du Python, pour le rendre tel quel."""
        if self.token_transformers == _TRANSLATED and not _may_be_magic("".join(lines)):
            return lines
        translated: list[str] = super().do_token_transforms(lines)
        return translated


_TRANSLATED = TransformerManager().token_transformers
_SIGNS = re.compile(r"[%!?]|^\s*[,;/]", re.MULTILINE)


def _may_be_magic(source: str) -> bool:
    """Sans un de ces signes, IPython n’a rien à traduire ; et s’il y en a, ce peut être du Python."""
    return _SIGNS.search(source) is not None and not _is_python(source)


def _is_python(source: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):  # ils viendront avec l’exécution
            compile(source, "", "exec", PyCF_ONLY_AST | PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except Exception:  # IPython dira ce qui n’y va pas
        return False
    return True


class LightShell(InteractiveShell):  # type: ignore[misc]
    """L’interpréteur d’une copie."""

    display_pub_class = Type(Displays)
    displayhook_class = Type(Results)

    publisher: Publisher | None = None

    def showtraceback(self, exc_tuple: Any = None, *_: Any, **__: Any) -> None:
        """L’erreur, par la pile d’appels ordinaire de Python : celle d’IPython coûte des dizaines de millisecondes."""
        error = exc_tuple[1] if exc_tuple else sys.exception()
        if self.publisher is not None and isinstance(error, BaseException):
            self.publisher.show(*error_output(type(error).__name__, said(error), lines_of(error)))

    def showsyntaxerror(self, filename: Any = None, running_compiled_code: bool = False) -> None:
        self.showtraceback()

    def should_run_async(self, raw_cell: str, **known: Any) -> bool:
        """Comme IPython, qui compile chaque cellule une fois de plus pour y chercher un mot."""
        asynchronous = "await" in raw_cell or "async" in raw_cell
        return asynchronous and bool(super().should_run_async(raw_cell, **known))

    def enable_gui(self, gui: Any = None) -> None:
        """Aucune fenêtre ici."""

    def atexit_operations(self) -> None:
        """Ce processus meurt avec sa copie : il n’y a rien à ranger."""


@cache
def warm() -> LightShell:
    """L’interpréteur de ce processus."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.autocall = 0
    config.InteractiveShell.cache_size = 0
    shell: LightShell = LightShell.instance(config=config, input_transformer_manager=PlainFirst())
    # Une première cellule charge ce qu’IPython ne charge qu’à l’usage.
    shell.run_cell("0", store_history=False)
    return shell


def attach(shell: LightShell, publisher: Publisher) -> None:
    """Relie l’interpréteur, et `sys.stdout`, à qui publie les sorties."""
    shell.publisher = shell.display_pub.publisher = shell.displayhook.publisher = publisher
    sys.stdout = Stream(publisher, "stdout", 1)
    sys.stderr = Stream(publisher, "stderr", 2)


def show(publisher: Publisher, kind: str, data: Any) -> None:
    """Publie une sortie riche ; les octets y sont en base64, comme dans un notebook."""
    from base64 import b64encode

    kept = {
        str(key): b64encode(value).decode() if type(value) is bytes else value for key, value in data.items()
    }
    size = sum(len(value) if type(value) is str else len(repr(value)) for value in kept.values())
    publisher.show({"output_type": kind, "data": kept, "metadata": {}}, size)


def error_output(name: str, text: str, lines: list[str]) -> tuple[dict[str, Any], int]:
    """Une sortie d’erreur et sa taille, bornées."""
    flat = [line[:LONGEST_LINE] for part in lines for line in part.split("\n")]
    if len(flat) > MOST_LINES:
        half = MOST_LINES // 2
        flat = [*flat[:half], f"… {len(flat) - MOST_LINES} lignes …", *flat[-half:]]
    size = len(text[:LONGEST_LINE]) + sum(map(len, flat))
    output = {"output_type": "error", "ename": name, "evalue": text[:LONGEST_LINE], "traceback": flat}
    return output, size


def said(error: BaseException) -> str:
    """Le texte d’une erreur, même si le demander en lève une autre."""
    try:
        return str(error)
    except BaseException:
        return ""


def _last_line(error: BaseException) -> str:
    text = said(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _notes(error: BaseException) -> list[str]:
    return [str(note) for note in getattr(error, "__notes__", ())]


HIDDEN = ("/IPython/", "coursekit/grading/")
"""Ce qui exécute la cellule n’apprend rien à qui la lit."""


def lines_of(error: BaseException) -> list[str]:
    """La pile d’appels d’une erreur, ou ce que sa classe veut qu’on en montre."""
    try:
        if render := getattr(type(error), "_render_traceback_", None):
            return [str(line) for line in render(error)]
        if isinstance(error, SyntaxError):
            return "".join(traceback.format_exception_only(error)).rstrip("\n").split("\n")
        frames = [
            frame
            for frame in traceback.extract_tb(error.__traceback__, limit=-MOST_LINES)
            if not any(part in frame.filename for part in HIDDEN)
        ]
        told = [line.rstrip("\n") for line in traceback.format_list(frames)]
        return ["Traceback (most recent call last):", *told, _last_line(error), *_notes(error)]
    except BaseException:
        return [type(error).__name__]
