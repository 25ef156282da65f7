"""Un tout petit livre, construit avec la configuration et les extensions du vrai.

Chaque chapitre imprime un nombre tiré au hasard : tant qu’il ne change pas dans la page, le chapitre n’a pas
été réexécuté.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
CHAPTER = """---
kernelspec:
  display_name: Python 3
  name: python3
jupytext:
  text_representation:
    format_name: myst
---

# {title}

Du texte.

```{{code-cell}} python
import uuid
{code}
print('tirage', uuid.uuid4().hex)
```
"""

PACKAGE = {
    "__init__.py": "",
    "filters/__init__.py": "",
    "filters/kernels.py": "SIZE = 3\n",
    "filters/photo.txt": "une image\n",
    "checks/__init__.py": "",
    "checks/numbers.py": "from ..sizes import half\n",
    "shown.py": "ANSWER = 42\n",
    "sizes.py": "def half(n):\n    return n // 2\n",
}
CHAPTERS = {
    "filtres": CHAPTER.format(
        title="Filtres", code="from minipaquet.filters.kernels import SIZE\nprint('taille', SIZE)"
    ),
    "verifications": CHAPTER.format(title="Vérifications", code="from minipaquet.checks import numbers")
    + "\n```{literalinclude} /../minipaquet/shown.py\n```\n",
    "prose": "# Prose\n\nRien à exécuter.\n",
}


@dataclass(frozen=True)
class Build:
    """Ce qu’une construction a rendu : son code de retour et tout ce qu’elle a imprimé."""

    code: int
    text: str

    @property
    def read(self) -> set[str]:
        """Les pages que Sphinx a lues."""
        return set(re.findall(r"reading sources\.\.\. \[ *\d+%\] (\S+)", self.text))

    @property
    def executed(self) -> set[str]:
        """Les chapitres exécutés."""
        return set(re.findall(r"(\w+)\.md: Executing notebook", self.text))


@dataclass(frozen=True)
class MiniBook:
    """Le petit livre, dans son dossier."""

    root: Path

    @classmethod
    def create(cls, root: Path) -> MiniBook:
        """Écrit le paquet, les chapitres et la configuration."""
        for name, text in PACKAGE.items():
            _write(root / "minipaquet" / name, text)
        for name, text in CHAPTERS.items():
            _write(root / "book" / f"{name}.md", text)
        _write(root / "versions.txt", "numpy==2.4.6\n")
        _write(root / "book" / "index.md", "# Petit livre\n")
        chapters = [{"file": name} for name in CHAPTERS]
        _write(
            root / "_toc.yml", yaml.safe_dump({"format": "jb-book", "root": "index", "chapters": chapters})
        )
        _write(root / "_config.yml", yaml.safe_dump(configuration(), allow_unicode=True))
        return cls(root)

    def build(self) -> Build:
        """Construit comme `make livre`."""
        command = [Path(sys.executable).parent / "jupyter-book", "build", "book", "-W", "--keep-going", "-n"]
        command += [
            "--config",
            self.root / "_config.yml",
            "--toc",
            self.root / "_toc.yml",
            "--path-output",
            ".",
        ]
        done = subprocess.run(
            list(map(str, command)),
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root), "LC_ALL": "C.UTF-8", "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=300,
        )
        return Build(done.returncode, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr))

    def edit(self, name: str, old: str, new: str) -> None:
        """Remplace un passage d’un fichier, qui doit s’y trouver."""
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} n’est pas dans {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def draws(self) -> dict[str, str]:
        """Le nombre au hasard qu’affiche chaque chapitre."""
        pages = {
            name: (self.root / "_build" / "html" / f"{name}.html").read_text("utf-8") for name in CHAPTERS
        }
        return {
            name: found[1] for name, page in pages.items() if (found := re.search(r"tirage (\w{32})", page))
        }

    def page(self, name: str) -> str:
        """Le HTML d’un chapitre."""
        return (self.root / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")


def configuration() -> dict[str, object]:
    """La configuration du vrai livre, dont seuls changent les chemins et le paquet suivi."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["sphinx"]["local_extensions"] = dict.fromkeys(
        config["sphinx"]["local_extensions"], str(ROOT / "book" / "_ext")
    )
    config["html"]["favicon"] = str(ROOT / "book" / config["html"]["favicon"])
    config["sphinx"]["config"] |= {
        "dependency_packages": ["minipaquet"],
        "dependency_files": ["../versions.txt"],
        "html_static_path": [str(ROOT / "book" / "_assets")],
        "templates_path": [str(ROOT / "book" / "_templates")],
        "bibtex_bibfiles": [],
    }
    return config


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
