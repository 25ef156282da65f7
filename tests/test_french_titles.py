"""Ce que les extensions écrivent d’elles-mêmes : exercices, preuves, encadrés, légendes, bibliographie."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]
KEPT = (
    "bibtex_default_style",
    "bibtex_reference_style",
    "exercise_style",
    "language",
    "nb_code_prompt_hide",
    "nb_code_prompt_show",
    "numfig",
    "numfig_format",
    "proof_minimal_theme",
)
EXTENSIONS = (
    "french_interface",
    "myst_nb",
    "sphinx_exercise",
    "sphinx_proof",
    "sphinxcontrib.bibtex",
    "french_bibliography",
)

PROOFS = {
    "algorithm": "Algorithme",
    "assumption": "Hypothèse",
    "axiom": "Axiome",
    "conjecture": "Conjecture",
    "corollary": "Corollaire",
    "criterion": "Critère",
    "definition": "Définition",
    "example": "Exemple",
    "lemma": "Lemme",
    "observation": "Observation",
    "property": "Propriété",
    "proposition": "Proposition",
    "remark": "Remarque",
    "theorem": "Théorème",
}
BOXES = {
    "attention": "Attention",
    "caution": "Prudence",
    "danger": "Danger",
    "error": "Erreur",
    "hint": "Indication",
    "important": "Important",
    "note": "Note",
    "seealso": "Voir aussi",
    "tip": "Astuce",
    "warning": "Avertissement",
}
PAGE = """# Page

{boxes}

{proofs}

```{{prf:proof}}
Texte.
```

```{{exercise}}
:label: ex
Texte.
```

```{{solution}} ex
:label: sol
Texte.
```

```{{list-table}} Un tableau
:name: tab
* - a
```

Voir {{numref}}`tab`, {{cite:t}}`un` et {{cite:p}}`deux`.

```{{bibliography}}
```
"""
REFERENCES = """
@article{un, author={Alpha, Ann and Beta, Bob}, title={Title}, journal={Revue}, volume={3}, pages={1--9}, year={2001}}
@inproceedings{deux, author={Alpha, Ann and Beta, Bob and Gamma, Gil}, title={Title}, booktitle={Actes}, pages={1--9},
  year={2002}}
"""
ENGLISH = re.compile(
    r"\b(?:and|in|pages|pp|volume|proof|theorem|exercise|solution to|table|fig|see also|warning|tip|hint)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Une page où tout ce que les extensions savent écrire est écrit, avec les réglages et les catalogues du livre."""
    source = tmp_path_factory.mktemp("titres")
    settings = {name: CONFIG[name] for name in KEPT} | {
        "extensions": list(EXTENSIONS),
        "bibtex_bibfiles": ["r.bib"],
    }
    lines = [f"import sys; sys.path.insert(0, {str(ROOT / 'book/_ext')!r})"]
    lines += [f"{name} = {value!r}" for name, value in settings.items()]
    (source / "conf.py").write_text("\n".join(lines), encoding="utf-8")
    (source / "r.bib").write_text(REFERENCES, encoding="utf-8")
    boxes = "\n\n".join(f"```{{{name}}}\nTexte.\n```" for name in BOXES)
    proofs = "\n\n".join(f"```{{prf:{name}}}\n:label: p-{name}\nTexte.\n```" for name in PROOFS)
    (source / "index.md").write_text(PAGE.format(boxes=boxes, proofs=proofs), encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", source, source / "out"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    html = (source / "out/index.html").read_text(encoding="utf-8")
    body = re.search(r'<div class="body" role="main">.*?(?=<div class="sphinxsidebar")', html, re.DOTALL)
    assert body
    return re.sub("[ \\n]+", " ", unescape(re.sub(r"<[^>]+>", " ", body[0])))


def test_every_title_is_french(page: str) -> None:
    for title in (*BOXES.values(), *PROOFS.values(), "Preuve.", "Exercice 1", "Solution", "Tableau 1"):
        assert title in page, title


def test_a_reference_is_french(page: str) -> None:
    assert "Ann Alpha et Bob Beta (2001). Title. Revue , vol. 3, p.\u00a01–9." in page.replace(
        "vol.\u00a0", "vol. "
    )
    assert "Bob Beta et Gil Gamma (2002). Title. Dans Actes , p.\u00a01–9." in page
    assert "Alpha et Beta ( 2001 ) et ( Alpha et al." in page.replace("et\u00a0al", "et al")


def test_nothing_is_left_in_english(page: str) -> None:
    assert ENGLISH.findall(page) == []
    assert ENGLISH.findall("Proof. See also Table 1, Alpha and Beta, in Actes, pages 1–9")
