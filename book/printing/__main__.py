"""`make pdf` : imprime le livre déjà construit en un seul PDF."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pypdf import PdfReader

from printing import chromium
from printing.document import assemble
from printing.sources import PrintError, read_settings, read_toc

ROOT = Path(__file__).parents[2]
MOST_PRINTS = 3
"""Impressions au plus, après celle qui numérote : écrire les numéros ne déplace presque jamais une page."""


def options(argv: Sequence[str] | None) -> argparse.Namespace:
    """Ce qu’il faut imprimer, et où."""
    parser = argparse.ArgumentParser(prog="printing", description="Imprime le livre construit en PDF.")
    parser.add_argument("--pages", type=Path, default=ROOT / "_build" / "html", help="le livre construit")
    parser.add_argument("--toc", type=Path, default=ROOT / "_toc.yml", help="son sommaire")
    parser.add_argument("--config", type=Path, default=ROOT / "_config.yml", help="ses réglages")
    parser.add_argument(
        "--output", type=Path, default=ROOT / "_build" / "pdf" / "livre.pdf", help="le PDF à écrire"
    )
    return parser.parse_args(argv)


def page_numbers(pdf: Path) -> dict[str, int]:
    """La page de chaque ancre qu’un lien désigne."""
    reader = PdfReader(pdf)
    places = reader.named_destinations.items()
    return {name.lstrip("/"): (reader.get_destination_page_number(place) or 0) + 1 for name, place in places}


def print_book(html: Path, pdf: Path) -> int:
    """Imprime jusqu’à ce que les numéros de page écrits soient les vrais ; rend le nombre de pages.

    Raises:
        PrintError: quelque chose dépasse de la page.
    """
    with chromium.opened(html) as page:
        chromium.print_pdf(page, pdf, tagged=False)
        for _ in range(MOST_PRINTS):
            numbers = page_numbers(pdf)
            chromium.write_numbers(page, numbers)
            if wide := chromium.too_wide(page):
                raise PrintError("Ceci dépasse de la page :\n  " + "\n  ".join(wide))
            chromium.print_pdf(page, pdf, tagged=True)
            if page_numbers(pdf) == numbers:
                return len(PdfReader(pdf).pages)
    raise PrintError(f"Les numéros de page changent encore après {MOST_PRINTS} impressions.")


def main(argv: Sequence[str] | None = None) -> int:
    """Point d’entrée ; renvoie le code de sortie."""
    chosen = options(argv)
    folder = chosen.output.parent
    folder.mkdir(parents=True, exist_ok=True)
    try:
        chromium.program()
        document = assemble(read_settings(chosen.config), read_toc(chosen.toc), chosen.pages, folder)
        html = chosen.output.with_suffix(".html")
        html.write_text(str(document), encoding="utf-8")
        count = print_book(html, chosen.output)
    except PrintError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Le livre imprimé, {count} pages : {chosen.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
