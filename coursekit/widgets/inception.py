"""L’explorateur du module Inception : ce que coûte chaque branche, avec et sans ses 1×1."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from coursekit.afm import Widget
from coursekit.arithmetic import count, walk
from coursekit.errors import UnknownNameError
from coursekit.layers import Branches, Shape
from coursekit.questions.text import NBSP, THIN, number_text
from coursekit.tables import find
from coursekit.tables.googlenet import SLIDE_INPUT, SLIDE_ROW, STAGES, Inception, inception, naive_inception
from coursekit.widgets.charts import bars
from coursekit.widgets.still import still

BRANCHES = ("1×1", "3×3", "5×5", "pooling")


@dataclass(frozen=True)
class Module:
    """Un module : son nom dans la liste, ce qu’il lit, ses largeurs."""

    name: str
    title: str
    input: Shape
    row: Inception


def known_modules() -> Iterator[Module]:
    """Les neuf modules de la table 1, puis celui de la diapositive ; leurs entrées viennent du parcours du réseau."""
    entry = find("googlenet")
    inputs = {row.name: row.input for row in walk(entry.unroll(1000), entry.input) if row.kind == "concat"}
    for stage, rows in STAGES.items():
        for key, row in rows.items():
            shape = inputs[f"inception{stage}{key}"]
            yield Module(stage + key, f"{stage}{key}, entrée {shape}", shape, row)
    yield Module("slide", f"Diapositive, entrée {SLIDE_INPUT}", SLIDE_INPUT, SLIDE_ROW)


def explore_inception(module: str = "3a", *, naive: bool = False) -> Widget:
    """Un explorateur : le lecteur règle la largeur de chaque branche et lit multiplications, paramètres, profondeur.

    `module` est un des neuf de GoogLeNet, de « 3a » à « 5b », ou « slide », celui de la diapositive ; `naive` montre
    d’abord le module sans 1×1.

    Raises:
        UnknownNameError: ce module n’existe pas.
    """
    modules = {one.name: one for one in known_modules()}
    if module not in modules:
        raise UnknownNameError("Module", module, modules)
    state = {
        "modules": [
            {
                "name": one.name,
                "title": one.title,
                "channels": one.input.channels,
                "size": one.input.spatial[0],
                "widths": asdict(one.row),
            }
            for one in modules.values()
        ],
        "module": module,
        "naive": naive,
    }
    return Widget("inception", state, _still(modules[module]))


def _still(module: Module) -> str:
    """Les multiplications de chaque branche, avec les 1×1 puis sans, et ce que le module entier y gagne."""
    kept, bare = (
        branch_macs(net, module.input) for net in (inception(module.row), naive_inception(module.row))
    )
    rows = [
        (f"{name}, {version}", macs, f"{millions(macs)}{NBSP}M")
        for name, *pair in zip(BRANCHES, kept, bare, strict=True)
        for version, macs in zip(("avec", "naïf"), pair, strict=True)
    ]
    picture = bars(f"Multiplications du module {module.title}", rows)
    sentence = (
        f"Sans ses 1×1, le module coûte {millions(sum(bare))} millions de multiplications{THIN}; "
        f"avec elles, {millions(sum(kept))}, soit {number_text(sum(bare) / sum(kept), 2)} fois moins."
    )
    return still("Le coût d’un module Inception", picture, sentence)


def branch_macs(net: Branches, shape: Shape) -> list[int]:
    """Les multiplications-additions de chaque branche d’un module, pour une image."""
    return [count(branch, shape)[2] for branch in net.branches]


def millions(count: int) -> str:
    """`128_049_152 → "128"`, `9_633_792 → "9,6"`."""
    return number_text(round(count / 1e6, 1))
