"""`fit` : il fait ce que ferait une boucle écrite à la main, il note ce qu’il fait, et il explique ce qui l’arrête."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import replace
from math import cos, log, pi
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from coursekit.data import Batches, Images, in_order
from coursekit.data.draws import key_of
from coursekit.errors import ArgumentError, TrainingError, UnknownNameError
from coursekit.training import (
    Adam,
    Constant,
    Cosine,
    Epoch,
    History,
    Recipe,
    Schedule,
    Sgd,
    Steps,
    evaluate,
    fit,
    loop,
)

SOURCE = torch.Generator().manual_seed(0)
LABELS = torch.randint(0, 3, (48,), generator=SOURCE)
IMAGES = Images(
    torch.rand(48, 1, 6, 6, generator=SOURCE) + LABELS[:, None, None, None] / 2, LABELS, ("a", "b", "c")
)


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.2), nn.Flatten(), nn.Linear(64, 3)
    )


def batches() -> Batches:
    return Batches(IMAGES, 12)


def train(recipe: Recipe, **options: object) -> tuple[nn.Module, History]:
    model = network()
    return model, fit(model, batches(), recipe, progress=False, **options)  # type: ignore[arg-type]


def by_hand(recipe: Recipe) -> nn.Module:
    """Le même entraînement, sans rien de `coursekit.training`."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4 * recipe.epochs)
    criterion = nn.CrossEntropyLoss(label_smoothing=recipe.label_smoothing)
    data = batches()
    model.train()
    for epoch in range(recipe.epochs):
        torch.manual_seed(key_of(recipe.seed, epoch))
        data.set_epoch(epoch)
        for x, y in data:
            optimizer.zero_grad()
            criterion(model(x), y).backward()
            if recipe.clip:
                nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
            optimizer.step()
            scheduler.step()
    return model


@pytest.mark.parametrize(
    "recipe",
    [Recipe(epochs=3), Recipe(epochs=2, label_smoothing=0.2, clip=0.5, seed=9)],
    ids=["simple", "lissage et limite"],
)
def test_it_finds_the_weights_of_a_loop_written_by_hand(recipe: Recipe) -> None:
    model, _ = train(recipe)
    for (name, found), expected in zip(
        model.state_dict().items(), by_hand(recipe).state_dict().values(), strict=True
    ):
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6, msg=name)


def test_the_loop_is_short_enough_to_be_read_in_class() -> None:
    for function in (fit, loop.train_epoch):
        body = inspect.getsource(function).split('"""')[2].strip().splitlines()
        assert len(body) <= 40, function.__name__


def test_the_history_says_what_happened() -> None:
    model, history = train(Recipe(epochs=3), validation=in_order(IMAGES))
    assert len(history.epochs) == 3
    assert len(history.losses) == len(history.rates) == len(history.norms) == 12
    assert history.epochs[0].loss == pytest.approx(sum(history.losses[:4]) / 4)
    score = evaluate(model, in_order(IMAGES))
    assert (history.epochs[-1].validation_loss, history.epochs[-1].validation_accuracy) == (
        score.loss,
        score.accuracy,
    )
    assert history.epochs[-1].validation_loss < history.epochs[0].validation_loss
    assert all(norm > 0 for norm in history.norms)


def test_gradient_norms_are_those_before_the_limit() -> None:
    _, free = train(Recipe(epochs=1))
    _, bounded = train(Recipe(epochs=1, clip=1e-3))
    assert bounded.norms[0] == pytest.approx(free.norms[0])
    assert free.norms[0] > 1e-3


def test_evaluation_counts_every_image_once_and_leaves_the_mode() -> None:
    model = network().train()
    with torch.no_grad():
        scores = model.eval()(IMAGES.x)
        model.train()
    score = evaluate(model, in_order(IMAGES, 7))
    assert score.loss == pytest.approx(float(nn.functional.cross_entropy(scores, LABELS)), rel=1e-5)
    assert score.accuracy == pytest.approx(float((scores.argmax(1) == LABELS).float().mean()))
    assert model.training


