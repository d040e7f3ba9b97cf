/* Links and places of a visit: links within the app keep the session, the last place stays in the
   link of every page, and a page that lost its server finds it again. */

/* Go to a page of the app as its own navigation does, without loading it anew: what a visitor
   uploaded and decided stays. Streamlit listens to the browser's history. */
export function visit(to) {
  push(null, "", to);
  dispatchEvent(new PopStateEvent("popstate"));
}

/* On paper stands when and from where it was printed. */
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" });
addEventListener("beforeprint", () => {
  const printed = ` on ${DAY.format(new Date())} from ${decodeURI(location.href)}`;
  document.querySelectorAll(".bcumap-paper .printed").forEach((place) => (place.textContent = printed));
});

/* On a phone the navigation is behind a button of Streamlit's, which shows two arrows and is called
   "Expand sidebar": page.css writes the word on it. */
export function nameMenu() {
  document.querySelector("[data-testid=stExpandSidebarButton]")?.setAttribute("aria-label", "Menu");
}

let pages = [];
let ofPlace = [];
let kept = [];

/* Let links to `paths` be such visits; one to another place on the same page, which is what
   `placeNames` of the link say, keeps what `names` of it say. */
export function keepSession(paths, placeNames, names) {
  nameMenu();
  if (!pages.length) {
    addEventListener("resize", nameMenu);
    document.addEventListener("click", follow);
    document.addEventListener("submit", ask);
  }
  [pages, ofPlace, kept] = [paths, placeNames, names];
}

function follow(event) {
  const link = event.target.closest?.("a[href]");
  const isPlain = !(event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!link || !isPlain || event.defaultPrevented || link.download) return;
  if (link.dataset.point) return direct(event, link.dataset.point);
  if (link.target && link.target !== "_self") return;
  const to = new URL(link.href);
  if (to.origin !== location.origin || !pages.includes(to.pathname)) return;
  event.preventDefault();
  const isOther = to.pathname !== location.pathname;
  if (to.hash && !isOther && to.search === location.search) return goToPart(to.hash.slice(1));
  if (!isOther && to.search) {
    const asked = new URLSearchParams(location.search);
    kept.forEach((name) => asked.has(name) && !to.searchParams.has(name) && to.searchParams.set(name, asked.get(name)));
  }
  visit(to);
  if (to.hash) return goToPart(to.hash.slice(1));
  if (isOther) document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
}

/* Go to a part of a page as soon as it is there, and once more when what is above it is, too. One of
   this page leaves no word in the link: Streamlit takes a link with one for no other page. */
function goToPart(id, tries = 100) {
  const part = document.getElementById(id);
  part?.scrollIntoView();
  part?.focus({ preventScroll: true });
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
  if (missing.length) rewrite(Object.fromEntries(missing));
}

function rewrite(changes) {
  history.replaceState(history.state, "", changed(new URL(location.href), changes));
}

/* A link with other parameters; null takes one out. */
function changed(link, changes) {
  const asked = link.searchParams;
  Object.entries(changes).forEach(([name, value]) => (value === null ? asked.delete(name) : asked.set(name, value)));
  const query = String(asked).replaceAll("%2C", ",");
  return link.pathname + (query && `?${query}`) + link.hash;
}

/* What the browser writes into the link itself, without asking the server, and what each may be: the
   centre and zoom of the map (to 11 m), the column that a table is sorted by (- for falling), and the
   background, and whether streets are hidden. Of Back and Forward they are no steps, but return with one. */
const SEEN = {
  at: /^-?\d{1,2}(\.\d{1,4})?,-?\d{1,3}(\.\d{1,4})?,\d{1,2}(\.\d{1,2})?$/,
  sort: /^-?[a-z0-9_]{1,40}$/,
  background: /^1$/,
  streets: /^0$/,
};

/* What the link says of one of these; null if nothing that may be. */
export function seen(name) {
  const value = new URLSearchParams(location.search).get(name);
  return value !== null && SEEN[name].test(value) ? value : null;
}

/* Let the link say it, or nothing (null). */
export function see(name, value) {
  if (seen(name) !== value) rewrite({ [name]: value });
}

/* The server never hears of these, and Streamlit writes the link that the server names: it says them as
   it did, of the view as long as the page is of the same place, or another was chosen on the map. */
const push = history.pushState.bind(history);
let chosenHere = null;

history.pushState = (state, unused, link) => push(state, unused, link && withSeen(new URL(link, location.href)));

/* Somebody chooses an area on the map, which stays where they moved it. */
export function chooseHere(code) {
  chosenHere = code;
}

function withSeen(link) {
  if (link.pathname !== location.pathname) return link;
  const asked = new URLSearchParams(location.search);
  const isSame = ofPlace.every((name) => asked.get(name) === link.searchParams.get(name));
  const isHere = chosenHere && ofPlace.some((name) => link.searchParams.get(name) === chosenHere);
  if (isHere) chosenHere = null;
  const names = Object.keys(SEEN).filter((name) => name !== "at" || isSame || isHere);
  return changed(link, Object.fromEntries(names.map((name) => [name, seen(name)])));
}

/* Act when somebody went back or forward, as long as an element is on the page. */
export function onReturn(element, act) {
  const returned = () => (element.isConnected ? act() : removeEventListener("popstate", returned));
  addEventListener("popstate", returned);
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
