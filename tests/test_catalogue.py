"""Le catalogue prouvé trois fois : compte à la main = compte mesuré = compte publié ; et l’accord avec torchvision."""

from dataclasses import replace

import pytest
import torch
from peers import build_peer

from coursekit import models
from coursekit.errors import ArgumentError, ShapeError, UnknownNameError
from coursekit.layers import Shape, edit
from coursekit.measure import measure
from coursekit.models.blocks import DropPath
from coursekit.proof import MERGES, first_difference, prove
from coursekit.tables import CATALOGUE, find, names


def accepts(entry, size):
    try:
        shape = Shape(entry.input.channels, (size, size))
        return bool(entry.rows(shape) + entry.auxiliary_rows(shape))
    except ShapeError:
        return False


def first_accepted(entry, size):
    """La plus petite image carrée d’au moins `size` pixels que le réseau accepte."""
    return next(size for size in range(size, size + 300) if accepts(entry, size))


LEAST = {"mobilenet": 64, "xception": 64, "efficientnet": 64, "inception_v3": 290}
"""Sur une carte finale 1×1, la normalisation de deux images efface ce que les biais d’avant y ajoutent."""

SMALL = {entry.name: first_accepted(entry, LEAST.get(entry.stem, 32)) for entry in CATALOGUE}
OTHER = {entry.name: first_accepted(entry, SMALL[entry.name] + 43) for entry in CATALOGUE}


every_entry = pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)


def small_model(entry, **options):
    return models.build(
        entry.name, image_size=SMALL[entry.name], num_classes=7, seed=0, device="cpu", **options
    )


def small_batch(entry, size, **options):
    generator = torch.Generator().manual_seed(1)
    side = SMALL[entry.name]
    return torch.rand(size, entry.input.channels, side, side, generator=generator, **options)


@every_entry
def test_hand_count_is_the_measured_count_is_the_published_count(entry):
    proof = prove(entry)
    assert proof.difference == ""
    assert [fact.stated for fact, agrees in proof.published if not agrees] == []
    assert proof.holds


@every_entry
def test_they_agree_on_another_image_and_other_classes(entry):
    size, channels = OTHER[entry.name], 2
    shape = Shape(channels, (size, size))
    model = models.build(entry.name, image_size=size, in_channels=channels, num_classes=7, device="meta")
    counted = [row for row in entry.rows(shape, 7) if row.kind not in MERGES]
    assert first_difference(counted, measure(model, shape)) == ""


def test_a_proof_can_fail_and_names_the_first_difference():
    entry = find("vgg16")
    wider = replace(
        entry, unroll=lambda classes: edit(entry.unroll(classes), "features.conv2_1", out_channels=96)
    )
    assert "features.conv2_1" in prove(wider).difference
    lying = replace(entry, published=(replace(entry.published[0], value=1.0),))
    assert not prove(lying).holds


@every_entry
def test_entry_says_where_it_comes_from(entry):
    assert entry.source
    assert entry.published or entry.departures or entry.errata, (
        "ni nombre publié, ni écart : que prouve cette entrée ?"
    )


def test_names_are_unique_and_ordered():
    assert len(set(names())) == len(names()) == len(CATALOGUE)
    assert names("vgg")[:5] == ("vgg11", "vgg13", "vgg16-c", "vgg16", "vgg19")
    assert names("vgg")[5:] == ("vgg11-bn", "vgg13-bn", "vgg16-bn", "vgg19-bn")


@pytest.mark.parametrize(
    ("name", "nearest"), [("vgg61", "vgg16"), ("AlexNet", "alexnet"), ("lenet", "lenet5")]
)
def test_unknown_name_gets_the_nearest(name, nearest):
    with pytest.raises(UnknownNameError, match=nearest):
        find(name)


def test_unknown_family_lists_them():
    with pytest.raises(UnknownNameError, match="lenet, alexnet, zfnet, vgg, nin"):
        names("zzz")


GRADIENT_LOST = {"plain1202-cifar": "1200 couches sans raccourci : le gradient déborde dès l’initialisation"}
"""Les réseaux dont c’est justement le défaut ; l’article ne les entraîne pas."""


