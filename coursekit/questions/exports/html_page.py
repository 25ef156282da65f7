"""Le cadre de la page HTML : sa feuille de style, écran clair ou sombre, téléphone et papier."""

from __future__ import annotations

from coursekit.questions.styles import escape_html

CSS = """
:root { color-scheme: light dark; --fond: #fff; --encre: #1b1f24; --doux: #57606a; --trait: #d0d7de; --bleu: #0550ae;
  --juste: #116329; --carte: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --fond: #0d1117; --encre: #e6edf3; --doux: #9da7b1; --trait: #3d444d;
  --bleu: #79c0ff; --juste: #7ee787; --carte: #161b22; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 46rem; background: var(--fond); color: var(--encre);
  font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 0; }
h3 { font-size: 1.05rem; margin: 0; }
.note { color: var(--doux); font-size: .875rem; margin: 0; }
article { border-top: 1px solid var(--trait); margin-top: 2rem; padding-top: 1.25rem; }
article > p, article li { max-width: 100%; }
figure { margin: 1rem 0; overflow-x: auto; }
figure svg { display: block; max-width: 100%; height: auto; }
math { font-size: 1.05em; max-width: 100%; }
.formule, .large { overflow-x: auto; }
.longue { display: inline-block; max-width: 100%; overflow-x: auto; overflow-y: hidden; vertical-align: middle; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border: 1px solid var(--trait); padding: .3rem .7rem; text-align: left; }
code { background: var(--carte); border-radius: 4px; padding: .1em .3em; font-size: .9em; }
ol.choix { list-style: upper-alpha; padding-left: 2rem; }
ol.choix > li { padding: .15rem 0 .15rem .25rem; }
.blanc { color: var(--doux); }
details { background: var(--carte); border: 1px solid var(--trait); border-radius: 6px; margin: .6rem 0; }
summary { cursor: pointer; padding: .5rem .9rem; font-weight: 600; color: var(--bleu); }
summary:focus-visible { outline: 2px solid var(--bleu); outline-offset: 2px; border-radius: 6px; }
details > :not(summary) { margin-left: .9rem; margin-right: .9rem; }
.reponse { font-weight: 600; color: var(--juste); }
dl { margin-top: 0; }
dt { font-weight: 600; margin-top: .6rem; }
dd { margin: 0 0 0 1rem; }
@media print {
  :root { --fond: #fff; --encre: #000; --doux: #333; --trait: #999; }
  body { max-width: none; padding: 0; font-size: 11pt; }
  details { display: none; }
  article { break-inside: avoid; }
  section + section { break-before: page; }
}
"""


def head(title: str) -> str:
    """Le début de la page, qui ne demande rien au réseau."""
    return (
        '<!doctype html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape_html(title)}</title>\n<style>{CSS}</style>\n</head>\n<body>\n"
    )


TAIL = "</body>\n</html>\n"
