"""Les morceaux d’un item QTI 1.2 tels que Canvas les écrit et les relit.

Source : `lib/cc/qti/qti_items.rb` d’instructure/canvas-lms, et text2qti 0.8 pour les formules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from coursekit.questions.styles import escape_html, html_style


def equation(latex: str) -> str:
    """Une formule comme l’éditeur de Canvas l’écrit : une image que Canvas dessine, et son LaTeX."""
    shown = escape_html(latex)
    return (
        f'<img class="equation_image" title="{shown}" src="/equation_images/{quote(latex, safe="")}?scale=1" '
        f'alt="LaTeX: {shown}" data-equation-content="{shown}" data-ignore-a11y-check="">'
    )


STYLE = replace(html_style(), math=equation, display=lambda latex: f"<p>{equation(latex)}</p>")


@dataclass
class Draft:
    """Une question en cours d’écriture ; ses `conditions` se lisent dans l’ordre."""

    kind: str
    ids: Sequence[str]
    presentation: str
    conditions: list[str] = field(default_factory=list)
    feedback: list[str] = field(default_factory=list)

    def show(self, name: str, html: str, test: str = "<other/>") -> None:
        """Un retour, et la condition qui le montre : toujours, à défaut."""
        self.conditions.append(
            f'<respcondition continue="Yes"><conditionvar>{test}</conditionvar>'
            f'<displayfeedback feedbacktype="Response" linkrefid="{name}"/></respcondition>\n'
        )
        self.explain(name, html)

    def right(self, test: str, feedback: str = "") -> None:
        """La condition de la bonne réponse, qui donne tous les points et arrête la lecture."""
        shown = f'<displayfeedback feedbacktype="Response" linkrefid="{feedback}"/>' if feedback else ""
        self.conditions.append(
            f'<respcondition continue="No"><conditionvar>{test}</conditionvar>'
            f'<setvar action="Set" varname="SCORE">100</setvar>{shown}</respcondition>\n'
        )

    def explain(self, name: str, html: str) -> None:
        self.feedback.append(
            f'<itemfeedback ident="{name}"><flow_mat>{material(html)}</flow_mat></itemfeedback>\n'
        )


def material(html: str) -> str:
    """Du HTML, protégé pour XML."""
    return f'<material><mattext texttype="text/html">{escape_html(html)}</mattext></material>'


def plain_material(text: str) -> str:
    return f'<material><mattext texttype="text/plain">{escape_html(text)}</mattext></material>'


def equal(value: str, response: str = "response1") -> str:
    """La réponse est cette proposition, ou ce texte."""
    return f'<varequal respident="{response}">{escape_html(value)}</varequal>'


def between(low: str, high: str) -> str:
    """La réponse est entre ces bornes, comprises."""
    return f'<vargte respident="response1">{low}</vargte><varlte respident="response1">{high}</varlte>'


def label(ident: str, content: str) -> str:
    """Une proposition."""
    return f'<response_label ident="{ident}">{content}</response_label>\n'


def metadata(entries: Mapping[str, str]) -> str:
    inside = "".join(
        f"<qtimetadatafield><fieldlabel>{name}</fieldlabel><fieldentry>{value}</fieldentry></qtimetadatafield>\n"
        for name, value in entries.items()
    )
    return f"<itemmetadata><qtimetadata>\n{inside}</qtimetadata></itemmetadata>\n"


def item(ident: str, title: str, entries: Mapping[str, str], statement: str, draft: Draft) -> str:
    """L’élément `<item>`."""
    return (
        f'<item ident="{ident}" title="{escape_html(title)}">\n{metadata(entries)}'
        f"<presentation>\n{material(statement)}\n{draft.presentation}</presentation>\n"
        "<resprocessing>\n"
        '<outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>\n'
        f"{''.join(draft.conditions)}</resprocessing>\n{''.join(draft.feedback)}</item>\n"
    )
