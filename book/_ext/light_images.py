"""Les figures en WebP, chargées quand on approche d’elles.

Un schéma y pèse, sans perte, trois fois moins qu’en PNG ; une photographie, dont la perte ne se voit pas, sept fois
moins. Les cellules rendent du PNG, que Matplotlib sait écrire et que les notebooks gardent ; seules les pages changent.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from PIL import Image
from sphinx.application import Sphinx

LARGEST_LOSSLESS = 60_000
"""Octets au-delà desquels une image se comprime avec perte."""

QUALITY = 88
IMAGE = re.compile(r'<img (?P<before>[^>]*)src="(?P<path>[^"]*_images/[^"]+)\.png"')


def lazily(body: str) -> str:
    """Les images d’une page, en WebP, demandées quand elles vont se voir."""
    return IMAGE.sub(r'<img loading="lazy" \g<before>src="\g<path>.webp"', body)


def convert(source: Path) -> Path:
    """Écrit une image PNG en WebP à côté d’elle ; l’ancienne sert encore si elle est aussi récente."""
    target = source.with_suffix(".webp")
    if target.is_file() and target.stat().st_mtime >= source.stat().st_mtime:
        return target
    with Image.open(source) as image:
        image.save(target, lossless=True, method=4)
        if target.stat().st_size > LARGEST_LOSSLESS:
            image.save(target, quality=QUALITY, method=4)
    return target


def rewrite(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    """Change le corps d’une page."""
    if body := context.get("body"):
        context["body"] = lazily(body)


def convert_all(app: Sphinx, exception: Exception | None) -> None:
    """Convertit les images du livre construit ; les PNG, que plus rien ne demande, ne l’alourdissent pas."""
    if exception is None and app.builder.format == "html":
        for source in Path(app.outdir, "_images").glob("*.png"):
            convert(source)
            source.unlink()


def setup(app: Sphinx) -> dict[str, Any]:
    """Agit sur chaque page, puis sur le livre entier."""
    app.connect("html-page-context", rewrite)
    app.connect("build-finished", convert_all)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
