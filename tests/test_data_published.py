"""Les jeux publiés : un serveur local joue le réseau, entier, muet, absent ou trompeur."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

from coursekit.data import published
from coursekit.data.published import PUBLISHED, cache_folder, load
from coursekit.errors import DownloadError, UnknownNameError
from coursekit.vision import load_torchvision

load_torchvision()
from torchvision.datasets import MNIST  # noqa: E402

ENTRY = PUBLISHED[0]
PIXELS = (torch.arange(3 * 28 * 28) % 251).to(torch.uint8).view(3, 28, 28)
LABELS = torch.tensor([7, 0, 9], dtype=torch.uint8)


def idx(values: torch.Tensor) -> bytes:
    """Un fichier au format IDX de MNIST, compressé."""
    sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
    return gzip.compress(bytes([0, 0, 8, values.dim()]) + sizes + bytes(values.flatten().tolist()))


FILES = {name: idx(LABELS if "labels" in name else PIXELS) for name, _ in MNIST.resources}


class Site(ThreadingHTTPServer):
    """Un serveur qui donne `FILES`, et qui peut couper chaque fichier à `cut` octets."""

    cut: int | None = None
    asked: list[str]


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.do_HEAD(body=True)

    def do_HEAD(self, body: bool = False) -> None:
        content = FILES[self.path.strip("/")][: self.server.cut]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.server.asked.append(self.path)
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(("127.0.0.1", 0), Handler) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def dataset(site: Site) -> type[MNIST]:
    """MNIST, dont le miroir est le serveur et les sommes celles de ses fichiers."""

    class Small(MNIST):
        mirrors = [f"http://127.0.0.1:{site.server_port}/"]  # noqa: RUF012
        resources = [  # noqa: RUF012
            (name, hashlib.md5(content, usedforsecurity=False).hexdigest()) for name, content in FILES.items()
        ]

    return Small


def test_a_set_is_downloaded_once(site: Site, dataset: type[MNIST], tmp_path: Path) -> None:
    for _ in range(2):
        images = load(dataset, ENTRY, True, tmp_path)
        assert torch.equal(images.x, PIXELS[:, None])
        assert images.y.tolist() == [7, 0, 9]
        assert len(images.classes) == 10
        assert {path.strip("/") for path in site.asked} == set(FILES)
        site.asked = list(FILES)  # la seconde lecture ne demande rien de plus
    assert site.asked == list(FILES)


def test_a_download_cut_short_is_refused_then_repaired(
    site: Site, dataset: type[MNIST], tmp_path: Path
) -> None:
    site.cut = 40
    with pytest.raises(DownloadError, match="incomplet"):
        load(dataset, ENTRY, True, tmp_path)
    site.cut = None
    assert torch.equal(load(dataset, ENTRY, True, tmp_path).x, PIXELS[:, None])


@pytest.mark.parametrize("damage", ["cut", "changed", "longer"])
@pytest.mark.usefixtures("site")
def test_a_damaged_file_is_replaced(dataset: type[MNIST], tmp_path: Path, damage: str) -> None:
    load(dataset, ENTRY, True, tmp_path)
    file = tmp_path / "Small" / "raw" / "train-images-idx3-ubyte"
    content = file.read_bytes()
    file.write_bytes(
        {"cut": content[:500], "changed": content[:-1] + bytes([content[-1] ^ 1]), "longer": content + b"x"}[
            damage
        ]
    )
    assert torch.equal(load(dataset, ENTRY, True, tmp_path).x, PIXELS[:, None])
    assert file.read_bytes() == content


def test_without_a_network_the_message_says_what_remains(
    site: Site, dataset: type[MNIST], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset.mirrors = ["http://127.0.0.1:9/"]
    with pytest.raises(DownloadError) as caught:
        load(dataset, ENTRY, True, tmp_path)
    assert not site.asked
    for words in ("mnist", str(tmp_path), "accès au réseau", "Formes"):
        assert words in str(caught.value)
    assert capsys.readouterr().out == ""


def test_a_set_already_there_needs_no_network(dataset: type[MNIST], tmp_path: Path) -> None:
    load(dataset, ENTRY, True, tmp_path)
    dataset.mirrors = ["http://127.0.0.1:9/"]
    assert len(load(dataset, ENTRY, False, tmp_path)) == 3


def test_an_unknown_set_suggests_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="cifar10"):
        published("cifar-10")


def test_every_set_is_one_of_torchvision() -> None:
    from torchvision import datasets

    assert all(hasattr(datasets, entry.torchvision) for entry in PUBLISHED)
    assert len({entry.name for entry in PUBLISHED}) == len(PUBLISHED)


def test_sets_are_kept_where_the_user_keeps_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "coursekit" / "data"