@every_entry
def test_gradient_reaches_every_parameter_and_is_finite(entry):
    model = small_model(entry)
    for part in model.modules():
        if isinstance(part, DropPath):
            part.p = 0.0  # le hasard n’ôte aucun chemin
    made = model(small_batch(entry, 2))
    outputs = made if isinstance(made, tuple) else (made,)  # les têtes auxiliaires, s’il y en a
    assert {tuple(output.shape) for output in outputs} == {(2, 7)}
    sum(output.square().sum() for output in outputs).backward()
    if entry.name in GRADIENT_LOST:
        return
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.abs().sum() > 0, name


@every_entry
def test_batch_of_one_is_finite_once_the_statistics_are_known(entry):
    model = small_model(entry)
    for norm in model.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            norm.momentum = None  # les statistiques de ce lot, et non une moyenne avec l’initialisation
    with torch.no_grad():
        model(small_batch(entry, 4))
        assert model.eval()(small_batch(entry, 1)).isfinite().all()


@every_entry
def test_same_seed_same_weights_and_the_global_generator_is_untouched(entry):
    state = torch.get_rng_state()
    first, second = small_model(entry), small_model(entry)
    assert torch.equal(torch.get_rng_state(), state)
    for mine, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(mine, other)


PEER_SIZE = {
    "googlenet": 64,
    "resnet": 64,
    "resnext": 64,
    "wide_resnet": 64,
    "densenet": 64,
    "senet": 64,
    "mobilenet": 64,
    "xception": 96,
    "efficientnet": 64,
}
"""Les réseaux à pooling global se comparent plus vite sur de petites images."""


@pytest.mark.parametrize("entry", [e for e in CATALOGUE if e.peer], ids=lambda entry: entry.name)
@pytest.mark.parametrize("training", [False, True], ids=["eval", "train"])
def test_same_weights_give_the_outputs_of_torchvision(entry, training):
    ours = models.build(entry.name, num_classes=10, device="cpu")
    theirs = build_peer(entry.peer, num_classes=10)
    transferred = zip(ours.state_dict(), theirs.state_dict().values(), strict=True)
    ours.load_state_dict(dict(transferred))
    side = PEER_SIZE.get(entry.stem, entry.input.spatial[0])
    image = torch.rand(2, entry.input.channels, side, side, generator=torch.Generator().manual_seed(0))
    outputs = []
    for model in (ours, theirs):
        torch.manual_seed(3)  # le dropout des deux tire les mêmes masques
        with torch.no_grad():
            outputs.append(model.train(training)(image))
    torch.testing.assert_close(outputs[0], outputs[1], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "size", "layer"),
    [("vgg16", 31, "features.pool5"), ("alexnet", 50, "features.pool3"), ("lenet5", 27, "c5")],
)
def test_too_small_an_image_is_refused_before_running_with_the_layer(name, size, layer):
    with pytest.raises(ShapeError, match=layer):
        models.build(name, image_size=size)
    models.build(name, image_size=SMALL[name], device="meta")


@pytest.mark.parametrize("device", ["gpu", "cuda:banane", 3.5])
def test_unknown_device_is_refused(device):
    with pytest.raises(ArgumentError):
        models.build("lenet5", device=device)


def test_auto_device_is_the_gpu_when_there_is_one():
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert next(models.build("lenet5", device="auto").parameters()).device.type == expected


def test_meta_device_allocates_nothing():
    model = models.build("vgg19", device="meta")
    assert all(tensor.is_meta for tensor in (*model.parameters(), *model.buffers()))


def test_alexnet_starts_as_published():
    model = models.build("alexnet", image_size=67, device="cpu", seed=0)
    assert model.features.conv2.weight.std().item() == pytest.approx(0.01, rel=0.01)
    assert model.features.conv2.bias.unique().tolist() == [1.0]
    assert model.features.conv1.bias.unique().tolist() == [0.0]


def test_lenet_output_is_smallest_on_the_code_it_resembles():
    model = models.build("lenet5", device="cpu", seed=0)
    penalties = model.output(model.output.codes)
    assert penalties.argmin(1).tolist() == list(range(10))
    assert penalties.diagonal().tolist() == [0.0] * 10


def test_lenet_c3_reads_the_maps_of_table_one():
    from coursekit.tables.lenet import C3_CONNECTIONS

    assert sorted(len(inputs) for inputs in C3_CONNECTIONS) == [3] * 6 + [4] * 9 + [6]
    assert len({frozenset(inputs) for inputs in C3_CONNECTIONS}) == 16