def test_a_loader_of_pytorch_will_do_and_repeats() -> None:
    losses = []
    for _ in range(2):
        loader = DataLoader(TensorDataset(IMAGES.x, IMAGES.y), batch_size=12, shuffle=True)
        losses.append(fit(network(), loader, Recipe(epochs=2), progress=False).losses)
    assert losses[0] == losses[1]


class Mixed(Batches):
    """Des cibles mélangées, comme en donne MixUp."""

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for x, y in super().__iter__():
            yield x, nn.functional.one_hot(y, 3).float() * 0.8 + 0.2 / 3


def test_targets_may_be_mixed() -> None:
    history = fit(network(), Mixed(IMAGES, 12), Recipe(epochs=2), progress=False)
    assert history.losses == pytest.approx(train(Recipe(epochs=2, label_smoothing=0.2))[1].losses, rel=1e-4)
    assert 0 < history.epochs[-1].accuracy <= 1


@pytest.mark.parametrize("change", [{"channels_last": True}, {"amp": "bfloat16"}])
def test_the_format_and_the_precision_hardly_change_the_loss(change: dict[str, object]) -> None:
    def trained(recipe: Recipe) -> tuple[nn.Module, History]:
        model = network()
        model[3] = nn.Identity()  # type: ignore[index]  # le dropout tire dans l’ordre de la mémoire
        return model, fit(model, batches(), recipe, progress=False)

    model, history = trained(Recipe(epochs=2, **change))  # type: ignore[arg-type]
    _, plain = trained(Recipe(epochs=2))
    assert history.losses == pytest.approx(plain.losses, rel=0.05, abs=0.05)
    if "amp" in change:
        assert history.losses != plain.losses
    else:
        assert model[0].weight.is_contiguous(memory_format=torch.channels_last)  # type: ignore[index]


def test_compile_is_handed_to_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[nn.Module] = []
    monkeypatch.setattr(torch, "compile", lambda model: asked.append(model) or model)
    model, _ = train(Recipe(epochs=1, compile=True))
    assert asked == [model]
    train(Recipe(epochs=1))
    assert len(asked) == 1


def test_callbacks_come_after_each_epoch() -> None:
    seen: list[int] = []
    train(Recipe(epochs=3), callbacks=[lambda _, history: seen.append(len(history.epochs))])
    assert seen == [1, 2, 3]


def test_patience_stops_and_gives_the_best_weights_back() -> None:
    # Un pas énorme dès le premier palier : la validation ne peut que se dégrader ensuite.
    recipe = Recipe(
        epochs=20, optimizer=Sgd(lr=0.02, momentum=0), schedule=Steps(milestones=(0.1,), gamma=200.0)
    )
    model, history = train(replace(recipe, patience=3), validation=in_order(IMAGES))
    best = history.best()
    assert history.stopped_early
    assert len(history.epochs) == best + 1 + 3 < 20
    assert evaluate(model, in_order(IMAGES)).loss == pytest.approx(history.epochs[best].validation_loss)
    assert history.epochs[-1].validation_loss > history.epochs[best].validation_loss


def test_without_patience_every_epoch_is_done() -> None:
    _, history = train(Recipe(epochs=4, optimizer=Sgd(lr=3.0)), validation=in_order(IMAGES))
    assert (len(history.epochs), history.stopped_early) == (4, False)


SCHEDULES: list[tuple[Schedule, dict[int, float]]] = [
    (Constant(), {0: 1, 99: 1}),
    (Constant(warmup=10), {0: 0.1, 4: 0.5, 9: 1, 10: 1, 99: 1}),
    (Cosine(), {0: 1, 50: 0.5, 25: (1 + cos(pi / 4)) / 2, 100: 0}),
    (Cosine(warmup=20, floor=0.1), {9: 0.5, 20: 1, 60: 0.55, 100: 0.1}),
    (Steps(), {0: 1, 49: 1, 50: 0.1, 74: 0.1, 75: 0.01, 99: 0.01}),
    (Steps(warmup=20, milestones=(0.5,), gamma=0.2), {19: 1, 59: 1, 60: 0.2}),
]


