/* Front counters on a date: their marks on the map, the areas shaded by a measure, and a list by
   borough. All is drawn from one prepared file, so a step in time asks no server for anything. Text
   from data only ever becomes text. */
import { asWords, followDate, lastOn, theMap } from "./dates.js";
import { cite } from "./sources.js";
import { load } from "./files.js";

const km = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
// How much farther it is than before (m); null where one of the two is not known.
const farther = (now, before) => ((now ?? null) === null || (before ?? null) === null ? null : now - before);
const whole = new Intl.NumberFormat("en-GB");
/* A sign in 18 pixels, of the outline that pictures have, which is one unit wide. */
function drawn(kind, outlines) {
  const line = (name) => `<path class="${name}" transform="scale(13)" d="${outlines[`sign-${kind}`]}"/>`;
  const core = kind === "24-7" ? '<circle class="core" r="3"/>' : "";
  return `<svg viewBox="-9 -9 18 18" aria-hidden="true">${kind === "closed" ? line("halo") : ""}${line("line")}${core}</svg>`;
}

export default async function ({ parentElement, data: [data], setTriggerValue }) {
  const root = parentElement.querySelector(".bcumap-counters");
  const { urls } = data;
  const [map, ...files] = await Promise.all([theMap(), load(urls.counters), load(urls.facts)]);
  root.scene = root.scene ?? new Scene(root, map, ...files);
  root.scene.told(data, setTriggerValue);
}

class Scene {
  constructor(root, map, all, facts) {
    Object.assign(this, { root, map, all, facts });
    this.bySite = all.sites.map((site) => [site, all.events.filter(({ name }) => name === site.name)]);
    this.marks = L.layerGroup().addTo(map);
    this.markers = new Map();
    followDate(root, (on) => this.show(on));
  }

  told(data, tell) {
    this.data = data;
    this.tell = tell;
    this.shaded = null;
    this.show(document.bcumapDate ?? data.on);
  }

  /* Draw a date: everything that is seen changes here. */
  show(on) {
    this.on = on;
    this.state = lastOn(this.all.states, on);
    this.known = lastOn(this.all.key_dates, on);
    this.sites = this.bySite
      .map(([site, events]) => ({ ...site, ...lastOn(events, on) }))
      .filter((site) => site.event);
    this.mark();
    this.shade();
    this.summary();
    this.list();
  }

  // --- marks on the map

  mark() {
    const wanted = new Map();
    this.sites
      .filter((site) => site.lat !== null && (site.state === "open" || this.data.closed))
      .forEach((site) => wanted.set(`${site.name} ${site.from} ${look(site)}`, site));
    this.markers.forEach((marker, key) => {
      if (wanted.has(key)) return;
      marker.remove();
      this.markers.delete(key);
    });
    wanted.forEach((site, key) => {
      if (!this.markers.has(key)) this.markers.set(key, this.marker(site).addTo(this.marks));
    });
  }

  marker(site) {
    const icon = L.divIcon({ className: look(site), html: drawn(kindOf(site), this.data.signs), iconSize: [24, 24] });
    const label = `${site.name}: ${this.said(site)}`;
    const marker = L.marker([site.lat, site.lon], { icon, title: label, alt: label, pane: "bcumap-counters" });
    marker.bindPopup(() => this.about(site), { className: "counter-about", maxWidth: 280, autoPanPaddingTopLeft: [56, 16] });
    marker.on("add", () => this.reachable(marker, label));
    marker.on("popupopen", () => this.opened(marker, site));
    marker.on("popupclose", () => (this.map.bcumapPopup = null));
    return marker;
  }

  /* One tab stop for all signs: arrows go to the one beside. */
  reachable(marker, label) {
    const all = () => [...this.markers.values()];
    const sign = marker.getElement();
    sign.setAttribute("aria-label", label);
    sign.tabIndex = -1;
    window.bcumap.reachable(this.map, marker, this, all);
    if (!this.entry || !this.map.hasLayer(this.entry)) window.bcumap.enterAt(this, marker);
  }

