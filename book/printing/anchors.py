"""Des ancres uniques dans tout le document, et des liens qui y mènent.

Chaque page a son « exercices », son « a-retenir » : bout à bout, ces ancres se confondraient. Chacune est donc précédée
du nom de sa page. Un lien vers une page du livre devient un lien interne ; un lien vers un fichier du livre, qui ne
mènerait nulle part hors de cette machine, devient le nom de ce fichier.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from urllib.parse import unquote, urlsplit

from bs4 import Tag

from printing.sources import Chapter

LISTS_OF_IDS = ("aria-labelledby", "aria-describedby", "headers")
ONE_ID = ("for", "aria-controls")
DRAWN = re.compile(r"url\(\s*['\"]?#([^)'\"]+)['\"]?\s*\)")


def anchor(page: str, name: str = "") -> str:
    """L’ancre, dans le document entier, d’une page ou d’un endroit de cette page."""
    slug = page.replace("/", "-")
    return f"{slug}--{name}" if name else slug


def make_unique(chapter: Chapter) -> None:
    """Préfixe les ancres d’une page ; un doublon, que rien ne peut désigner, perd la sienne."""
    seen: set[str] = set()
    for tag in chapter.body.find_all(True):
        if name := tag.get("id"):
            if name in seen:
                del tag["id"]
            else:
                tag["id"] = anchor(chapter.name, name)
            seen.add(name)
        _follow(tag, chapter.name)
    chapter.body["id"] = anchor(chapter.name)


def _follow(tag: Tag, page: str) -> None:
    """Fait suivre les attributs qui désignent une ancre de la page, y compris dans un dessin SVG."""
    for key, value in list(tag.attrs.items()):
        if not isinstance(value, str):
            if key in LISTS_OF_IDS:
                tag[key] = [anchor(page, name) for name in value]
        elif key in LISTS_OF_IDS:
            tag[key] = " ".join(anchor(page, name) for name in value.split())
        elif key in ONE_ID:
            tag[key] = anchor(page, value)
        elif "url(" in value:
            tag[key] = DRAWN.sub(lambda found: f"url(#{anchor(page, found[1])})", value)
        elif key in ("href", "xlink:href") and tag.name != "a" and value.startswith("#"):
            tag[key] = f"#{anchor(page, value[1:])}"


def resolve(chapter: Chapter, pages: Collection[str], prefix: str) -> None:
    """Tourne les liens vers l’intérieur du document, et les images vers le dossier du livre, désigné par `prefix`."""
    folder = posixpath.dirname(chapter.name)
    for image in chapter.body.select("img[src]"):
        if not urlsplit(image["src"]).scheme:
            image["src"] = prefix + posixpath.normpath(posixpath.join(folder, image["src"]))
    for link in chapter.body.select("a[href]"):
        _turn(link, chapter.name, pages)


def _turn(link: Tag, page: str, pages: Collection[str]) -> None:
    target = urlsplit(link["href"])
    if target.scheme or target.netloc:
        return
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(target.path)))
    name = page if not target.path else path.removesuffix(".html")
    if name in pages:
        link["href"] = f"#{anchor(name, unquote(target.fragment))}"
        return
    file = posixpath.basename(path)
    if "download" in link.get("class", []) and file not in link.get_text():
        link.append(f" ({file})")
    link.unwrap()


def broken(body: Tag) -> list[str]:
    """Les liens internes du document qui ne mènent à rien."""
    known = {tag["id"] for tag in body.select("[id]")}
    return sorted({link["href"] for link in body.select('a[href^="#"]') if link["href"][1:] not in known})
