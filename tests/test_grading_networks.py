"""Des tests de l’enseignant sur un module PyTorch de l’élève, qui reste dans son processus."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("torch", reason="PyTorch manque : pip install -e .[torch]")

from test_grading_execute import Bare, run_cells, texts

from coursekit.grading.execute import PRELOAD, STUDENT
from coursekit.grading.execute.parents import consequences

LOCKED = ("verrou", "import torch\nfrom torch import nn\n_ = torch.manual_seed(0)")
NET = """class Net(nn.Module):
    def __init__(self, classes=3):
        super().__init__()
        self.classes = classes
        self.conv = nn.Conv2d(1, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(4, classes)

    def forward(self, x):
        x = torch.relu(self.norm(self.conv(x)))
        return self.fc(self.drop(x.mean(dim=(2, 3))))

    def features(self, x):
        return self.conv(x)
"""
WRONG = "class Net(nn.Linear):\n    def __init__(self, classes=3): super().__init__(5, 1)"


@pytest.fixture(scope="module")
def bare() -> Iterator[Bare]:
    made = Bare(STUDENT, (*PRELOAD, *consequences(["torch"])))
    yield made
    made.close()


CROSSING = {
    "classe": "net = Net()\nassert isinstance(net, nn.Module) and isinstance(net, Net) and issubclass(Net, nn.Module)\n"
    "assert type(net).__name__ == 'Net' and not isinstance(net, nn.Linear)",
    "structure": "net = Net()\nassert [name for name, _ in net.named_children()] == ['conv', 'norm', 'drop', 'fc']\n"
    "assert isinstance(net.conv, nn.Conv2d) and net.conv.kernel_size == (3, 3) and net.classes == 3",
    "paramètres": "net = Net()\nassert sum(p.numel() for p in net.parameters()) == 40 + 8 + 15\n"
    "assert set(net.state_dict()) >= {'conv.weight', 'norm.running_mean', 'fc.bias'}",
    "sortie": "assert Net(7)(torch.zeros(2, 1, 8, 8)).shape == (2, 7)",
    "modes": "net, x = Net(), torch.rand(2, 1, 8, 8)\nnet.eval()\nassert torch.equal(net(x), net(x))\n"
    "net.train()\nassert not torch.equal(net(x), net(x))",
    "tampons": "net = Net()\nbefore = net.norm.running_mean.clone()\nnet(torch.rand(4, 1, 8, 8))\n"
    "assert not torch.equal(net.norm.running_mean, before)",
    "méthode": "assert Net().features(torch.zeros(1, 1, 8, 8)).shape == (1, 4, 6, 6)",
    "sans gradient": "net = Net().eval()\nwith torch.no_grad(): assert not net(torch.zeros(1, 1, 8, 8)).requires_grad\n"
    "assert net(torch.zeros(1, 1, 8, 8)).requires_grad",
    "gradient": "net = Net().eval()\nx = torch.rand(2, 1, 8, 8, requires_grad=True)\nnet(x).sum().backward()\n"
    "assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in (net.fc.bias, net.conv.weight))\n"
    "assert x.grad.shape == x.shape",
    "optimiseur": "net = Net().eval()\nx, y = torch.rand(8, 1, 8, 8), torch.arange(8) % 3\n"
    "opt = torch.optim.SGD(net.parameters(), lr=0.5)\nlosses = []\n"
    "for _ in range(30):\n    opt.zero_grad()\n    loss = nn.functional.cross_entropy(net(x), y)\n"
    "    loss.backward()\n    opt.step()\n    losses.append(loss.item())\nassert losses[-1] < losses[0]",
    "poids posés": "net = Net().eval()\nwith torch.no_grad():\n    for p in net.parameters(): p.zero_()\n"
    "    net.fc.bias.fill_(2)\nassert net(torch.rand(1, 1, 8, 8)).tolist() == [[2, 2, 2]]",
    "dans un autre module": "net = nn.Sequential(Net(4), nn.Linear(4, 2))\n"
    "assert net(torch.zeros(2, 1, 8, 8)).shape == (2, 2)\nassert len(list(net.parameters())) == 8",
    "crochet": "net, seen = Net(), []\n"
    "net.conv.register_forward_hook(lambda layer, x, y: seen.append(tuple(y.shape)))\n"
    "net(torch.zeros(2, 1, 8, 8))\nassert seen == [(2, 4, 6, 6)]",
    "poids prêtés": "net = Net().eval()\nzeros = {name: torch.zeros_like(p) for name, p in net.named_parameters()}\n"
    "y = torch.func.functional_call(net, zeros, torch.rand(1, 1, 8, 8))\n"
    "assert y.abs().sum() == 0 and net.conv.weight.abs().sum() > 0\nassert net(torch.rand(1, 1, 8, 8)).abs().sum() > 0",
}


@pytest.mark.parametrize("name", CROSSING)
def test_a_module_answers_as_if_it_were_there(bare: Bare, name: str) -> None:
    right = run_cells(bare, LOCKED, ("réponse", NET), ("tests", CROSSING[name]))[2]
    wrong = run_cells(bare, LOCKED, ("réponse", WRONG), ("tests", CROSSING[name]))[2]

    assert (right.score, right.in_process) == (1, False), right
    assert wrong.score == 0


TRAINING = """def entraine(net, x, y, pas):
    opt = torch.optim.SGD(net.parameters(), lr=0.5)
    for _ in range(pas):
        opt.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        opt.step()

def descend(w):
    loss = (w ** 2).sum()
    loss.backward()
    w.data -= 0.25 * w.grad
"""


def test_a_student_trains_its_own_module(bare: Bare) -> None:
    tests = """net = Net().eval()
x, y = torch.rand(8, 1, 8, 8), torch.arange(8) % 3
before, old = nn.functional.cross_entropy(net(x), y), net.fc.weight.clone()
entraine(net, x, y, 30)
assert nn.functional.cross_entropy(net(x), y) < before and not torch.equal(old, net.fc.weight)
assert net.fc.weight.grad is not None"""
    done = run_cells(bare, LOCKED, ("réponse", NET + TRAINING), ("tests", tests))[2]
    assert (done.score, done.in_process) == (1, False), done


def test_a_gradient_flows_through_a_student_function(bare: Bare) -> None:
    answer = "def perte(p, y): return ((p-y) ** 2).mean()"
    tests = "p = torch.tensor([1.0, 3.0], requires_grad=True)\nperte(p, torch.zeros(2)).backward()\n"
    done = run_cells(
        bare, LOCKED, ("réponse", answer), ("tests", tests + "assert p.grad.tolist() == [1, 3]")
    )[2]
    assert (done.score, done.in_process) == (1, False), done


def test_a_seed_of_the_tests_is_shared(bare: Bare) -> None:
    """Graine, poids de l’élève, tirage des tests : les nombres sont ceux d’un seul processus."""
    answer = "def tire(): return torch.rand(2)"
    tests = """torch.manual_seed(7)
a, b, c = tire(), torch.rand(2), tire()
torch.manual_seed(7)
assert torch.equal(torch.cat((a, b, c)), torch.cat([torch.rand(2) for _ in range(3)]))
import random, numpy as np
random.seed(1); np.random.seed(1)
x, y = des()
random.seed(1); np.random.seed(1)
assert (x, y) == (random.random(), np.random.rand())"""
    dice = "\nimport random\nimport numpy as np\ndef des(): return random.random(), float(np.random.rand())"
    done = run_cells(bare, LOCKED, ("réponse", answer + dice), ("tests", tests))[2]
    assert (done.score, done.in_process) == (1, False), done


FALLBACKS = {
    "remplace une couche": "net = Net()\nnet.fc = nn.Linear(4, 5)\nassert net(torch.zeros(2, 1, 8, 8)).shape == (2, 5)",
    "copie le module": "import copy\nassert isinstance(copy.deepcopy(Net()).conv, nn.Conv2d)",
    "donne un module": "assert compte(nn.Linear(3, 4)) == 16",
}


@pytest.mark.parametrize("name", FALLBACKS)
def test_what_a_module_cannot_do_from_afar_runs_in_process(bare: Bare, name: str) -> None:
    counting = "def compte(net): return sum(p.numel() for p in net.parameters())"
    done = run_cells(bare, LOCKED, ("réponse", NET + counting), ("tests", FALLBACKS[name]))[2]
    assert (done.score, done.in_process) == (1, True), done


SEEDED = """import linecache, torch
before = set(linecache.cache)
torch.manual_seed(3)
print(sorted(name for name in set(linecache.cache) - before if "ipython-input" not in name))
"""


def test_a_seed_reads_no_library_again(bare: Bare) -> None:
    """PyTorch y écrit une pile d’appels, dont le parent chaud a déjà lu le texte."""
    student, tests = run_cells(bare, ("réponse", SEEDED), ("tests", SEEDED))
    assert (texts(student), texts(tests)) == ("[]\n", "[]\n")
