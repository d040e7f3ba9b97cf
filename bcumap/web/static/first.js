/* Hands the first picture, which the server drew, over to the live page once that has painted:
   what was typed, focus, selection and scrolling go along, and then the picture is removed. */
const QUIET = 150; // milliseconds without a change: nothing more is about to move
const LATEST = 1200; // after the map is there, whatever still changes
const WITHOUT_MAP = 10_000; // a page whose map does not come is a page all the same

const first = document.getElementById("bcumap-first");
const root = document.getElementById("root");
const input = first?.querySelector("#bcumap-q");
let yields = false;
let shownAt = 0;
let readyAt = 0;
let timer;

/* The live page has a main part, a title and ids of its own now: the picture gives up its. */
function giveWay() {
  yields = true;
  first.querySelector('[role="main"]')?.removeAttribute("role");
  const title = first.querySelector("h1");
  if (title) {
    const looks = document.createElement("div");
    looks.setAttribute("role", "heading");
    looks.setAttribute("aria-level", "1");
    looks.className = "first-h1";
    looks.style.cssText = "font: inherit";
    const style = getComputedStyle(title);
    for (const name of ["fontSize", "fontWeight", "lineHeight", "letterSpacing", "margin"]) looks.style[name] = style[name];
    looks.append(...title.childNodes);
    title.replaceWith(looks);
  }
  input?.setAttribute("aria-label", first.querySelector(".bcumap-search label")?.textContent ?? "");
  input?.removeAttribute("aria-controls");
  first.querySelectorAll('[id]:not([id^="first-"])').forEach((element) => element.removeAttribute("id"));
}

/* Whether the live page shows what the picture does. */
function isThere() {
  const page = root.querySelector('[data-testid="stMainBlockContainer"]');
  if (!page?.querySelector("h1") || !page.querySelector("#bcumap-q") || !page.querySelector(".bcumap-footer")) return false;
  shownAt ||= performance.now();
  if (!first.querySelector(".first-map") || performance.now() - shownAt > WITHOUT_MAP) return true;
  return Boolean(page.querySelector(".bcumap path.bcumap-area"));
}

function look() {
  if (!yields && root.querySelector("main")) giveWay();
  clearTimeout(timer);
  if (!isThere()) {
    if (shownAt) timer = setTimeout(look, 500);
    return;
  }
  readyAt ||= performance.now();
  const wait = Math.min(QUIET, readyAt + LATEST - performance.now());
  timer = setTimeout(handOver, Math.max(wait, 0));
}

/* Keeps the page where the picture stood while it still settles, until somebody moves it. */
function hold(page, top) {
  const until = performance.now() + LATEST;
  const moved = new AbortController();
  for (const sign of ["wheel", "touchstart", "pointerdown", "keydown"]) {
    window.addEventListener(sign, () => moved.abort(), { capture: true, passive: true, signal: moved.signal });
  }
  const keep = () => {
    if (moved.signal.aborted) return;
    if (page.scrollTop !== top) page.scrollTop = top;
    if (performance.now() < until) requestAnimationFrame(keep);
    else moved.abort();
  };
  keep();
}

function handOver() {
  observer.disconnect();
  const live = root.querySelector("#bcumap-q");
  const had = document.activeElement;
  const typed = input && live && input.value !== input.defaultValue;
  const marked = had === input ? [input.selectionStart, input.selectionEnd] : null;
  const link = first.contains(had) ? had.closest("a[href]")?.getAttribute("href") : null;
  const scrolled = first.scrollTop;
  first.remove();
  const page = root.querySelector('[data-testid="stMain"]');
  if (page && scrolled) hold(page, scrolled);
  if (typed) live.value = input.value;
  if (marked) {
    live.focus({ preventScroll: true });
    live.setSelectionRange(...marked);
    if (typed) live.dispatchEvent(new Event("input", { bubbles: true })); // suggestions of it
  } else if (link) {
    root.querySelector(`a[href="${CSS.escape(link)}"]`)?.focus({ preventScroll: true });
  }
}

const observer = new MutationObserver(look);
if (first && root) {
  observer.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["d", "class"] });
  // What the live page will ask for is fetched while its scripts load.
  for (const file of first.dataset.files.split(" ").filter(Boolean)) {
    fetch(file, { priority: "low" }).catch(() => {});
  }
}
