"""Un moteur QTI 2.1 réduit aux expressions dont on se sert : il corrige un item comme le ferait une plateforme."""

import xml.etree.ElementTree as ET

QTI = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"
READ = {"integer": int, "float": float, "string": str, "identifier": str}


class Item:
    """Un item lu : ce qu’il attend, ce qu’il montre, et `answer(réponses)`, qui le corrige."""

    def __init__(self, xml):
        self.root = ET.fromstring(xml)
        self.responses = {d.get("identifier"): d for d in self.root.iter(f"{QTI}responseDeclaration")}
        self.outcomes = {d.get("identifier"): d for d in self.root.iter(f"{QTI}outcomeDeclaration")}
        self.modals = list(self.root.iter(f"{QTI}modalFeedback"))
        self.points = self.default("MAXSCORE")

    def default(self, name):
        value = self.outcomes[name].find(f"{QTI}defaultValue/{QTI}value")
        return None if value is None else READ[self.outcomes[name].get("baseType")](value.text)

    def right(self):
        """Les bonnes réponses que l’item déclare."""
        return {name: self._correct(declared) for name, declared in self.responses.items()}

    def _correct(self, declared):
        read = READ[declared.get("baseType")]
        values = [read(v.text) for v in declared.iterfind(f"{QTI}correctResponse/{QTI}value")]
        return values if declared.get("cardinality") == "multiple" else values[0]

    def answer(self, given):
        """Les points, et l’élément de chaque retour montré."""
        state = {**{name: self.default(name) for name in self.outcomes}, **given}
        for rule in self.root.find(f"{QTI}responseProcessing"):
            self._apply(rule, state)
        return state["SCORE"], [modal for modal in self.modals if self._shown(modal, state)]

    def _shown(self, modal, state):
        value = state[modal.get("outcomeIdentifier")]
        return modal.get("identifier") in (value if isinstance(value, list) else [value])

    def _apply(self, rule, state):
        if rule.tag == f"{QTI}setOutcomeValue":
            state[rule.get("identifier")] = self._value(rule[0], state)
            return
        assert rule.tag == f"{QTI}responseCondition"
        for branch in rule:
            tested = not branch.tag.endswith("Else")
            if not tested or self._value(branch[0], state):
                for inner in list(branch)[tested:]:
                    self._apply(inner, state)
                return

    def _value(self, node, state):
        name = node.tag.removeprefix(QTI)
        if name == "baseValue":
            return READ[node.get("baseType")](node.text)
        if name == "variable":
            return state[node.get("identifier")]
        if name == "mapResponse":
            return self._mapped(node.get("identifier"), state)
        values = [self._value(child, state) for child in node]
        return OPERATORS[name](node, *values)

    def _mapped(self, name, state):
        mapping = self.responses[name].find(f"{QTI}mapping")
        worth = {e.get("mapKey"): float(e.get("mappedValue")) for e in mapping}
        given = state[name] if isinstance(state[name], list) else [state[name]]
        total = sum(worth.get(key, float(mapping.get("defaultValue"))) for key in given)
        return min(max(total, float(mapping.get("lowerBound"))), float(mapping.get("upperBound")))


def equal(node, left, right):
    below, above = map(float, (node.get("tolerance") or "0 0").split())
    return right - below <= left <= right + above


OPERATORS = {
    "match": lambda node, a, b: a == b,
    "equal": equal,
    "stringMatch": lambda node, a, b: a.casefold() == b.casefold(),
    "and": lambda node, *values: all(values),
    "or": lambda node, *values: any(values),
    "sum": lambda node, *values: sum(values),
}
