/* Police units on a date: boroughs that merge into BCUs as the date moves. All is drawn from one
   prepared file and the map's own layer. Text from data only ever becomes text. */
import { asWords, followDate, lastOn, starts, theMap } from "./dates.js";
import { cite } from "./sources.js";
import { load } from "./files.js";

export default async function ({ parentElement, data: [data], setTriggerValue }) {
  const root = parentElement.querySelector(".bcumap-units");
  const map = await theMap();
  const [all, areas] = await Promise.all([load(data.urls.history), window.bcumap.load("areas.topojson")]);
  root.scene = root.scene ?? new Scene(root, map, all, areas, data.attribution);
  root.scene.told(data, setTriggerValue);
}

class Scene {
  constructor(root, map, all, areas, attribution) {
    Object.assign(this, { root, map, all, units: all.units });
    map.bcumapLevels.forEach((layer) => map.removeLayer(layer));
    map.getContainer().classList.add("units");
    map.attributionControl.addAttribution(attribution);
    this.layer = L.layerGroup().addTo(map);
    this.shapes = new Map();
    for (const level of ["boroughs", "bcus"]) {
      window.bcumap.features(areas, level).forEach((shape) => this.shapes.set(shape.properties.code, shape));
    }
    this.paths = new Map();
    followDate(root, (on) => this.show(on));
  }

  told(data, tell) {
    this.data = data;
    this.tell = tell;
    this.show(document.bcumapDate ?? data.on);
  }

  show(on) {
    this.on = on;
    this.change = lastOn(this.all.changes, on);
    this.draw();
    this.words();
  }

  /* One polygon for every unit: a borough's own, or the BCU that it has become part of. */
  draw() {
    const wanted = new Map();
    this.change.units.forEach((place) => {
      const unit = this.units[place];
      wanted.set(`${unit.code} ${unit.kind} ${unit.basis} ${unit.since} ${unit.name}`, unit);
    });
    this.paths.forEach((path, key) => {
      if (wanted.has(key)) return;
      path.remove();
      this.paths.delete(key);
    });
    [...wanted]
      .sort(([, a], [, b]) => a.name.localeCompare(b.name, "en"))
      .forEach(([key, unit]) => {
        if (!this.paths.has(key)) this.paths.set(key, this.path(unit).addTo(this.layer));
      });
  }

  path(unit) {
    const merged = unit.kind === "BCU" || unit.kind === "pathfinder";
    const look = unit.kind === "own force" ? "city" : merged ? `bcu-${this.data.colours[unit.code]}` : "borough-unit";
    const lines = [describe(unit)];
    if (merged) lines.push(`${unit.kind === "pathfinder" ? "test unit" : "BCU"} ${since(unit, this.data.basis)}`);
    const path = L.geoJSON(this.shapes.get(unit.code), {
      className: `bcumap-area unit ${look} ${unit.basis.replace(" ", "-")}`,
    }).getLayers()[0];
    path.bindTooltip(window.bcumap.label(...lines), { sticky: true, className: "bcumap-tip" });
    const { lat, lon } = this.shapes.get(unit.code).properties;
    if (merged) {
      const html = element("span", unit.name);
      const icon = L.divIcon({ className: "bcu-name unit-name", html, iconSize: null });
      const name = L.marker([lat, lon], { interactive: false, keyboard: false, icon });
      path.on("add", () => name.addTo(this.layer)).on("remove", () => name.remove());
    }
    path.on("add", () => {
      const shape = path.getElement();
      shape.setAttribute("tabindex", "-1");
      shape.setAttribute("role", "img");
      window.bcumap.reachable(this.map, path, this, () => [...this.paths.values()]);
      if (!this.entry || !this.layer.hasLayer(this.entry)) window.bcumap.enterAt(this, path);
      shape.setAttribute("aria-label", lines.join(", "));
      shape.setAttribute("data-code", unit.code);
    });
    return path;
  }

  words() {
    const model = lastOn(this.all.models, this.on);
    const promise = lastOn(this.all.commitments.filter(({ status }) => this.data.holds.includes(status)), this.on);
    const here = [...new Set(this.change.units)].map((place) => this.units[place]);
    const count = (...kinds) => here.filter(({ kind }) => kinds.includes(kind)).length;
    this.part("heading").textContent = asWords(this.on);
    const unsure = this.change.units.some((place) => this.units[place].basis !== "known");
    const ground = this.part("ground");
    ground.className = `ground ${unsure ? "announced" : "known"}`;
    ground.textContent = unsure
      ? this.data.unsure
      : "Known from sources.";
    this.part("figures").replaceChildren(
      ...[
        [count("borough unit"), "units of one borough each"],
        [count("BCU", "pathfinder"), `Basic Command Units${count("pathfinder") ? ", on trial" : ""}`],
        [promise ? `${promise.dwo} + ${promise.pcso ?? 0}` : "not known", "ward officers + PCSOs promised to each ward"],
      ].map(([figure, what]) => {
        const pair = document.createElement("div");
        pair.append(element("dt", String(figure)), element("dd", what));
        return pair;
      })
    );
    this.part("since").textContent = `${model.label}. ${model.note ?? ""}`;
    cite(this.part("source"), model.source);
    const live = new Map(here.map((unit) => [unit.code, unit]));
    this.part("list").replaceChildren(...this.all.bcus.map((bcu) => row(bcu, live.get(bcu.bcu_code), this.on, this.data.basis)));
  }

  part(name) {
    return this.root.querySelector(`.${name}`);
  }
}

function describe(unit) {
  return { "borough unit": `${unit.name} borough unit`, "own force": unit.name }[unit.kind] ?? `${unit.name} BCU`;
}

function since(unit, basis) {
  if (unit.basis === "not known") return `took over in the course of ${asWords(unit.since)}: the day is not known`;
  return `since ${asWords(unit.since)}, ${basis[unit.since_basis]}`;
}

function row(bcu, unit, on, basis) {
  const line = document.createElement("tr");
  const name = element("th", bcu.bcu);
  name.scope = "row";
  line.dataset.code = bcu.bcu_code;
  const called = unit && unit.name !== bcu.bcu ? `, called ${unit.name}` : "";
  const live = { known: "live", "not known": "in the course of this month" }[unit?.basis] ?? `live (${unit?.basis})`;
  const then = starts(bcu.go_live) <= on ? live + called : "not yet";
  const from = element("td", asWords(bcu.go_live));
  from.append(element("small", `${basis[bcu.go_live_basis]}; planned for ${asWords(bcu.go_live_planned)}`));
  line.append(name, element("td", then), from);
  return line;
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
