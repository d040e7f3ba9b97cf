"""A map that is pushed about, with streets and without: when each frame comes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from statistics import mean, quantiles

from playwright.sync_api import Browser, ViewportSize
from playwright.sync_api import Page as Tab

from benchmarks import chromium
from benchmarks.measure import Figure, Samples, alternate, ratio
from benchmarks.servers import APP, Server, running

TITLE = "A map that is pushed about, in Chromium"
ROUNDS = 5
ZOOMS = (14, 16)  # local streets without and with their names
MOVES = 90  # of the pointer, a step of some pixels each
LATE_MS = 25  # of sixty a second one was left out
STILL_MS = 3000  # until all tiles have come and are drawn
WITH, WITHOUT = "", "&streets=0"

LOOK = """zoom => {
  const { map } = document.querySelector(".bcumap");
  map.dragging.enable();
  map.setView([51.4816, -0.0297], zoom, { animate: false });
}"""
START = """() => {
  window.frames_ms = [];
  let last = performance.now();
  const next = now => {
    window.frames_ms.push(now - last);
    last = now;
    if (!window.isEnough) requestAnimationFrame(next);
  };
  window.isEnough = false;
  requestAnimationFrame(next);
}"""
END = "() => { window.isEnough = true; return window.frames_ms.slice(1); }"


@dataclass(frozen=True)
class Device:
    """What somebody looks at the map with: its size (CSS pixels) and how much slower it is."""

    name: str
    size: ViewportSize
    slower: int


DEVICES = (
    Device("desk", chromium.SIZE, 1),
    Device("phone, processor ÷ 4", chromium.PHONE, 4),
)


def run(rounds: int) -> Iterator[Figure]:
    with chromium.started() as browser, running(APP) as (server,):
        for device in DEVICES:
            for zoom in ZOOMS:
                what = f"{device.name}, zoom {zoom}"
                frames: dict[str, Samples] = {WITH: [], WITHOUT: []}
                taken = alternate({side: partial(_pushed, browser, server, device, zoom, side, kept)
                                   for side, kept in frames.items()}, rounds)  # fmt: skip
                within = quantiles(frames[WITH], n=20)[-1]
                late = (
                    sum(each > LATE_MS for each in kept) / len(kept) for kept in frames.values()
                )
                detail = "{:.1%} of frames came a frame late, without streets {:.1%}".format(*late)
                yield Figure(f"{what}: 95 of 100 frames within", within, "ms", None, 17.5, detail)
                yield ratio(f"{what}: a frame with streets ÷ without", taken[WITH], taken[WITHOUT])


def _pushed(
    browser: Browser, server: Server, device: Device, zoom: int, streets: str, kept: Samples
) -> float:
    """Push a map that has just been opened; keep the frames (ms), return their mean (s)."""
    with closing(browser.new_context(viewport=device.size)) as context:
        tab = context.new_page()
        tab.goto(f"{server.url}/?ward=E05013719{streets}")
        tab.wait_for_selector("#bcumap-first", state="detached")
        tab.wait_for_selector(".bcumap path.bcumap-area", state="attached")
        tab.evaluate(LOOK, zoom)
        tab.wait_for_timeout(STILL_MS)
        cdp = context.new_cdp_session(tab)
        cdp.send("Emulation.setCPUThrottlingRate", {"rate": device.slower})
        taken = _push(tab)
    kept += taken
    return mean(taken) / 1000


def _push(tab: Tab) -> Samples:
    """Push the map to and fro; return the milliseconds between frames."""
    box = tab.locator(".bcumap").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.evaluate(START)
    tab.mouse.move(x, y)
    tab.mouse.down()
    for step in range(MOVES):
        tab.mouse.move(x + 2 * min(step, MOVES - step), y + step / 2)
    tab.mouse.up()
    found: Samples = tab.evaluate(END)
    return found
