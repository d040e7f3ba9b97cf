/* Links and places of a visit: links within the app keep the session, the last place stays in the
   link of every page, and a page that lost its server finds it again. */

/* Go to a page of the app as its own navigation does, without loading it anew: what a visitor
   uploaded and decided stays. Streamlit listens to the browser's history. */
export function visit(to) {
  history.pushState(null, "", to);
  dispatchEvent(new PopStateEvent("popstate"));
}

let pages = [];

/* Let links to `paths` be such visits. */
export function keepSession(paths) {
  if (!pages.length) {
    document.addEventListener("click", follow);
    document.addEventListener("submit", ask);
  }
  pages = paths;
}

function follow(event) {
  const link = event.target.closest?.("a[href]");
  const isPlain = !(event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!link || !isPlain || event.defaultPrevented || link.download) return;
  if (link.dataset.point) return direct(event, link.dataset.point);
  if (link.target && link.target !== "_self") return;
  const to = new URL(link.href);
  const isPart = to.hash && to.pathname === location.pathname && to.search === location.search;
  if (isPart || to.origin !== location.origin || !pages.includes(to.pathname)) return;
  event.preventDefault();
  const isOther = to.pathname !== location.pathname;
  visit(to);
  if (to.hash) return goToPart(to.hash.slice(1));
  if (isOther) document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
}

/* Go to a part of a page as soon as it is there, and once more when what is above it is, too. */
function goToPart(id, tries = 100) {
  const part = document.getElementById(id);
  part?.scrollIntoView();
  if (part) setTimeout(() => part.scrollIntoView(), 400);
  else if (tries) setTimeout(() => goToPart(id, tries - 1), 50);
}

/* Directions are the device's own where it has a way to ask for them; else the link is followed. */
function direct(event, point) {
  const own = { Android: `geo:${point}?q=${point}`, iPhone: `maps:?daddr=${point}`, iPad: `maps:?daddr=${point}` };
  const device = Object.keys(own).find((name) => navigator.userAgent.includes(name));
  if (!device) return;
  event.preventDefault();
  location.href = own[device];
}

/* A form of ours that only asks is such a visit, too. */
function ask(event) {
  const form = event.target.closest?.("form.bcumap-ask-form");
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  visit(`?${new URLSearchParams(new FormData(form))}`);
}

/* Write the place that a page shows into its link, in place of the link that has none: so it can be
   copied, and Back goes to the page before. */
export function writePlace(link) {
  const asked = new URLSearchParams(location.search);
  const missing = [...new URLSearchParams(link)].filter(([name]) => !asked.has(name));
  if (!missing.length) return;
  missing.forEach(([name, value]) => asked.set(name, value));
  history.replaceState(history.state, "", `?${asked}${location.hash}`);
}

/* Call `back` when the connection to the server was lost and is there again. */
let lost = false;
let watched = null;
export function watchConnection(back) {
  const app = document.querySelector("[data-test-connection-state]");
  if (!app || watched === app) return;
  watched = app;
  new MutationObserver(() => {
    const isThere = app.dataset.testConnectionState === "CONNECTED";
    if (isThere && lost) back();
    lost = !isThere;
    document.body.classList.toggle("bcumap-lost", lost);
  }).observe(app, { attributes: true, attributeFilter: ["data-test-connection-state"] });
}