  /* What is told of a counter takes the focus, and gives it back. */
  opened(marker, site) {
    this.map.bcumapPopup = marker;
    const box = marker.getPopup().getElement();
    Object.assign(box, { role: "dialog", ariaLabel: site.name, tabIndex: -1 });
    box.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      marker.closePopup();
      marker.getElement()?.focus();
    };
    box.focus({ preventScroll: true });
  }

  said(site) {
    const hours = site.kind === "24/7" ? "open 24/7" : site.hours ? `open ${site.hours}` : "open, hours not known";
    const state = { open: hours, closed: "closed", "not known": "not known" }[site.state];
    const ground = known(site);
    return ground === "known" ? state : `${state} (${ground})`;
  }

  about(site) {
    const box = document.createElement("div");
    const line = (text) => text && box.append(element("p", text));
    const [title, page] = [element("strong", ""), element("a", site.name)];
    Object.assign(page, { href: `${this.data.page}${encodeURIComponent(site.name)}`, target: "_self" });
    title.append(page);
    box.append(title);
    line([site.address, site.postcode].filter(Boolean).join(", "));
    line(this.said(site));
    const now = this.data.now?.sites[site.name];
    if (now && this.on === this.data.now.on) line(`At ${this.data.now.time}: ${now}`);
    line(site.note);
    const small = document.createElement("small");
    cite(small, site.source);
    small.prepend(`Since ${asWords(site.from)}. `);
    box.append(small);
    return box;
  }

  // --- shading

  shade() {
    const access = this.state.access === null ? null : this.all.access[this.state.access];
    const key = `${this.data.measure} ${this.state.from}`;
    if (this.shaded === key) return;
    this.shaded = key;
    const base = this.data.measures[this.data.measure];
    const of = (level) => ({ ...base, values: this.values(level, access) });
    const [bcus, boroughs, wards] = ["bcus", "boroughs", "wards"].map(of);
    window.bcumap.shade(this.map, { bcus, boroughs, wards, unlabelled: true });
  }

  values(level, access) {
    const { measure } = this.data;
    const codes = Object.keys(this.facts[level]);
    if (level !== "wards") return Object.fromEntries(codes.map((code) => [code, this.value(code, this.state)]));
    if (!access) return {};
    const before = this.all.access[this.data.before];
    const row = { change: (place) => farther(access.nearest_m[place], before?.nearest_m[place]) }[measure];
    const ward = (place) => (row ? row(place) : access[measure]?.[place]);
    return Object.fromEntries(this.all.ward_codes.map((code, place) => [code, ward(place) ?? null]));
  }

  value(code, state) {
    const area = this.area(code, state);
    if (!area) return null;
    const { measure } = this.data;
    if (measure === "promise") return { held: 1, "not held": 0 }[area.promise] ?? null;
    if (measure !== "change") return area[measure];
    const state_before = this.all.states.find(({ access }) => access !== null && access === this.data.before);
    return farther(area.nearest_m, state_before && this.area(code, state_before)?.nearest_m);
  }

  area(code, state = this.state) {
    return state.areas[code];
  }

  // --- words

  summary() {
    const all = this.area("MET");
    const boroughs = Object.keys(this.facts.boroughs).map((code) => this.area(code)).filter(Boolean);
    const held = boroughs.filter(({ promise }) => promise === "held").length;
    const complete = this.state.complete;
    const figures = [
      [complete ? whole.format(all.counters) : "not known", complete ? "front counters open" : "how many were open in all"],
      [complete ? whole.format(all.open_24_7) : "not known", "open 24 hours"],
      [complete ? `${held} of ${boroughs.length}` : "not known", "boroughs with the 24/7 counter promised in 2012"],
      [all.nearest_m === null ? "not known" : `${km.format(all.nearest_m / 1000)} km`, "to the nearest, on average of residents"],
      [all.nearest_24_7_m === null ? "not known" : `${km.format(all.nearest_24_7_m / 1000)} km`, "to the nearest open 24 hours"],
      [all.within_2km === null ? "not known" : whole.format(all.within_2km), "residents within 2 km of one"],
    ];
    this.part("figures").replaceChildren(
      ...figures.map(([figure, what]) => {
        const pair = document.createElement("div");
        pair.append(element("dt", figure), element("dd", what));
        return pair;
      })
    );
    const ground = complete && all.basis === "announced" ? "announced" : complete ? "known" : "partial";
    const banner = this.part("ground");
    banner.className = `ground ${ground}`;
    const count = this.sites.filter((site) => site.state === "open").length;
    banner.textContent = this.data.grounds[ground].replace("{}", count);
    this.part("since").textContent = `${this.known.label}. ${this.known.note ?? ""}`;
    cite(this.part("source"), this.known.source);
    this.part("heading").textContent = asWords(this.on);
  }

  list() {
    const open = this.sites.filter(({ state }) => state === "open");
    const now = this.data.now && this.on === this.data.now.on ? this.data.now : null;
    const rows = Object.entries(this.facts.boroughs)
      .filter(([code]) => this.area(code))
      .sort(([, a], [, b]) => a.name.localeCompare(b.name, "en"))
      .map(([code, borough]) => this.row(code, borough, open.filter((site) => site.borough_code === code), now));
    const focused = document.activeElement.closest?.(".bcumap-counters .list tr")?.dataset.code;
    this.part("list").replaceChildren(...rows);
    if (focused) this.part("list").querySelector(`[data-code="${CSS.escape(focused)}"] button`)?.focus({ preventScroll: true });
    this.part("none").textContent = now ? `“Open now” is as of ${now.time}, ${asWords(now.on)}.` : "";
  }

  row(code, borough, sites, now) {
    const area = this.area(code);
    const line = document.createElement("tr");
    const name = element("th", "");
    const button = element("button", borough.name);
    button.type = "button";
    button.onclick = () => this.tell("choose", { level: "boroughs", code });
    name.scope = "row";
    name.append(button);
    const names = document.createElement("td");
    sites.forEach((site) => {
      const each = element("span", site.name);
      const at = now ? `; now ${now.sites[site.name] ?? "not known"}` : "";
      each.append(element("small", `${this.said(site)}${at}`));
      names.append(each);
    });
    if (!sites.length) names.append(element("span", this.state.complete ? "none" : "none is known"));
    const promise = element("td", area.promise);
    promise.className = area.promise.replace(" ", "-");
    const far = element("td", area.nearest_m === null ? "not known" : km.format(area.nearest_m / 1000));
    far.className = "number";
    if (area.nearest_m !== null) far.dataset.value = area.nearest_m / 1000;
    line.dataset.code = code;
    line.append(name, names, promise, far);
    return line;
  }

  part(name) {
    return this.root.querySelector(`.${name}`);
  }
}

/* The weakest ground that a site stands on. */
function known(site) {
  return site.basis === "known" && site.inferred ? "evidence" : site.basis;
}

function kindOf(site) {
  return site.state === "open" ? (site.kind || "daytime").replace("/", "-") : "closed";
}

function look(site) {
  return `counter kind-${kindOf(site)} ${known(site)}`;
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
