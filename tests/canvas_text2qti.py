"""Les mêmes questions écrites par text2qti, et l’arbre d’un item QTI 1.2 réduit à ce qui compte pour les comparer."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

from coursekit.questions.answers import Boolean, Choices
from coursekit.questions.exports.canvas_item import SMALLEST, bounds, kind_of
from coursekit.questions.exports.moodle_numbers import dot
from coursekit.questions.exports.spellings import spellings
from coursekit.questions.styles import Style, render, render_inline

WORDS = ("Vrai", "Faux")


def protected(text):
    """Un texte où rien n’est du Markdown : toute ponctuation y est une entité."""
    return re.sub(r"[!-/:-@\[-`{-~]", lambda found: f"&#{ord(found[0])};", text)


MARKDOWN = Style(
    text=protected,
    math=lambda latex: f"${latex}$",
    code=lambda code: f"`{code}`",
    bold=lambda text: f"**{protected(text)}**",
    display=lambda latex: f"${latex}$",
    paragraph=lambda text: text,
    items=lambda items: "\n".join(f"- {item}" for item in items),
    table=lambda rows: "\n".join(
        f"| {' | '.join(row)} |" for row in (rows[0], ["---"] * len(rows[0]), *rows[1:])
    ),
    between="\n\n",
)


def field(mark, text):
    """Une entrée de text2qti : ses lignes suivantes sont en retrait."""
    return mark + text.replace("\n", "\n" + " " * len(mark)) + "\n"


def as_text(variant, number):
    """La question dans la syntaxe de text2qti."""
    parts = [f"Title: {variant.family.id}\n", f"Points: {variant.family.points}\n"]
    parts.append(field(f"{number}. ", render(variant.statement, MARKDOWN)))
    steps = "\n".join(f"{i}. {render_inline(s, MARKDOWN)}" for i, s in enumerate(variant.solution, start=1))
    parts.append(field("... ", steps))
    kind = kind_of(variant)
    if kind == "true_false_question":
        parts += _true_or_false(variant)
    elif variant.options:
        parts += _options(variant)
    else:
        parts += [field("+ ", "Oui."), field("- ", _mistakes(variant))]
        parts += _number(variant.answer) if kind == "numerical_question" else _short(variant)
    return "".join(parts)


def _options(variant):
    several = isinstance(variant.answer, Choices)
    for letter, option in zip("abcdefghij", variant.options, strict=False):
        mark = f"[{'*' if option.right else ' '}] " if several else f"{'*' if option.right else ''}{letter}) "
        yield field(mark, render_inline(option.text, MARKDOWN))
        yield field("... ", render_inline(option.feedback, MARKDOWN))


def _true_or_false(variant):
    assert isinstance(variant.answer, Boolean)
    for word, value in zip(WORDS, (True, False), strict=True):
        right = value is variant.answer.value
        yield field(f"{'*' if right else ''}{word[0].lower()}) ", word)
        yield field("... ", "Oui." if right else render_inline(variant.wrongs[0].feedback, MARKDOWN))


def _mistakes(variant):
    rows = "\n".join(
        f"- {render_inline(w.answer.shown(), MARKDOWN)}\u00a0: {render_inline(w.feedback, MARKDOWN)}"
        for w in variant.wrongs
    )
    return f"Non. Si vous avez trouvé\u00a0:\n\n{rows}"


def _number(answer):
    low, high = bounds(answer)
    assert min(abs(low), abs(high)) >= SMALLEST
    yield f"= {dot(answer.value)}{f' +- {dot(high - float(answer.value))}' if high > low else ''}\n"


def _short(variant):
    return (f"* {text}\n" for text in spellings(variant.items[0].answer))


def assessment(variants):
    """Le XML que text2qti tire de ces questions."""
    from text2qti.config import Config
    from text2qti.qti import QTI
    from text2qti.quiz import Quiz

    source = "\n".join(as_text(variant, number) for number, variant in enumerate(variants, start=1))
    return QTI(Quiz(source, config=Config())).assessment


class Reader(HTMLParser):
    """Ce qui se lit d’un HTML : ses mots, et ses formules avec tous leurs attributs."""

    def __init__(self):
        super().__init__()
        self.parts = []

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.parts.append(f" ⟦{sorted(attributes)}⟧ ")
        elif tag in ("p", "li", "td", "th", "ul", "ol"):
            self.parts.append(" ")

    def handle_data(self, data):
        self.parts.append(data)


def words(html):
    reader = Reader()
    reader.feed(html)
    return " ".join("".join(reader.parts).split())


IDENT = re.compile(r"(?:text2qti_\w+?_[0-9a-f]{16,}|(?:q_|ref_)?[0-9a-f]{16}(?:_\w+?)?)(?=_fb|$|,)")


def items(xml):
    """Les items, chacun en tuples imbriqués : balise, attributs, texte, enfants ; les identifiants y sont numérotés."""
    root = ET.fromstring(xml)
    return [_tree(node, {}) for node in root.iter() if node.tag.endswith("}item")]


def _tree(node, names):
    tag = node.tag.partition("}")[2]
    attributes = {key: _named(value, names) for key, value in sorted(node.attrib.items()) if key != "title"}
    if node.get("texttype") == "text/html":
        text = words(node.text or "")
    else:
        text = _number_or(_named((node.text or "").strip(), names))
    return tag, attributes, text, [_tree(child, names) for child in node]


def _named(text, names):
    return IDENT.sub(lambda found: names.setdefault(found[0], f"#{len(names)}"), text)


class Written(float):
    """Un nombre écrit à quatre décimales, comme text2qti le fait : égal à l’arrondi près."""

    def __eq__(self, other):
        return isinstance(other, float) and abs(self - other) <= 1e-4

    __hash__ = None


def _number_or(text):
    try:
        return Written(text)
    except ValueError:
        return text
