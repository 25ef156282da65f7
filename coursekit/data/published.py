"""Les jeux d’images publiés, par torchvision : un réseau la première fois, et un fichier abîmé se reconnaît."""

from __future__ import annotations

import gzip
import os
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from http.client import HTTPException
from io import StringIO
from pathlib import Path
from typing import Any

import torch

from coursekit.data.images import Images
from coursekit.errors import DownloadError, UnknownNameError
from coursekit.vision import load_torchvision


@dataclass(frozen=True)
class Published:
    """Un jeu : son nom ici, sa classe dans torchvision, ce qu’il montre, et d’où il vient."""

    name: str
    torchvision: str
    title: str
    source: str


PUBLISHED = (
    Published("mnist", "MNIST", "chiffres manuscrits, 1 × 28 × 28, 60 000 + 10 000", "LeCun et coll., 1998"),
    Published(
        "fashion-mnist", "FashionMNIST", "vêtements, 1 × 28 × 28, 60 000 + 10 000", "arXiv:1708.07747, 2017"
    ),
    Published(
        "kmnist", "KMNIST", "caractères japonais, 1 × 28 × 28, 60 000 + 10 000", "arXiv:1812.01718, 2018"
    ),
    Published("cifar10", "CIFAR10", "dix classes d’objets, 3 × 32 × 32, 50 000 + 10 000", "Krizhevsky, 2009"),
    Published(
        "cifar100", "CIFAR100", "cent classes d’objets, 3 × 32 × 32, 50 000 + 10 000", "Krizhevsky, 2009"
    ),
    Published("svhn", "SVHN", "numéros de rue, 3 × 32 × 32, 73 257 + 26 032", "Netzer et coll., 2011"),
)

PATIENCE = 15.0
"""Secondes sans réponse d’un serveur avant d’y renoncer : sans délai, une machine isolée attendrait des minutes."""


def cache_folder() -> Path:
    """Où les jeux sont gardés : le dossier de cache de l’utilisateur."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "coursekit" / "data"


def published(name: str, *, train: bool = True, root: Path | str | None = None) -> Images:
    """Un jeu de `PUBLISHED`, en mémoire (`uint8`) ; téléchargé dans `root` s’il n’y est pas déjà entier.

    torchvision compare chaque fichier à sa somme MD5 ; ce qu’il décompresse de MNIST sans le vérifier l’est ici.

    Args:
        name: un nom de `PUBLISHED`.
        train: la partie d’entraînement, ou celle de test.
        root: le dossier des jeux ; par défaut, `cache_folder()`.

    Raises:
        UnknownNameError: aucun jeu ne porte ce nom.
        DownloadError: pas de réseau, ou un fichier reste incomplet ou corrompu.
        MissingDependencyError: torchvision n’est pas installé.
    """
    entry = next((entry for entry in PUBLISHED if entry.name == name), None)
    if entry is None:
        raise UnknownNameError("Jeu d’images", name, [entry.name for entry in PUBLISHED])
    load_torchvision()
    from torchvision import datasets

    return load(getattr(datasets, entry.torchvision), entry, train, Path(root or cache_folder()))


def load(dataset: Any, entry: Published, train: bool, root: Path) -> Images:
    """Le jeu que donne la classe `dataset` de torchvision."""
    part: dict[str, Any] = (
        {"split": "train" if train else "test"} if entry.name == "svhn" else {"train": train}
    )
    try:
        with _hurried():
            discard_partial(dataset, root / dataset.__name__ / "raw")
            found = dataset(root, download=True, **part)
    except (OSError, RuntimeError, EOFError, zlib.error, HTTPException) as error:
        raise DownloadError(_no_network(entry, root, error)) from error
    return _as_images(found)


def discard_partial(dataset: Any, folder: Path) -> None:
    """Efface les fichiers décompressés que leur archive ne confirme pas : torchvision les décompressera de nouveau.

    Seuls MNIST et ses semblables gardent ainsi des fichiers que torchvision ne vérifie pas.
    """
    from torchvision.datasets.utils import check_integrity

    for address, md5 in getattr(dataset, "resources", ()):
        archive = folder / Path(address).name
        content = archive.with_suffix("")
        if content.exists() and not (check_integrity(archive, md5) and _same(archive, content)):
            content.unlink()


def _same(archive: Path, content: Path) -> bool:
    with gzip.open(archive) as expected, content.open("rb") as found:
        while block := expected.read(1 << 20):
            if found.read(len(block)) != block:
                return False
        return not found.read(1)


@contextmanager
def _hurried() -> Iterator[None]:
    """Renonce à un serveur muet, et tait ce que torchvision imprime en anglais."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        with redirect_stdout(StringIO()):
            yield
    finally:
        socket.setdefaulttimeout(before)


def _no_network(entry: Published, root: Path, error: Exception) -> str:
    return (
        f"Le jeu « {entry.name} » ({entry.title}) n’a pas pu être lu dans {root} ni téléchargé : {error}. "
        "La première lecture demande un accès au réseau ; relancez-la quand il revient : un fichier incomplet "
        "ou corrompu est alors remplacé. Vous pouvez aussi copier dans ce dossier celui d’une machine qui l’a déjà. "
        "Sans réseau, digits() et Formes donnent des images tout de suite."
    )


def _as_images(found: Any) -> Images:
    """MNIST range ses pixels en N × H × L, CIFAR en N × H × L × 3, SVHN en N × 3 × H × L."""
    x = torch.as_tensor(found.data)
    if x.dim() == 3:
        x = x[:, None]
    elif x.shape[-1] == 3:
        x = x.permute(0, 3, 1, 2)
    labels = torch.as_tensor(found.labels if hasattr(found, "labels") else found.targets).long()
    classes = getattr(found, "classes", None) or [str(label) for label in range(int(labels.max()) + 1)]
    return Images(x.contiguous(), labels, tuple(classes))
