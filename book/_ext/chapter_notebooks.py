"""Chaque chapitre en notebook, et son devoir : les télécharger, les ouvrir dans JupyterHub ou dans Colab.

Une page qui montre du code donne `notebooks/PAGE.ipynb`, sans ses sorties : la page les montre déjà, et le notebook est
là pour les refaire. Le devoir d’un chapitre est celui que son texte fait télécharger ; il va dans `notebooks/devoirs/`.
Le dossier `notebooks/` se publie tel quel : c’est là que mènent les liens d’ouverture, que le thème calcule d’après
`repository_url`, `repository_branch`, `path_to_docs` et `launch_buttons`. Sans eux, aucun lien d’ouverture.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docutils import nodes
from notebook_file import chapter_notebook, copy_assignment, write, write_twin
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError, ExtensionError

FOLDER = "notebooks"
TWINS = "_static/notebooks"
PathTo = Callable[[str, int], str]
AFTER_THEME = 600
SERVERS = ("binderhub_url", "jupyterhub_url", "colab_url", "deepnote_url", "jupyterlite_url")

PREFACE = """\
*Notebook du cours « {title} ».* Exécutez les cellules dans l’ordre. Il faut le paquet `coursekit` avec son option
`notebook` ; `coursekit doctor` dit ce qui manque sur une machine. Les solutions des exercices, s’il y en a, sont à la
fin."""


def shows_code(doctree: nodes.document) -> bool:
    """La page montre-t-elle le code d’une cellule, ou seulement des résultats ?"""
    return any(node.get("nb_element") == "cell_code_source" for node in doctree.findall(nodes.container))


def announced(doctree: nodes.document) -> list[addnodes.download_reference]:
    """Les notebooks de devoir que le texte de la page fait télécharger."""
    found = doctree.findall(addnodes.download_reference)
    return [node for node in found if node["reftarget"].endswith(".ipynb")]


def theme_links(context: dict[str, Any]) -> list[dict[str, str]]:
    """Retire de la page, et rend, les liens d’ouverture du thème."""
    groups = [button for button in context["header_buttons"] if button.get("label") == "launch-buttons"]
    context["header_buttons"] = [button for button in context["header_buttons"] if button not in groups]
    return [link for group in groups for link in group["buttons"] if link["type"] == "link"]


def launch_links(links: list[dict[str, str]], source: str, files: dict[str, str]) -> list[dict[str, str]]:
    """Ces liens, menant chacun à l’un des fichiers plutôt qu’à la source de la page, qui n’est pas un notebook.

    Raises:
        ExtensionError: un lien du thème ne contient pas le chemin de la source.
    """
    for link in links:
        if source not in link["url"]:
            raise ExtensionError(
                f"Le lien {link['url']} du thème ne mène pas à {source} : chapter_notebooks est à revoir."
            )
    return [
        {
            "text": f"{name} dans {link['text']}",
            "url": link["url"].replace(source, file),
            "icon": link["icon"],
        }
        for name, file in files.items()
        for link in links
    ]


def add_notebooks(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Écrit les notebooks d’une page, et les propose en tête."""
    links = theme_links(context)
    if app.builder.format != "html" or doctree is None:
        return
    source = Path(app.env.doc2path(page))
    files = (
        {"Ce chapitre": write_chapter(app, page, source, context["body"], doctree)}
        if shows_code(doctree)
        else {}
    )
    for node in announced(doctree):
        name, file = copy_assignment_of(app, source, node)
        files[name] = file
        context["body"] = retarget(
            context["body"], node, download(name, file, context["pathto"]), context["pathto"]
        )
    if files:
        app.add_js_file("notebooks.js", loading_method="defer")
    if shows_code(doctree):
        context["header_buttons"] = [
            *menus(app, page, source, files, links, context["pathto"]),
            *context["header_buttons"],
        ]


def write_chapter(app: Sphinx, page: str, source: Path, body: str, doctree: nodes.document) -> str:
    """Écrit le notebook d’une page ; rend son chemin dans `notebooks/`."""
    preface = PREFACE.format(title=app.config.html_title)
    notebook = chapter_notebook(source, page, body, doctree, preface, app.config.notebook_requirement)
    target = Path(app.outdir, FOLDER, f"{page}.ipynb")
    write(notebook, target)
    write_twin(target, Path(app.outdir, TWINS, f"{page}.ipynb.js"))
    return f"{page}.ipynb"


def copy_assignment_of(app: Sphinx, source: Path, node: addnodes.download_reference) -> tuple[str, str]:
    """Copie le devoir qu’une page annonce ; rend son nom et son chemin dans `notebooks/`."""
    notebook = (source.parent / node["reftarget"]).resolve()
    file = copy_assignment(notebook, Path(app.outdir, FOLDER), app.config.notebook_requirement)
    write_twin(Path(app.outdir, FOLDER, file), Path(app.outdir, TWINS, f"{file}.js"))
    return f"Le devoir {notebook.stem}", file


def download(name: str, file: str, pathto: PathTo) -> dict[str, Any]:
    """Le lien qui enregistre un fichier de `notebooks/`."""
    urls = {"url": pathto(f"{FOLDER}/{file}", 1), "twin": pathto(f"{TWINS}/{file}.js", 1)}
    return {"text": f"{name} (.ipynb)", "download": True} | urls


def retarget(body: str, node: addnodes.download_reference, link: dict[str, Any], pathto: PathTo) -> str:
    """Le corps d’une page, où ce lien de téléchargement mène au fichier de `notebooks/`."""
    old = f'href="{pathto("_downloads/" + node["filename"], 1)}"'
    return body.replace(old, f'href="{link["url"]}" data-twin="{link["twin"]}"')


def menus(
    app: Sphinx, page: str, source: Path, files: dict[str, str], links: list[dict[str, str]], pathto: PathTo
) -> list[dict[str, Any]]:
    """Les menus « Télécharger » et, si un serveur est donné, « Ouvrir »."""
    root = (app.config.html_theme_options.get("path_to_docs") or "").strip("/")
    published = {name: posixpath.join(root, file) for name, file in files.items()}
    opened = launch_links(links, posixpath.join(root, page) + source.suffix, published)
    downloads = [download(name, file, pathto) for name, file in files.items()]
    shown = [menu("Télécharger", "download", downloads)]
    return shown + ([menu("Ouvrir dans un serveur Jupyter", "rocket", opened)] if opened else [])


def menu(text: str, icon: str, links: list[dict[str, Any]]) -> dict[str, Any]:
    """Un menu de `article-header-buttons.html`."""
    return {"type": "menu", "text": text, "icon": f"fa-solid fa-{icon}", "links": links}


def check_settings(app: Sphinx, config: Config) -> None:
    """Refuse un serveur sans dépôt : le thème ne saurait pas quoi y ouvrir."""
    options = config.html_theme_options
    servers = [name for name in SERVERS if options.get("launch_buttons", {}).get(name)]
    if servers and not options.get("repository_url"):
        raise ConfigError(
            f"launch_buttons donne {', '.join(servers)}, mais rien ne dit où sont les notebooks à ouvrir : donnez "
            "repository_url, le dépôt où le dossier notebooks/ du livre est publié."
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Agit quand le thème a calculé ses boutons."""
    app.add_config_value("notebook_requirement", "", "html", str)
    app.connect("config-inited", check_settings)
    app.connect("html-page-context", add_notebooks, priority=AFTER_THEME)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
