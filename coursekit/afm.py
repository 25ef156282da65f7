"""Montrer un objet interactif là où l’on est : vivant dans Jupyter, autonome dans une page, lisible sans script.

Un objet est un module AFM (`export default { render({ model, el }) }`, rangé dans `coursekit/widgets/`) et un état, en
données simples. Le même module sert partout :

- dans Jupyter, `anywidget` l’héberge ;
- dans une page, `classic` en fait un script ordinaire, car un navigateur refuse d’importer un module depuis le disque
  (`file://`) ; `host.js` trouve les objets de la page et les anime ;
- sans script, à l’impression et pour un moteur de recherche, il reste `fallback`, du HTML.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

STATIC = "COURSEKIT_WIDGETS"
"""La variable d’environnement qui vaut « static » quand les pages se lisent sans noyau : le livre la pose."""

SHARED = "host"
"""Le script commun à tous les objets d’une page."""


FRAME = "explorer"
"""Le module que tous les explorateurs importent : une page le charge une fois pour tous."""

_IMPORT = re.compile(r'^(?:import \{[^}]*\} from|@import) "\./(\w+)\.(?:js|css)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)
_EXPORTED = re.compile(r"^export (?:function|const) (\w+)", re.MULTILINE)
_COMMENT = re.compile(r"^\s*//.*\n|^[ \t]+|^\n", re.MULTILINE)


def text_of(name: str) -> str:
    """Un fichier de `coursekit/widgets/`."""
    return files("coursekit").joinpath("widgets", name).read_text(encoding="utf-8")


@lru_cache
def module(name: str) -> str:
    """Le module d’un objet en un seul texte : ceux qu’il importe y sont mis avant lui, une fois chacun.

    Commentaires et indentation, qui ne servent qu’à qui lit les sources, n’y sont plus.
    """
    return _bundle(name, set())


def _bundle(name: str, seen: set[str]) -> str:
    return _COMMENT.sub("", "".join(_EXPORT.sub("", piece) for piece in _pieces(name, "js", seen)))


def _pieces(name: str, kind: str, seen: set[str]) -> Iterator[str]:
    """Ce fichier, précédé de ceux qu’il importe et que `seen` n’a pas encore ; `seen` les retient."""
    seen.add(name)
    written = text_of(f"{name}.{kind}")
    for inner in _IMPORT.findall(written):
        if inner not in seen:
            yield from _pieces(inner, kind, seen)
    yield _IMPORT.sub("", written)


@lru_cache
def needed(name: str) -> frozenset[str]:
    """Ce module et tous ceux dont il a besoin."""
    seen: set[str] = set()
    _bundle(name, seen)
    return frozenset(seen)


def scripts(name: str) -> Mapping[str, str]:
    """Les scripts d’un objet dans une page, dans l’ordre : le cadre s’il en a un, puis le sien."""
    frame = {FRAME: _frame()} if FRAME in needed(name) else {}
    return {**frame, name: classic(name)}


def _frame() -> str:
    """Le cadre en script ordinaire : il range ce qu’il exporte là où les explorateurs le prennent."""
    return f"window.coursekitFrame = (() => {{\n{module(FRAME)}return {{ {_frame_names()} }};\n}})();\n"


@lru_cache
def _frame_names() -> str:
    return ", ".join(name for piece in _pieces(FRAME, "js", set()) for name in _EXPORTED.findall(piece))


def classic(name: str) -> str:
    """Le module en script ordinaire : il s’inscrit sous son nom, et `host.js` l’y trouve. Le cadre n’y est pas."""
    framed = FRAME in needed(name)
    taken = f"const {{ {_frame_names()} }} = window.coursekitFrame;\n" if framed else ""
    place = f"window.coursekitWidgets[{json.dumps(name)}] ="
    own = _bundle(name, set(needed(FRAME)) if framed else set())
    body, exports = re.subn(r"^export default\b", lambda _: place, own, flags=re.MULTILINE)
    if exports != 1:
        raise ValueError(f"widgets/{name}.js doit avoir un « export default », et un seul.")
    return f"window.coursekitWidgets = window.coursekitWidgets || {{}};\n(() => {{\n{taken}{body}}})();\n"


@lru_cache
def style(name: str) -> str:
    """La feuille de style d’un objet, de même précédée de celles qu’elle importe."""
    return _COMMENT.sub("", "".join(_pieces(name, "css", set())))


def embedded(state: Mapping[str, Any]) -> str:
    """L’état dans une balise `<script>`, dont aucun texte ne peut sortir."""
    text = json.dumps(state, ensure_ascii=False, separators=(",", ":"))
    return f'<script type="application/json">{text.replace("<", chr(92) + "u003c")}</script>'


@dataclass(frozen=True)
class Widget:
    """Un objet à montrer : le nom de son module, son état, et le HTML qui le remplace sans script."""

    name: str
    state: Mapping[str, Any]
    fallback: str

    def _repr_html_(self) -> str:
        return (
            f'<div class="coursekit-widget" data-afm="{self.name}">{embedded(self.state)}'
            f'<div class="coursekit-fallback">{self.fallback}</div></div>'
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        view = None if is_static() else live(self)
        return {"text/html": self._repr_html_(), "text/plain": f"<{self.name}>", **(view or {})}

    def page(self, title: str) -> str:
        """Une page entière, sans rien d’extérieur."""
        loaded = "".join(f"<script>{text}</script>" for text in scripts(self.name).values())
        return (
            f'<!doctype html>\n<html lang="fr"><head><meta charset="utf-8"><title>{title}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<style>{style(self.name)}</style></head><body><main><h1>{title}</h1>{self._repr_html_()}</main>"
            f"{loaded}<script>{module(SHARED)}</script></body></html>\n"
        )


def is_static() -> bool:
    """La sortie sera-t-elle lue sans noyau ?"""
    return os.environ.get(STATIC) == "static"


def live(widget: Widget) -> dict[str, Any] | None:
    """La vue qu’affiche Jupyter, ou `None` si anywidget n’est pas installé : il reste alors le HTML."""
    try:
        import anywidget
        import traitlets
    except ImportError:
        return None
    traits = {"state": traitlets.Dict(dict(widget.state)).tag(sync=True)}
    body = {**traits, "_esm": module(widget.name), "_css": style(widget.name)}
    shown = type(f"Live{widget.name.title()}", (anywidget.AnyWidget,), body)()
    bundle = shown._repr_mimebundle_()
    return dict(bundle[0]) if isinstance(bundle, tuple) else bundle
