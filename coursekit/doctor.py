"""Examiner la machine : ce qui est là, ce qui manque, ce que cela coûte et comment l’installer."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Literal

MINIMUM_PYTHON = (3, 11)

State = Literal["ok", "missing", "warning"]
MARKS: dict[State, str] = {"ok": "✓", "missing": "✗", "warning": "!"}


@dataclass(frozen=True)
class Finding:
    """Un constat : `cost` dit ce qu’on perd, `remedy` la ligne qui y remédie ; vides quand tout va."""

    what: str
    state: State
    detail: str
    cost: str = ""
    remedy: str = ""
    essential: bool = False


@dataclass(frozen=True)
class Package:
    """Une bibliothèque facultative, ce qu’elle sert et l’extra qui l’installe."""

    name: str
    extra: str
    serves: str


PACKAGES = (
    Package("torch", "torch", "construire, mesurer et entraîner les réseaux"),
    Package(
        "torchvision", "torch", "comparer aux réseaux de référence, lire leurs poids et leurs jeux de données"
    ),
    Package("matplotlib", "filters", "tracer les figures"),
    Package("scikit-learn", "lab", "lire ses chiffres manuscrits"),
    Package("tqdm", "lab", "montrer où en est un entraînement"),
    Package("scikit-image", "filters", "lire les photographies du cours"),
    Package("nbgrader", "course", "distribuer et noter les devoirs"),
    Package("jupytext", "course", "lire les sources des devoirs"),
    Package("distributed", "grading", "noter une classe sur plusieurs machines"),
    Package("jupyter-book", "book", "construire le livre"),
)


@dataclass(frozen=True)
class Program:
    """Un programme du système, ce qu’il sert et le paquet Debian qui l’installe."""

    commands: tuple[str, ...]
    package: str
    serves: str


PROGRAMS = (
    Program(("make",), "make", "les commandes `make livre` et `make test`"),
    Program(("chromium", "chromium-browser", "google-chrome"), "chromium", "les tests des pages du livre"),
)


def installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def examine_python() -> Finding:
    found = platform.python_version()
    if sys.version_info >= MINIMUM_PYTHON:
        return Finding("Python", "ok", found, essential=True)
    wanted = ".".join(map(str, MINIMUM_PYTHON))
    remedy = f"apt-get install python{wanted}"
    return Finding(
        "Python", "missing", found, f"le cours demande Python {wanted} ou plus", remedy, essential=True
    )


def examine_package(package: Package) -> Finding:
    found = installed(package.name)
    if found:
        return Finding(package.name, "ok", found)
    remedy = f"pip install 'coursekit[{package.extra}]'"
    return Finding(package.name, "missing", "absent", f"il sert à {package.serves}", remedy)


def examine_match() -> Finding | None:
    """torchvision annonce la version de PyTorch pour laquelle il est fait ; s’y tient-on ?"""
    torch, torchvision = installed("torch"), installed("torchvision")
    if not torch or not torchvision:
        return None
    wanted = next(
        (line.split("==")[1] for line in requires("torchvision") or () if line.startswith("torch==")), None
    )
    what = "torch et torchvision"
    if wanted and torch.split("+")[0] != wanted.split(";")[0].strip():
        cost = f"torchvision {torchvision} est fait pour torch {wanted} : son import peut échouer"
        return Finding(
            what, "warning", f"torch {torch}", cost, f"pip install torch=={wanted} torchvision=={torchvision}"
        )
    from coursekit.vision import operators_compiled

    if operators_compiled():
        return Finding(what, "ok", f"{torch} et {torchvision} vont ensemble")
    return Finding(
        what,
        "ok",
        f"{torch} et {torchvision} vont ensemble, sans opérateurs compilés : `import torchvision` seul s’arrêterait "
        "sur « operator torchvision::nms does not exist » ; coursekit les déclare (coursekit.vision). "
        "Modèles, transformations et jeux de données marchent ; la détection d’objets (nms), non.",
    )


def examine_gpu() -> Finding | None:
    if not installed("torch"):
        return None
    import torch

    if torch.cuda.is_available():
        memory = torch.cuda.get_device_properties(0).total_memory / 2**30
        return Finding("GPU", "ok", f"{torch.cuda.get_device_name(0)}, {memory:.0f} Gio")
    if torch.backends.mps.is_available():
        return Finding("GPU", "ok", "puce Apple (mps)")
    cost = "tout marche sur le processeur ; les entraînements y sont seulement plus lents"
    return Finding("GPU", "warning", "PyTorch n’en voit aucun", cost)


def examine_program(program: Program) -> Finding:
    path = next(filter(None, map(shutil.which, program.commands)), None)
    if path:
        return Finding(program.package, "ok", path)
    remedy = f"apt-get install {program.package}"
    return Finding(program.package, "missing", "absent", f"il sert à : {program.serves}", remedy)


def examine_sandbox() -> Finding:
    """Ce que `coursekit grade` garantit ici : chaque mur est attaqué, ce qui prend quelques secondes."""
    from coursekit.errors import CourseError
    from coursekit.grading.sandbox.nursery import Sandbox
    from coursekit.grading.sandbox.walls import DESCRIPTIONS, attacked

    what = "bac à sable"
    try:
        sandbox = Sandbox(f"{attacked.__module__}:{attacked.__name__}")
        try:
            walls = sandbox.walls
        finally:
            sandbox.close()
    except CourseError as error:
        cost = "`coursekit grade` refuse de noter, sauf avec --sans-isolation"
        return Finding(what, "missing", "absent", cost, str(error))
    described = {str(wall): text for wall, text in DESCRIPTIONS.items()}
    held = ", ".join(name for name, holds in walls.items() if holds)
    broken = " ; ".join(described.get(name, name) for name, holds in walls.items() if not holds)
    if not broken:
        return Finding(what, "ok", f"toutes les limites tiennent ({held})")
    return Finding(what, "warning", f"tiennent : {held or 'aucune'}", f"n’est pas garanti ici : {broken}")


def examine() -> tuple[Finding, ...]:
    """Tous les constats, du plus fondamental au plus accessoire."""
    optional: tuple[Callable[[], Finding | None], ...] = (examine_match, examine_gpu)
    return (
        examine_python(),
        *(examine_package(package) for package in PACKAGES),
        *(finding for check in optional if (finding := check())),
        *(examine_program(program) for program in PROGRAMS),
        examine_sandbox(),
    )


def is_healthy(findings: tuple[Finding, ...]) -> bool:
    return all(finding.state != "missing" for finding in findings if finding.essential)


def render(findings: tuple[Finding, ...]) -> str:
    lines = []
    for finding in findings:
        lines.append(f"{MARKS[finding.state]} {finding.what} : {finding.detail}")
        if finding.cost:
            lines.append(f"    {finding.cost[0].upper()}{finding.cost[1:]}.")
        if finding.remedy:
            lines.append(f"    Pour y remédier : {finding.remedy}")
    return "\n".join(lines)
