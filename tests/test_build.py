"""`models.build` comme on l’emploie : précision, mémoire, compilation, poids officiels, et ce qu’il refuse."""

import pytest
import torch

from coursekit import models
from coursekit.errors import ArgumentError, DownloadError, ShapeError
from coursekit.models.weights import transfer
from coursekit.tables import CATALOGUE
from coursekit.vision import load_torchvision

IMAGE = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))


def test_options_of_the_page():
    model = models.build(
        "resnet18", num_classes=10, in_channels=1, device="cpu", dtype=torch.float64, channels_last=True
    )
    assert model.conv1.weight.shape == (64, 1, 7, 7)
    assert model.fc.weight.dtype == torch.float64
    assert model.conv3_x[0].conv2.weight.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(
    ("name", "packed"), [("resnet50", True), ("vgg16", True), ("wrn-50-2", False), ("senet154", False)]
)
def test_channels_come_last_on_cpu_unless_a_filter_is_too_heavy_to_copy(name, packed):
    model = models.build(name, device="cpu")
    kernels = [
        weight
        for weight in model.parameters()
        if weight.dim() == 4 and weight.shape[-1] > 1 < weight.shape[1]
    ]
    assert {kernel.is_contiguous(memory_format=torch.channels_last) for kernel in kernels} == {packed}


def test_channels_last_gives_the_same_outputs():
    plain, packed = (
        models.build("resnet18", seed=0, device="cpu", channels_last=flag).eval() for flag in (False, True)
    )
    with torch.no_grad():
        torch.testing.assert_close(plain(IMAGE), packed(IMAGE), rtol=1e-5, atol=1e-6)


def test_export_keeps_the_outputs():
    model = models.build("resnet20-cifar", seed=0, device="cpu").eval()
    exported = torch.export.export(model, (IMAGE,)).module()
    torch.testing.assert_close(exported(IMAGE), model(IMAGE))


def test_compile_wraps_the_same_network():
    compiled = models.build("resnet20-cifar", seed=0, device="cpu", compile=True)
    plain = models.build("resnet20-cifar", seed=0, device="cpu")
    assert type(compiled).__name__ == "OptimizedModule"
    for ours, theirs in zip(compiled.parameters(), plain.parameters(), strict=True):
        assert torch.equal(ours, theirs)


@pytest.fixture
def no_network(monkeypatch):
    load_torchvision()
    from torchvision.models import _api

    def refuse(*_args, **_kwargs):
        raise OSError("<urlopen error [Errno -2] Name or service not known>")

    monkeypatch.setattr(_api, "load_state_dict_from_url", refuse)


def test_official_weights_without_a_network_get_a_french_message(no_network):
    with pytest.raises(DownloadError, match="accès au réseau"):
        models.build("resnet18", weights="torchvision", device="cpu")


@pytest.mark.parametrize(
    ("name", "weights", "excerpt"),
    [("resnet20-cifar", "torchvision", "pas de jumeau.*vgg16"), ("resnet18", "imagenet", "imagenet")],
)
def test_unknown_weights_are_refused(name, weights, excerpt):
    with pytest.raises(ArgumentError, match=excerpt):
        models.build(name, weights=weights, device="cpu")


def test_official_weights_go_where_they_should(monkeypatch):
    load_torchvision()
    from torchvision.models import _api, resnet18

    theirs = resnet18().eval()
    monkeypatch.setattr(_api, "load_state_dict_from_url", lambda *_args, **_kwargs: theirs.state_dict())
    ours = models.build("resnet18", weights="torchvision", device="cpu").eval()
    with torch.no_grad():
        torch.testing.assert_close(ours(IMAGE), theirs(IMAGE), rtol=1e-5, atol=1e-6)


def test_weights_of_another_shape_are_refused_by_name():
    model = models.build("resnet18", num_classes=10, device="meta")
    with pytest.raises(ShapeError, match=r"fc\.weight"):
        transfer(model, models.build("resnet18", device="meta").state_dict())


@pytest.mark.parametrize(
    "entry", [e for e in CATALOGUE if e.accuracy and e.peer], ids=lambda entry: entry.name
)
def test_published_accuracy_is_the_one_torchvision_records(entry):
    load_torchvision()
    from torchvision.models import get_model_weights

    if entry.accuracy.source.startswith("torchvision"):
        metrics = next(iter(get_model_weights(entry.peer))).meta["_metrics"]["ImageNet-1K"]
        assert (entry.accuracy.top1, entry.accuracy.top5) == (metrics["acc@1"], metrics["acc@5"])
