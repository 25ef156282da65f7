"""Canvas : une archive QTI 1.2 que l’on importe comme un quiz (Paramètres, Importer du contenu, fichier QTI .zip).

Source : les exports de Canvas (`lib/cc/qti` d’instructure/canvas-lms) ; text2qti 0.8 écrit le même arbre.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from coursekit.questions.answers import Integer, Real
from coursekit.questions.exports import Loss, Meta
from coursekit.questions.exports.canvas_item import item_xml, kind_of, too_small
from coursekit.questions.exports.packages import Member, package
from coursekit.questions.exports.spellings import has_decimals
from coursekit.questions.styles import escape_html
from coursekit.questions.variant import Variant

NO_HINTS = Loss("no-hints", "Canvas n’a pas d’indices")
NO_TAGS = Loss("no-tags", "Canvas ne garde ni le thème ni le niveau d’une question")
NO_CREDIT = Loss("no-credit", "Canvas ne donne pas de points à une réponse à moitié juste")
MISTAKES_TOGETHER = Loss(
    "mistakes-together",
    "Canvas n’explique pas une valeur fausse à part : toutes les erreurs connues se lisent ensemble",
)
TINY_AS_TEXT = Loss(
    "tiny-as-text",
    "Canvas arrondit un nombre à quatre décimales : sous 0,0001, on compare son écriture, sans tolérance",
)
BLANKS_AS_TEXT = Loss(
    "blanks-as-text",
    "Canvas compare le texte de chaque case : un réel n’y a que ses arrondis les plus courants, sans tolérance",
)
FORMULA_AS_TEXT = Loss(
    "formula-as-text",
    "Canvas ne compare une formule que comme un texte : deux écritures équivalentes diffèrent",
)
NO_CARRY = Loss(
    "no-carry-forward", "Canvas corrige chaque partie seule, sans repartir de ce que l’élève a trouvé"
)
EQUAL_SHARES = Loss("equal-shares", "dans Canvas, toutes les cases d’une question valent autant")

QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
CANVAS = "http://canvas.instructure.com/xsd/cccv1p0"
PACKAGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"


class Canvas:
    """L’export « canvas »."""

    name = "canvas"
    title = "Canvas (QTI 1.2)"
    suffix = ".zip"

    def check(self, variant: Variant) -> Sequence[Loss]:
        losses = [NO_TAGS]
        losses += [NO_HINTS] if variant.hints else []
        losses += [NO_CREDIT] if any(wrong.credit for wrong in variant.wrongs) else []
        return losses if variant.options else [*losses, *_typed_losses(variant)]

    def write(self, variants: Iterable[Variant], meta: Meta) -> Iterator[bytes]:
        return package(_members(variants, meta))


def _typed_losses(variant: Variant) -> Iterator[Loss]:
    kind, answer = kind_of(variant), variant.answer
    kinds = {item.answer.kind for item in variant.items}
    if kind != "true_false_question" and variant.wrongs:
        yield MISTAKES_TOGETHER
    if isinstance(answer, Integer | Real) and too_small(answer):
        yield TINY_AS_TEXT
    if "formula" in kinds:
        yield FORMULA_AS_TEXT
    if kind == "fill_in_multiple_blanks_question" and any(has_decimals(i.answer) for i in variant.items):
        yield BLANKS_AS_TEXT
    if variant.family.parts:
        yield from (NO_CARRY, EQUAL_SHARES)


def _members(variants: Iterable[Variant], meta: Meta) -> Iterator[Member]:
    """Le quiz d’abord, ses points et ses images ensuite : on ne les sait qu’une fois les questions écrites."""
    told = f"{meta.course} {meta.title} {meta.seed}"
    quiz = f"quiz_{sha256(told.encode()).hexdigest()[:16]}"
    points, figures = [0], list[tuple[str, str]]()
    yield f"{quiz}/{quiz}.xml", _assessment(quiz, variants, meta, points, figures)
    yield f"{quiz}/assessment_meta.xml", _quiz_meta(quiz, meta, points[0])
    yield from figures
    yield "imsmanifest.xml", _manifest(quiz, meta, [path for path, _ in figures])


def _assessment(
    quiz: str, variants: Iterable[Variant], meta: Meta, points: list[int], figures: list[tuple[str, str]]
) -> Iterator[str]:
    """Le fichier des questions ; compte au passage les points, et met de côté les figures."""
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<questestinterop xmlns="{QTI}" xmlns:xsi="{XSI}" '
        f'xsi:schemaLocation="{QTI} http://www.imsglobal.org/xsd/ims_qtiasiv1p2p1.xsd">\n'
        f'<assessment ident="{quiz}" title="{escape_html(meta.title)}">\n'
        "<qtimetadata><qtimetadatafield><fieldlabel>cc_maxattempts</fieldlabel><fieldentry>1</fieldentry>"
        '</qtimetadatafield></qtimetadata>\n<section ident="root_section">\n'
    )
    for variant in variants:
        yield item_xml(variant)
        points[0] += variant.family.points
        if variant.figure:
            figures.append((f"images/{variant.hash}.svg", variant.figure.svg))
    yield "</section>\n</assessment>\n</questestinterop>\n"


def _quiz_meta(quiz: str, meta: Meta, points: int) -> str:
    """Le quiz lui-même ; ce qui n’y est pas dit prend la valeur par défaut de Canvas."""
    title = escape_html(meta.title)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<quiz identifier="{quiz}" xmlns="{CANVAS}" xmlns:xsi="{XSI}" '
        f'xsi:schemaLocation="{CANVAS} https://canvas.instructure.com/xsd/cccv1p0.xsd">\n'
        f"<title>{title}</title>\n<description></description>\n<shuffle_answers>true</shuffle_answers>\n"
        "<scoring_policy>keep_highest</scoring_policy>\n<quiz_type>assignment</quiz_type>\n"
        f"<points_possible>{points:.1f}</points_possible>\n<show_correct_answers>true</show_correct_answers>\n"
        "<allowed_attempts>1</allowed_attempts>\n<one_question_at_a_time>false</one_question_at_a_time>\n"
        "<cant_go_back>false</cant_go_back>\n<available>false</available>\n</quiz>\n"
    )


def _manifest(quiz: str, meta: Meta, images: Sequence[str]) -> str:
    files = "".join(
        f'<resource identifier="image_{rank}" type="webcontent" href="{path}"><file href="{path}"/></resource>\n'
        for rank, path in enumerate(images)
    )
    about = f"{quiz}/assessment_meta.xml"
    kind = "associatedcontent/imscc_xmlv1p1/learning-application-resource"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<manifest identifier="manifest_{quiz}" xmlns="{PACKAGE}" '
        'xmlns:imsmd="http://www.imsglobal.org/xsd/imsmd_v1p2">\n'
        "<metadata><schema>IMS Content</schema><schemaversion>1.1.3</schemaversion><imsmd:lom><imsmd:general>"
        f"<imsmd:title><imsmd:string>{escape_html(meta.title)}</imsmd:string></imsmd:title>"
        "</imsmd:general></imsmd:lom></metadata>\n<organizations/>\n<resources>\n"
        f'<resource identifier="{quiz}" type="imsqti_xmlv1p2"><file href="{quiz}/{quiz}.xml"/>'
        f'<dependency identifierref="meta_{quiz}"/></resource>\n'
        f'<resource identifier="meta_{quiz}" type="{kind}" href="{about}"><file href="{about}"/></resource>\n'
        f"{files}</resources>\n</manifest>\n"
    )


EXPORTER = Canvas()
