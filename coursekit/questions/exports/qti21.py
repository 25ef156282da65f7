"""QTI 2.1 : une archive avec un item par question, un test qui les enchaîne et leur manifeste.

Source : IMS Question and Test Interoperability v2.1 (Final, 2012) et IMS Content Packaging v1.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from coursekit.questions.exports import Loss, Meta
from coursekit.questions.exports.packages import Member, package
from coursekit.questions.exports.qti21_item import NAMESPACE, SCHEMA, item_xml
from coursekit.questions.exports.spellings import has_decimals
from coursekit.questions.exports.xhtml import has_mathml
from coursekit.questions.family import TOPICS
from coursekit.questions.styles import escape_html
from coursekit.questions.variant import Variant

NO_MATHML = Loss(
    "no-mathml",
    "sans latex2mathml, les formules restent en LaTeX (pip install coursekit[questions] les écrit en MathML)",
)
DECIMAL_SIGN = Loss(
    "decimal-sign", "chaque plateforme décide si un réel se tape avec une virgule ou avec un point"
)
NO_HINTS = Loss("no-hints", "les indices ne passent pas en QTI 2.1")
FORMULA_AS_TEXT = Loss(
    "formula-as-text", "QTI ne compare une formule que comme un texte : deux écritures équivalentes diffèrent"
)
NO_CARRY = Loss(
    "no-carry-forward", "chaque partie se corrige seule, sans repartir de ce que l’élève a trouvé"
)
OTHER_SHAPE = Loss(
    "other-shape",
    "une forme fausse d’un autre nombre de dimensions ne tient pas dans les cases, et n’est pas expliquée",
)


@dataclass(frozen=True)
class Resource:
    """Ce que le test et le manifeste disent d’un item."""

    hash: str
    family: str
    title: str
    topic: str
    level: int
    figure: bool


class Qti21:
    """L’export « qti21 »."""

    name = "qti21"
    title = "QTI 2.1"
    suffix = ".zip"

    def check(self, variant: Variant) -> Sequence[Loss]:
        losses = [] if has_mathml() else [NO_MATHML]
        losses += [NO_HINTS] if variant.hints else []
        if variant.options:
            return losses
        kinds = {item.answer.kind for item in variant.items}
        losses += [DECIMAL_SIGN] if any(has_decimals(item.answer) for item in variant.items) else []
        losses += [FORMULA_AS_TEXT] if "formula" in kinds else []
        losses += [OTHER_SHAPE] if _has_other_shape(variant) else []
        return [*losses, NO_CARRY] if variant.family.parts else losses

    def write(self, variants: Iterable[Variant], meta: Meta) -> Iterator[bytes]:
        return package(_members(variants, meta))


def _has_other_shape(variant: Variant) -> bool:
    return any(
        len(getattr(wrong.answer, "dims", ())) != len(getattr(item.answer, "dims", ()))
        or _rows(wrong.answer) != _rows(item.answer)
        for item in variant.items
        for wrong in item.wrongs
    )


def _rows(answer: object) -> list[int]:
    return [len(row) for row in getattr(answer, "rows", ())]


def _members(variants: Iterable[Variant], meta: Meta) -> Iterator[Member]:
    resources: list[Resource] = []
    for variant in variants:
        family, figure = variant.family, variant.figure
        yield f"items/{variant.hash}.xml", item_xml(variant, family.points)
        if figure:
            yield f"images/{variant.hash}.svg", figure.svg
        topic = TOPICS[family.topic]
        resources.append(Resource(variant.hash, family.id, family.title, topic, family.level, bool(figure)))
    yield "test.xml", _test(resources, meta)
    yield "imsmanifest.xml", _manifest(resources)


def _test(resources: Sequence[Resource], meta: Meta) -> Iterator[str]:
    title = escape_html(meta.title)
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<assessmentTest xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{NAMESPACE} {SCHEMA}" identifier="TEST" title="{title}">\n'
        '<testPart identifier="PART" navigationMode="nonlinear" submissionMode="individual">\n'
        f'<assessmentSection identifier="SECTION" title="{title}" visible="true">\n'
    )
    for resource in resources:
        yield f'<assessmentItemRef identifier="Q{resource.hash}" href="items/{resource.hash}.xml"/>\n'
    yield "</assessmentSection>\n</testPart>\n</assessmentTest>\n"


def _manifest(resources: Sequence[Resource]) -> Iterator[str]:
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" '
        'xmlns:imsmd="http://ltsc.ieee.org/xsd/LOM" identifier="MANIFEST">\n'
        "<metadata><schema>QTIv2.1 Package</schema><schemaversion>1.0.0</schemaversion></metadata>\n"
        "<organizations/>\n<resources>\n"
        '<resource identifier="TEST" type="imsqti_test_xmlv2p1" href="test.xml">\n<file href="test.xml"/>\n'
    )
    for resource in resources:
        yield f'<dependency identifierref="Q{resource.hash}"/>\n'
    yield "</resource>\n"
    for resource in resources:
        yield _resource(resource)
    yield "</resources>\n</manifest>\n"


def _resource(resource: Resource) -> str:
    words = (resource.family, resource.topic, f"niveau {resource.level}")
    keywords = "".join(
        f'<imsmd:keyword><imsmd:string language="fr">{escape_html(word)}</imsmd:string></imsmd:keyword>'
        for word in words
    )
    title = (
        f'<imsmd:title><imsmd:string language="fr">{escape_html(resource.title)}</imsmd:string></imsmd:title>'
    )
    image = f'<file href="images/{resource.hash}.svg"/>\n' if resource.figure else ""
    path = f"items/{resource.hash}.xml"
    return (
        f'<resource identifier="Q{resource.hash}" type="imsqti_item_xmlv2p1" href="{path}">\n'
        f"<metadata><imsmd:lom><imsmd:general>{title}{keywords}</imsmd:general></imsmd:lom></metadata>\n"
        f'<file href="{path}"/>\n{image}</resource>\n'
    )


EXPORTER = Qti21()
