"""TP « ResNet » : derrière chaque réponse fausse qu’on attend, la correction reconnaît l’erreur et la nomme.

Chaque réponse fausse s’écrit comme un élève l’écrirait, et s’essaie dans les cellules du notebook corrigé.
"""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from simulated_class import cell_of, fill, source_of
from tp_resnet_answers import RIGHT

from coursekit.errors import FailedCheckError

pytest.importorskip("torch", reason="torch manque : pip install -e .[torch]")
pytest.importorskip("IPython", reason="IPython manque : pip install -e .[notebook]")

ROOT = Path(__file__).parents[1]
SLOW = "q8-tests-2"
"""Elle entraîne un réseau : les copies de test_grading_end_to_end.py l’essaient."""

SHAPE, FITS = RIGHT["q1"]
BASIC_COUNT, BOTTLENECK_COUNT = RIGHT["q2"]
PAD, PROJECT = RIGHT["q3"]
BLOCK, _ = RIGHT["q4"]
REDUCE, REDUCE_FORWARD, _, PREACT_FORWARD = RIGHT["q5"]
FACTOR, PATHS = RIGHT["q6"]
NET = RIGHT["q8"]

# (cellule de tests, rang de l’emplacement, ce qu’y écrit l’élève, ce que la correction dit)
WRONG: list[tuple[str, int, str, str]] = [
    # Les formes
    (
        "q1-tests",
        0,
        "return (out_channels, *(side // stride for side in input_shape[1:]))",
        "Vous divisez en arrondissant vers le bas",
    ),
    (
        "q1-tests",
        0,
        "return (out_channels, *(-(-side // stride**2) for side in input_shape[1:]))",
        "Vous réduisez deux fois",
    ),
    (
        "q1-tests",
        0,
        "return (out_channels, input_shape[1], input_shape[2])",
        "Vous gardez la taille de l’entrée",
    ),
    (
        "q1-tests",
        0,
        "return (input_shape[0], *(-(-side // stride) for side in input_shape[1:]))",
        "Vous gardez les canaux de l’entrée",
    ),
    (
        "q1-tests",
        0,
        "return (out_channels, *((side - 3) // stride - 1 for side in input_shape[1:]))",
        "Vous avez oublié le padding",
    ),
    (
        "q1-tests",
        0,
        "return (*(-(-side // stride) for side in input_shape[1:]), out_channels)",
        "PyTorch met les canaux d’abord",
    ),
    ("q1-tests-2", 1, "return layers[-1][0] == input_shape[0]", "Vous ne comparez que les canaux"),
    (
        "q1-tests-2",
        1,
        FITS.replace("return shape == list(input_shape)", "return shape[1:] == list(input_shape[1:])"),
        "Vous ne comparez que la hauteur et la largeur",
    ),
    (
        "q1-tests-2",
        1,
        "return all(s == 1 and 2 * p == f - 1 and k == input_shape[0] for k, f, s, p in layers)",
        "Vous exigez que chaque couche garde la forme",
    ),
    ("q1-tests-2", 1, "return all(layer[2] == 1 for layer in layers)", "Vous ne regardez que les pas"),
    # Les paramètres
    ("q2-tests", 0, BASIC_COUNT.replace("**2 + 2)", "**2)"), "Vous ne comptez que les filtres"),
    ("q2-tests", 0, BASIC_COUNT.replace("**2 + 2)", "**2 + 1)"), "vous n’en comptez qu’un"),
    ("q2-tests", 0, BASIC_COUNT.replace("**2 + 2)", "**2 + 3)"), "Vous comptez un biais"),
    ("q2-tests", 0, BASIC_COUNT.replace("0 if same else", "0 *"), "Vous oubliez le raccourci"),
    ("q2-tests", 0, BASIC_COUNT.replace("0 if same else ", ""), "Vous comptez toujours une projection"),
    (
        "q2-tests",
        0,
        BASIC_COUNT.replace("and in_channels == out_channels", ""),
        "Vous ne comptez la projection que si le pas dépasse 1",
    ),
    (
        "q2-tests",
        0,
        BASIC_COUNT.replace("stride == 1 and", ""),
        "Vous ne comptez la projection que si les canaux changent",
    ),
    (
        "q2-tests",
        0,
        BASIC_COUNT.replace("layer(out_channels, out_channels, 3)", "layer(in_channels, out_channels, 3)"),
        "Votre seconde convolution lit les canaux de l’entrée",
    ),
    ("q2-tests-2", 1, BOTTLENECK_COUNT.replace("+ 2)", ")"), "Vous ne comptez que les filtres"),
    (
        "q2-tests-2",
        1,
        BOTTLENECK_COUNT.replace("if stride != 1 or", "if"),
        "Vous ne comptez la projection que si les canaux changent",
    ),
    (
        "q2-tests-2",
        1,
        BOTTLENECK_COUNT.replace(
            "[(in_channels, channels, 1), (channels, channels, 3), (channels,",
            "[(in_channels, 4 * channels, 1), (4 * channels, 4 * channels, 3), (4 * channels,",
        ),
        "travaille sur tous les canaux",
    ),
    # Les raccourcis
    ("q3-tests", 0, PAD.replace("[kept, zeros]", "[zeros, kept]"), "Vos canaux nuls sont devant"),
    (
        "q3-tests",
        0,
        PAD.replace(
            "x[..., ::stride, ::stride]", "x[..., : -(-x.shape[2] // stride), : -(-x.shape[3] // stride)]"
        ),
        "Vous gardez un coin de la carte",
    ),
    (
        "q3-tests",
        0,
        PAD.replace("x[..., ::stride, ::stride]", "nn.AvgPool2d(stride, ceil_mode=True)(x)"),
        "Vous faites la moyenne",
    ),
    (
        "q3-tests",
        0,
        PAD.replace("x[..., ::stride, ::stride]", "nn.MaxPool2d(stride, ceil_mode=True)(x)"),
        "Vous gardez le maximum",
    ),
    (
        "q3-tests",
        0,
        "x = x[..., ::stride, ::stride]\nreturn torch.cat([x] * 9, dim=1)[:, :out_channels]",
        "Vous recopiez les canaux",
    ),
    ("q3-tests-2", 1, "return nn.Identity()", "Votre raccourci est l’identité"),
    (
        "q3-tests-2",
        1,
        PROJECT.replace("if stride != 1 or in_channels != out_channels", "if True"),
        "Votre raccourci projette alors que la forme ne change pas",
    ),
    (
        "q3-tests-2",
        1,
        PROJECT.replace("shortcut.append(nn.BatchNorm2d(out_channels))", "pass"),
        "Il manque une normalisation après la projection",
    ),
    (
        "q3-tests-2",
        1,
        PROJECT.replace("d(out_channels))", "d(out_channels))\n    shortcut.append(nn.ReLU())"),
        "Vous mettez une ReLU sur le raccourci",
    ),
    ("q3-tests-2", 1, PROJECT.replace(", bias=False", ""), "Votre projection a un biais"),
    (
        "q3-tests-2",
        1,
        PROJECT.replace("1, stride", "3, stride, padding=1"),
        "Votre projection lit 3×3 pixels",
    ),
    (
        "q3-tests-2",
        1,
        PROJECT.replace(
            "    shortcut.append(nn.Conv2d(in_channels, out_channels, 1, stride,",
            "    shortcut.append(nn.AvgPool2d(stride))\n    shortcut.append(nn.Conv2d(in_channels, out_channels, 1,",
        ),
        "Vous réduisez par une moyenne",
    ),
    # Le bloc de base
    ("q4-tests", 1, "return self.relu(self.branch(x))", "Il manque le raccourci"),
    (
        "q4-tests",
        1,
        "return self.shortcut(x) + self.relu(self.branch(x))",
        "Votre ReLU vient avant l’addition",
    ),
    ("q4-tests", 1, "return self.branch(x) + self.shortcut(x)", "Il manque la ReLU finale"),
    (
        "q4-tests",
        0,
        BLOCK.replace("    nn.ReLU(inplace=True),\n", ""),
        "Il manque la ReLU entre les deux convolutions",
    ),
    (
        "q4-tests",
        1,
        "return self.relu(self.shortcut(x) + self.relu(self.branch(x)))",
        "Il y a une ReLU de trop, avant l’addition",
    ),
    (
        "q4-tests",
        1,
        "x = self.branch(x)\nreturn self.relu(x + self.shortcut(x))",
        "Vous ajoutez la branche à elle-même",
    ),
    ("q4-tests", 1, "return self.relu(torch.cat([self.branch(x), x], dim=1))", "Vous concaténez les canaux"),
    (
        "q4-tests-2",
        0,
        BLOCK.replace("(3, 3), stride, padding=1", "(3, 3), padding=1").replace(
            'padding="same"', "padding=1, stride=stride"
        ),
        "Votre seconde convolution porte le pas",
    ),
    # Le bottleneck et la préactivation
    (
        "q5-tests",
        0,
        REDUCE.replace("1, stride, bias", "1, bias").replace("3, padding", "3, stride, padding"),
        "c’est la variante de torchvision",
    ),
    (
        "q5-tests",
        1,
        REDUCE_FORWARD.replace(" + self.shortcut(x)", ""),
        "Il manque le raccourci",
    ),
    (
        "q5-tests-2",
        3,
        """
made = torch.relu(self.bn1(self.conv1(x)))
return torch.relu(self.bn2(self.conv2(made)) + x)
""",
        "C’est le bloc de la question 4",
    ),
    (
        "q5-tests-2",
        3,
        PREACT_FORWARD.replace("+ x", "+ x\n").replace("return", "x =") + "return x.relu()",
        "Il y a une ReLU après l’addition",
    ),
    (
        "q5-tests-2",
        3,
        PREACT_FORWARD.replace("made = self", "x = torch.relu(self.bn1(x))\nmade = self").replace(
            "self.conv1(torch.relu(self.bn1(x)))", "self.conv1(x)"
        ),
        "Vous ajoutez l’entrée activée",
    ),
    (
        "q5-tests-2",
        3,
        PREACT_FORWARD.replace("torch.relu(self.bn1(x))", "self.bn1(torch.relu(x))").replace(
            "torch.relu(self.bn2(made))", "self.bn2(torch.relu(made))"
        ),
        "Vos ReLU précèdent les normalisations",
    ),
    ("q5-tests-2", 3, PREACT_FORWARD.replace(" + x", ""), "Il manque l’addition de x"),
    # Le gradient
    ("q6-tests", 0, "return torch.tensor(slopes).prod().item()", "Vous ne tenez pas compte du raccourci"),
    (
        "q6-tests",
        0,
        FACTOR.replace("return 1\n", "return 1\nif shortcut:\n    return 1 + sum(slopes)\n"),
        "Vous additionnez les pentes",
    ),
    (
        "q6-tests",
        0,
        "return bool(shortcut) + torch.tensor(slopes).prod().item()",
        "Vous ne mettez qu’un raccourci",
    ),
    (
        "q6-tests",
        0,
        "return len(slopes) * bool(shortcut) + torch.tensor(slopes).prod().item()",
        "Vous ajoutez 1 après avoir multiplié",
    ),
    ("q6-tests-2", 1, PATHS.replace("+= product", "+= 1"), "Vous comptez les chemins"),
    (
        "q6-tests-2",
        1,
        PATHS.replace("return totals", "return totals[1:]"),
        "Il manque le chemin de longueur 0",
    ),
    (
        "q6-tests-2",
        1,
        """
windows = lambda n: [slopes[i:i + n] for i in range(len(slopes) - n + 1)]
return [1] + [sum(torch.tensor(w).prod().item() for w in windows(n)) for n in range(1, len(slopes) + 1)]
""",
        "Vous ne prenez que des couches consécutives",
    ),
    (
        "q6-tests-2",
        1,
        "return [1, *torch.tensor(slopes).cumprod(0).tolist()]",
        "Vous ne suivez qu’un chemin par longueur",
    ),
    # Le départ
    ("q7-tests", 0, "pass", "Aucun facteur de normalisation ne part de 0"),
    ("q7-tests", 0, "nn.init.zeros_(self.bn1.weight)", "Vous annulez la première normalisation"),
    ("q7-tests", 0, "nn.init.zeros_(self.conv2.weight)", "Vous annulez une convolution"),
    ("q7-tests", 0, "self.bn2 = nn.Identity()", "Aucun facteur de normalisation ne part de 0"),
    # Le réseau et son entraînement
    (
        "q8-tests",
        0,
        NET[0].replace("1 + (stage > 0 and block == 0)", "1"),
        "Vos étages gardent tous la taille de l’image",
    ),
    ("q8-tests", 0, NET[0].replace(" and block == 0", ""), "c’est trop"),
    ("q8-tests", 1, "return self.layers(x).softmax(dim=1)", "softmax de trop"),
    (SLOW, 2, "return None", "train ne renvoie pas un réseau"),
    (SLOW, 2, "return SmallResNet(12)", "votre réseau est resté en mode entraînement"),
    (SLOW, 2, "return SmallResNet(10).eval()", "on attend 12 scores par image"),
    (SLOW, 2, "return SmallResNet(12).eval()", "C’est presque du hasard"),
    (SLOW, 2, "return nn.Sequential(SmallResNet(12).eval(), nn.Softmax(1))", "Il rend des probabilités"),
    (
        SLOW,
        2,
        "network = SmallResNet(12).eval()\nnetwork.layers[-1].weight.data.mul_(float('nan'))\nreturn network",
        "l’entraînement a divergé",
    ),
]


