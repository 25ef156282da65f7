"""Lire une page comme un élève mal équipé : servie en gzip, à 10 Mbit/s, processeur quatre fois plus lent."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_server import Quiet

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TEXT = (".html", ".js", ".css", ".svg", ".json")
NETWORK = {"offline": False, "latency": 40, "downloadThroughput": 10e6 / 8, "uploadThroughput": 10e6 / 8}
CPU_SLOWDOWN = 4

FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
READY = """() => new Promise((done) => {
  const shown = ({ top, bottom }) => top < innerHeight && bottom > 0;
  const asleep = [...document.querySelectorAll("[data-afm]")];
  const alive = () =>
    !asleep.some((place) => !place.hasAttribute("data-ready") && shown(place.getBoundingClientRect()));
  const painted = () => requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0));
  const look = () => (document.readyState === "complete" && alive() ? painted() : setTimeout(look, 20));
  look();
})"""


class Gzipped(Quiet):
    """Des fichiers, ceux de texte en gzip, comme tout hébergeur les envoie."""

    def send_head(self) -> BytesIO | Any:
        path = Path(self.translate_path(self.path))
        if path.suffix not in TEXT or not path.is_file():
            return super().send_head()
        body = gzip.compress(path.read_bytes(), mtime=0)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return BytesIO(body)


@dataclass
class Reading:
    """Une première lecture : ce qui est venu (octets transférés par adresse), et quand (millisecondes)."""

    name: str
    bytes: dict[str, int] = field(default_factory=dict)
    first_paint: float = 0.0
    interactive: float = 0.0

    @property
    def weight(self) -> int:
        """Octets transférés en tout."""
        return sum(self.bytes.values())


def read(browser: Browser, root: str, name: str, slow: bool = True) -> Reading:
    """Ouvre une page dans une session neuve, au cache vide ; `slow` ralentit réseau et processeur."""
    context = browser.new_context()
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    urls: dict[str, str] = {}
    seen = Reading(name)
    devtools.on("Network.requestWillBeSent", lambda e: urls.__setitem__(e["requestId"], e["request"]["url"]))
    devtools.on(
        "Network.loadingFinished",
        lambda e: seen.bytes.__setitem__(urls[e["requestId"]], int(e["encodedDataLength"])),
    )
    if slow:
        devtools.send("Network.emulateNetworkConditions", NETWORK)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    page.goto(root + name, wait_until="load")
    seen.interactive = page.evaluate(READY)
    seen.first_paint = page.evaluate(FIRST_PAINT) or 0.0
    page.wait_for_load_state("networkidle")
    seen.bytes = {url: size for url, size in seen.bytes.items() if url.startswith(root)}
    context.close()
    return seen
