"""Resources and demand in a real browser: how soon another measure is in table and map."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

from playwright.sync_api import Page as Tab

from bcumap.facts.demand_measures import OF_OFFENCES
from benchmarks import chromium
from benchmarks.measure import Figure, alternate, seconds
from benchmarks.servers import APP, running

TITLE = "A changed state of Resources and demand"
ROUNDS = 9
CHOICE = "What to compare"
STILL_MS = 500  # a list that has just opened is still for so long

# From the click on an option to the frame in which table and map are both another: milliseconds.
WATCH = """
title => {
  const drawn = () => [...document.querySelectorAll(".bcumap path.bcumap-area")]
    .map((area) => area.getAttribute("class")).join();
  const before = drawn();
  window.stateTook = 0;
  document.addEventListener("click", () => {
    const start = performance.now();
    const look = () => {
      const heads = [...document.querySelectorAll(".bcumap-table caption")];
      const isThere = heads.some((head) => head.textContent.includes(title));
      if (isThere && drawn() !== before) window.stateTook = performance.now() - start;
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, { capture: true, once: true });
}
"""


def run(rounds: int) -> Iterator[Figure]:
    with chromium.started() as browser, running(APP) as (server,):
        tab = browser.new_context(viewport=chromium.SIZE).new_page()
        tab.goto(f"{server.url}/demand")
        tab.wait_for_selector("#bcumap-first", state="detached")
        tab.wait_for_selector(".bcumap-footer", state="attached")
        titles = cycle([each.title for each in OF_OFFENCES.values()][::-1])  # the first is shown
        taken = alternate({APP: lambda: changed(tab, next(titles))}, rounds)
        what = "from the choice of a measure to the table's new heading and the map's new colours"
        yield seconds(what, taken[APP], at_most=0.3)


def changed(tab: Tab, title: str) -> float:
    """Choose a measure; return the seconds until it is shown."""
    field = tab.get_by_role("combobox", name=CHOICE, exact=True)
    field.scroll_into_view_if_needed()
    tab.wait_for_timeout(STILL_MS)
    field.click()
    field.press_sequentially(title)
    option = tab.get_by_role("option", name=title, exact=True)
    option.wait_for()
    tab.wait_for_timeout(STILL_MS)
    tab.evaluate(WATCH, title)
    option.click()
    deadline_ms = chromium.TIMEOUT_S * 1000
    for _ in range(0, deadline_ms, chromium.STEP_MS):
        tab.wait_for_timeout(chromium.STEP_MS)
        if took := float(tab.evaluate("window.stateTook")):
            tab.wait_for_timeout(chromium.QUIET_MS)  # the charts below come later
            return took / 1000
    raise RuntimeError(f"{title}: was not shown")