@pytest.fixture(scope="module")
def corrected() -> dict[str, Any]:
    """Le notebook de l’enseignant, tests cachés compris."""
    return _notebook("solutions")


@pytest.fixture(scope="module")
def classroom(corrected: dict[str, Any]) -> dict[str, Any]:
    """Ce que laissent les cellules verrouillées."""
    names: dict[str, Any] = {}
    for cell in corrected["cells"]:
        role = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and role.get("locked") and not role["grade"]:
            with redirect_stdout(io.StringIO()):
                exec(source_of(cell), names)
    return names


def _notebook(step: str) -> dict[str, Any]:
    path = ROOT / step / "tp-resnet" / "tp-resnet.ipynb"
    return json.loads(path.read_text("utf-8"))  # type: ignore[no-any-return]


def judged(classroom: dict[str, Any], corrected: dict[str, Any], tests: str, answers: Any) -> None:
    """Répond à une question dans le notebook distribué, puis exécute une de ses cellules de tests."""
    question = tests.split("-")[0]
    released = _notebook("exercises")
    fill(released, question, *(answer.strip("\n") for answer in answers))
    names = dict(classroom)
    with redirect_stdout(io.StringIO()):
        exec(source_of(cell_of(released, question)), names)
        exec(source_of(cell_of(corrected, tests)), names)


@pytest.mark.parametrize(("tests", "slot", "answer", "words"), WRONG, ids=[f"{w[0]}: {w[3]}" for w in WRONG])
def test_a_wrong_answer_is_recognised(
    classroom: dict[str, Any], corrected: dict[str, Any], tests: str, slot: int, answer: str, words: str
) -> None:
    answers = list(RIGHT[tests.split("-")[0]])
    assert answers[slot] != answer
    answers[slot] = answer
    with pytest.raises(FailedCheckError) as refused:
        judged(classroom, corrected, tests, answers)
    assert words in str(refused.value)


@pytest.mark.parametrize("tests", sorted({tests for tests, *_ in WRONG} - {SLOW}))
def test_the_right_answer_beside_it_is_accepted(
    classroom: dict[str, Any], corrected: dict[str, Any], tests: str
) -> None:
    judged(classroom, corrected, tests, RIGHT[tests.split("-")[0]])
