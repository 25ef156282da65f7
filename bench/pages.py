"""Chaque page du livre à sa première lecture : octets, requêtes, premier affichage, page prête, fautes d’accessibilité.

    make livre && python bench/pages.py --output bench/results/pages.md

Réseau à 10 Mbit/s avec 40 ms de latence, processeur ralenti quatre fois, cache vide, textes en gzip ; médianes. Une
page est prête quand elle est chargée et que répondent les objets interactifs que le lecteur a sous les yeux ; les
autres s’animent ensuite. axe-core est celui de `tests/tools/`.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from about import signature
from local_server import served
from playwright.sync_api import Browser, sync_playwright
from slow_reader import Gzipped, read

from coursekit.prose import decimal

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
# Les fautes sont celles que cherchent les tests.
from axe import violations  # noqa: E402
from book_visits import settle  # noqa: E402

BOOK = ROOT / "_build" / "html"
HEAD = "| Page | ko | Requêtes | Premier affichage (s) | Prête (s) | Fautes (clair, sombre) |"


def faults(browser: Browser, url: str, scheme: str) -> int:
    page = browser.new_page(color_scheme=scheme)
    page.goto(url, wait_until="networkidle")
    settle(page)
    found = violations(page)
    page.close()
    return len(found)


def row(browser: Browser, root: str, name: str, rounds: int) -> str:
    readings = [read(browser, root, name) for _ in range(rounds)]
    weight = statistics.median(reading.weight for reading in readings)
    paint = statistics.median(reading.first_paint for reading in readings)
    ready = statistics.median(reading.interactive for reading in readings)
    light, dark = (faults(browser, root + name, scheme) for scheme in ("light", "dark"))
    return (
        f"| {name.removesuffix('.html')} | {decimal(weight / 1e3, 0)} | {len(readings[0].bytes)} "
        f"| {decimal(paint / 1e3, 2)} | {decimal(ready / 1e3, 2)} | {light}, {dark} |"
    )


def table(rounds: int) -> Iterator[str]:
    """La table, ligne par ligne, puis ce qui l’a mesurée."""
    pages = sorted(path.relative_to(BOOK).as_posix() for path in BOOK.rglob("*.html"))
    yield HEAD
    yield "|---|---:|---:|---:|---:|---:|"
    with sync_playwright() as session, served(BOOK, Gzipped) as root:
        browser = session.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        for name in pages:
            if not name.startswith("_"):
                yield row(browser, root, name, rounds)
        about = f"Médianes de {rounds} lectures à 10 Mbit/s, processeur ralenti quatre fois"
        yield from ("", signature(about, f"Chromium {browser.version}"))
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Mesure chaque page du livre construit.")
    parser.add_argument("--rounds", type=int, default=5, help="lectures par page")
    parser.add_argument("--output", type=Path, help="fichier Markdown à écrire")
    options = parser.parse_args()
    lines = []
    for line in table(options.rounds):
        print(line, flush=True)
        lines.append(line)
    if options.output:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
