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
  window.bcumap.urls = page.urls;
  const drawn = window.bcumap.draw();
  drawn.on("bcumap:choose", ({ level, code }) => location.assign(pageOf(level, code)));
  if (page.chosen) window.bcumap.mark(drawn, page.chosen, { fit: true });
  return drawn;
}

/* Mark what an answer is about. */
function show(answer) {
  if (!map) return;
  const found = answer.lat === null ? null : {
    lat: answer.lat,
    lon: answer.lon,
    label: answer.title,
    others: answer.others.filter((other) => other.place).map((other) => other.place.ward_code),
  };
  window.bcumap.point(map, found);
  window.bcumap.mark(map, areaOf(answer.place), { fit: true, found });
}

function areaOf(found) {
  if (!found) return null;
  if (found.ward_code) return { level: "wards", code: found.ward_code };
  if (found.borough_code) return { level: "boroughs", code: found.borough_code };
  return { level: "bcus", code: found.bcu_code };
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
  return answer(value);
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

function link(href, text) {
  const made = element("a", text);
  made.href = href;
  return made;
}

function card(found) {
  const sure = found.certain ? "" : " unsure";
  const box = element("section", "", `bcumap-answer${found.kind === "choice" ? " choice" : sure}`);
  const said = element("p");
  said.append(element("strong", found.text));
  box.setAttribute("aria-label", "The answer");
  box.append(element("h2", found.title), said);
  const notes = [...found.notes];
  if (found.certain && found.boundary_m) {
    notes.unshift(`${found.boundary_m.toLocaleString("en-GB")} m from its ward’s boundary.`);
  }
  notes.forEach((note) => box.append(element("p", note)));
  const items = [...own(found), ...found.others.filter((other) => other.place).map(perhaps)];
  items.push(...found.options.map(option));
  if (items.length) {
    const list = element("ul");
    list.append(...items);
    box.append(list);
  }
  const of = Object.entries(found.as_of).map(([what, when]) => `${what} of ${when}`);
  if (of.length) box.append(element("small", `As of: ${of.join("; ")}.`));
  return box;
}

function item(...parts) {
  const made = element("li");
  made.append(...parts);
  return made;
}

/* Links to the pages of the place itself. */
function own({ place: found }) {
  if (!found) return [];
  return [["wards", found.ward_code, found.ward], ["boroughs", found.borough_code, found.borough],
    ["bcus", found.bcu_code, found.bcu && `${found.bcu} BCU`]]
    .filter(([, code]) => code)
    .map(([level, code, name]) => item(link(pageOf(level, code), name)));
}

function perhaps({ place: other }) {
  const force = other.bcu ? `${other.bcu} BCU` : "City of London Police";
  const ward = link(pageOf("wards", other.ward_code), other.ward);
  return item("Or perhaps ", ward, " ", element("small", `${other.borough}, ${force}`));
}

function option({ level, code, label, detail }) {
  const href = level === "query" ? `?q=${encodeURIComponent(code)}` : pageOf(level, code);
  return item(link(href, label), " ", element("small", detail));
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