@pytest.mark.parametrize(("schedule", "expected"), SCHEDULES)
def test_a_schedule_takes_its_values(schedule: Schedule, expected: dict[int, float]) -> None:
    assert {step: schedule.factor(step, 100) for step in expected} == pytest.approx(expected)


def test_the_rate_follows_the_schedule() -> None:
    recipe = Recipe(epochs=3, optimizer=Adam(lr=0.01), schedule=Cosine(warmup=4))
    _, history = train(recipe)
    assert history.rates == pytest.approx([0.01 * recipe.schedule.factor(step, 12) for step in range(12)])


REFUSED = [
    (lambda: Recipe(epochs=0), "epochs=0"),
    (lambda: Recipe(optimizer=Sgd(lr=0)), "lr=0"),
    (lambda: Recipe(label_smoothing=1.0), "label_smoothing=1.0"),
    (lambda: Recipe(clip=0), "clip=0"),
    (lambda: Recipe(patience=0), "patience=0"),
    (lambda: Constant(warmup=-1), "warmup=-1"),
    (lambda: Steps(milestones=(30.0,)), "fraction"),
    (lambda: train(Recipe(patience=2)), "sans validation"),
    (lambda: train(Recipe(amp="float16")), "bfloat16"),
    (lambda: fit(network(), [], Recipe()), "aucun lot"),  # type: ignore[arg-type]
    (lambda: fit(nn.Flatten(), batches(), Recipe()), "aucun poids"),
    (lambda: evaluate(network(), []), "aucune image"),
    (lambda: History().best(), "journal est vide"),
    (lambda: History().plot(), "journal est vide"),
]


@pytest.mark.parametrize(("call", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_what_has_no_meaning_is_refused(call: object, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        call()  # type: ignore[operator]


def test_an_unknown_precision_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="bfloat16"):
        Recipe(amp="bfloat")  # type: ignore[arg-type]


def causes(error: TrainingError) -> list[str]:
    return [line.strip() for line in str(error).splitlines()[1:]]


def test_a_rate_too_large_is_blamed_with_its_figures() -> None:
    with pytest.raises(TrainingError) as caught:
        train(Recipe(epochs=5, optimizer=Sgd(lr=1e6)))
    assert "n’est plus un nombre fini" in str(caught.value)
    assert causes(caught.value)[0].startswith("1. Un pas d’apprentissage trop grand")
    assert "lr=1e+05" in causes(caught.value)[0]
    assert len(causes(caught.value)) == 4


def test_images_that_are_not_numbers_are_blamed_before_the_rate() -> None:
    spoiled = IMAGES.x.clone()
    spoiled[5, 0, 2, 3] = float("nan")
    data = Batches(Images(spoiled, LABELS, IMAGES.classes), 12)
    position = next(rank for rank, (x, _) in enumerate(data) if not bool(x.isfinite().all()))
    with pytest.raises(TrainingError, match=f"Au pas {position + 1},") as caught:
        fit(network(), data, Recipe(epochs=1), progress=False)
    assert "1. Les données" in causes(caught.value)[0]
    assert ": 1 valeurs" in causes(caught.value)[0]


class Logarithm(nn.Module):
    """Un log qui finit par rencontrer zéro."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(36, 3)
        self.calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        scores = self.layer(x.flatten(1))
        return scores if self.calls < 60 else (scores * 0).log() - (scores * 0).log()


def test_a_late_collapse_without_explosion_does_not_blame_the_rate_first() -> None:
    with pytest.raises(TrainingError, match="Au pas 60,") as caught:
        fit(Logarithm(), batches(), Recipe(epochs=20, optimizer=Sgd(lr=1e-3)), progress=False)
    assert "1. Un pas d’apprentissage" not in causes(caught.value)[0]


def test_a_collapse_keeps_the_checkpoint_of_the_last_good_epoch(tmp_path: Path) -> None:
    path = tmp_path / "reprise.pt"
    with pytest.raises(TrainingError):
        fit(
            Logarithm(), batches(), Recipe(epochs=20, optimizer=Sgd(lr=1e-3)), checkpoint=path, progress=False
        )
    saved = torch.load(path, weights_only=True)
    assert len(saved["history"]["epochs"]) == 59 // 4
    assert all(bool(value.isfinite().all()) for value in saved["model"].values())


class Huge(nn.Module):
    """Un réseau qui demande plus de mémoire qu’aucune machine n’en a."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(36, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x.flatten(1)) + torch.empty(1 << 50).sum()


class HugeGpu(Huge):
    def forward(self, x: Tensor) -> Tensor:
        raise torch.OutOfMemoryError("CUDA out of memory.")


@pytest.mark.parametrize("model", [Huge, HugeGpu])
def test_a_lack_of_memory_says_what_to_lower(model: type[nn.Module]) -> None:
    with pytest.raises(TrainingError) as caught:
        fit(model(), batches(), Recipe(epochs=1, optimizer=Adam()), progress=False)
    for words in ("lots de 12 images de taille 1 × 6 × 6", "lots de 6 images", "bfloat16", "Sgd"):
        assert words in str(caught.value)


class Broken(Huge):
    def forward(self, x: Tensor) -> Tensor:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")


def test_another_error_is_left_as_it_is() -> None:
    with pytest.raises(RuntimeError, match="mat1 and mat2") as caught:
        fit(Broken(), batches(), Recipe(epochs=1), progress=False)
    assert not isinstance(caught.value, TrainingError)


def test_the_bar_speaks_french_and_ends_full(capsys: pytest.CaptureFixture[str]) -> None:
    fit(network(), batches(), Recipe(epochs=2), progress=True)
    last = capsys.readouterr().err.rstrip().split("\r")[-1]
    for words in ("époque 2/2", "perte ", "exactitude ", "100 %", "8/8 pas"):
        assert words in last
    fit(network(), batches(), Recipe(epochs=1), progress=False)
    assert capsys.readouterr().err == ""


LINE = Epoch(loss=1.5, accuracy=0.5, validation_loss=None, validation_accuracy=None, seconds=2.0)


def test_a_history_is_read_as_it_was_saved(tmp_path: Path) -> None:
    _, history = train(Recipe(epochs=2), validation=in_order(IMAGES))
    history.save(tmp_path / "dossier" / "journal.json")
    assert History.load(tmp_path / "dossier" / "journal.json") == history


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"epochs": [{}]}', '{"epochs": [], "autre": 1}'])
def test_a_file_that_is_not_a_history_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ArgumentError, match="n’est pas un journal"):
        History.load(tmp_path / "x.json")


