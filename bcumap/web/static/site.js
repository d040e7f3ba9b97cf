/* The script of every page of the static site: the search box, its answers, and the map. Text from
   data only ever becomes text, never HTML. */
import search from "./search.js";
import { Finder } from "./finder.js";

const page = JSON.parse(document.getElementById("bcumap-page").textContent);
const place = document.getElementById("answer"); // on the front page only
const finder = new Finder(page);
const FOLDERS = { bcus: "bcu", boroughs: "borough", wards: "ward" };
const asked = () => new URLSearchParams(location.search).get("q") ?? "";

function pageOf(level, code) {
  return `${page.up}${FOLDERS[level]}/${code}.html`;
}

/* --- the map ------------------------------------------------------------------------------ */

const map = drawMap();

function drawMap() {
  if (!document.getElementById("map_bcumap") || !window.bcumap) return null;
  Object.assign(window.bcumap, { urls: page.urls, wardPage: (code) => pageOf("wards", code) });
  const drawn = window.bcumap.draw();
  drawn.on("bcumap:choose", ({ level, code }) => location.assign(pageOf(level, code)));
  const { near, mark } = window.bcumap;
  if (page.chosen) near(drawn, page.chosen).then(() => mark(drawn, page.chosen, { fit: true }));
  return drawn;
}

/* Mark what an answer is about, and the wards in which it may lie, or lies too. */
function show(answer) {
  if (!map) return;
  const wards = ["street", "place"].includes(answer.kind) ? answer.options : answer.perhaps;
  const others = wards.map(({ code }) => code);
  const splits = answer.perhaps.length > 0;
  const found = answer.point ? { ...answer.point, label: answer.title, others, splits } : null;
  window.bcumap.point(map, found);
  window.bcumap.mark(map, answer.own[0] ?? null, { fit: true, found });
}

/* --- the search box ----------------------------------------------------------------------- */

const form = document.querySelector(".bcumap-search");
search({ parentElement: document, data: [{ url: "", asked: place ? asked() : "" }], setTriggerValue: act });
form.box.suggest = async function () {
  const text = this.input.value.trim();
  if (!text) return this.close();
  try {
    const options = await finder.suggest(text);
    const isWanted = document.activeElement === this.input && this.input.value.trim() === text;
    if (isWanted) this.open(options);
  } catch {
    this.close(); // the box works without suggestions
  }
};

function act(what, value) {
  if (what === "choose") return location.assign(pageOf(value.level, value.code));
  const link = `?q=${encodeURIComponent(value)}`;
  if (!place) return location.assign(`${page.up}index.html${link}`);
  history.pushState(null, "", link);
  return answer(value).then(() => place.querySelector("h2")?.focus());
}

window.addEventListener("popstate", () => {
  if (!place) return;
  form.box.show(asked());
  if (asked()) answer(asked());
  else place.replaceChildren();
});

let latest = 0;

async function answer(text) {
  const turn = ++latest;
  try {
    const found = await finder.find(text);
    if (turn !== latest) return; // another was asked meanwhile
    place.replaceChildren(card(found));
    form.box.said.textContent = found.text; // heard once; the card itself is no live region
    show(found);
  } catch (error) {
    console.warn(error);
    if (turn === latest) place.replaceChildren(failed());
  }
}

/* --- the words of an answer ----------------------------------------------------------------- */

function element(tag, text = "", css = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (css) made.className = css;
  return made;
}

/* As the macro `answer` of web/templates/parts.html. */
function card({ look, title, text, notes, own, perhaps, options, as_of: of }) {
  const box = element("section", "", `bcumap-answer ${look}`.trim());
  const said = element("p");
  said.append(element("strong", text));
  box.setAttribute("aria-label", "The answer");
  const heading = element("h2", title);
  heading.tabIndex = -1;
  box.append(heading, said, ...notes.map((note) => element("p", note)));
  const isMet = own.some(({ level }) => level === "bcus");
  if (own.length) box.append(document.getElementById(isMet ? "contact" : "contact-city").content.cloneNode(true));
  const list = element("ul");
  list.append(...[...own, ...options].map((each) => item(each)), ...perhaps.map((each) => item(each, "Or perhaps ")));
  if (list.children.length) box.append(list);
  if (of) box.append(element("small", `As of: ${of}.`));
  return box;
}

function item({ level, code, label, detail }, before = "") {
  const made = element("li", before);
  const link = element("a", label);
  link.href = level === "query" ? `?q=${encodeURIComponent(code)}` : pageOf(level, code);
  made.append(link, " ", element("small", detail));
  return made;
}

function failed() {
  const note = element("p", "The finder could not be loaded. Please try again, or choose an area in the tables.");
  note.className = "bcumap-notice";
  note.setAttribute("role", "alert");
  return note;
}

/* --- what the link asks ------------------------------------------------------------------- */

/* Links of the app (?ward=E05013719) lead to the page of that area. */
async function follow() {
  const wanted = new URLSearchParams(location.search);
  const names = await finder.load(page.names);
  for (const [level, parameter] of [["wards", "ward"], ["boroughs", "borough"], ["bcus", "bcu"]]) {
    const code = wanted.get(parameter)?.trim().toUpperCase();
    if (code && Object.hasOwn(names[level], code)) return location.replace(pageOf(level, code));
  }
  return null;
}

if (place && asked()) answer(asked());
else if (place && location.search) follow().catch(console.warn);