def test_the_best_epoch_is_judged_on_validation_where_there_is_one() -> None:
    lines = [replace(LINE, loss=loss, validation_loss=check) for loss, check in ((3, 1), (2, 2), (1, 3))]
    assert History(lines).best() == 0
    assert History([replace(line, validation_loss=None) for line in lines]).best() == 2


def test_the_figure_has_its_four_panels_and_their_curves() -> None:
    _, history = train(Recipe(epochs=2), validation=in_order(IMAGES))
    panels = history.plot().axes
    assert [panel.get_title() for panel in panels] == [
        "perte",
        "exactitude",
        "pas d’apprentissage",
        "norme du gradient",
    ]
    drawn = {line.get_label(): list(line.get_ydata()) for line in panels[0].lines}
    assert drawn == {
        "chaque pas": history.losses,
        "entraînement": [epoch.loss for epoch in history.epochs],
        "validation": [epoch.validation_loss for epoch in history.epochs],
    }
    assert [line.get_label() for line in replace_validation(history).plot().axes[0].lines] == [
        "chaque pas",
        "entraînement",
    ]


def replace_validation(history: History) -> History:
    """Le même journal, sans validation."""
    return replace(
        history,
        epochs=[replace(line, validation_loss=None, validation_accuracy=None) for line in history.epochs],
    )


def test_the_first_loss_is_that_of_ignorance() -> None:
    model = network()
    nn.init.zeros_(model[5].weight)  # type: ignore[index]
    nn.init.zeros_(model[5].bias)  # type: ignore[index]
    assert fit(model, batches(), Recipe(epochs=1), progress=False).losses[0] == pytest.approx(log(3))
