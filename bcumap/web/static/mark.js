/* Where somebody lives whose postcode is split between wards: the map is moved until the home is under
   a cross. The point is rounded to 5 m and stands in the link behind "#", of which no server hears.
   Loaded with such an answer. */

const STEP = [0.000045, 0.000072]; // degrees of latitude and longitude that are 5 m
const NEAR_M = 5; // so near a boundary, which may itself be up to 3 m off, it is not decided
const FAR_M = 2000; // a point so far from the postcode is of another
const ZOOM = 17;
const PAN_PX = 12; // about 10 m at that zoom
const MARK = "Mark where you live on the map";
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const HOME = /(?:#|&)home=(-?\d+\.\d+),(-?\d+\.\d+)/;

/* --- the point in the link -------------------------------------------------------------------- */

const rounded = ({ lat, lng }) =>
  L.latLng(...[lat, lng].map((each, axis) => Math.round(each / STEP[axis]) * STEP[axis]));

function marked() {
  const found = HOME.exec(location.hash);
  return found && rounded(L.latLng(Number(found[1]), Number(found[2])));
}

function keep(point) {
  const rest = location.hash.replace(HOME, "").replace(/^#?&?/, "");
  const own = point ? `home=${point.lat.toFixed(6)},${point.lng.toFixed(6)}` : "";
  const hash = [own, rest].filter(Boolean).join("&");
  history.replaceState(history.state, "", `${location.pathname}${location.search}${hash && "#"}${hash}`);
}

/* --- which ward it is in ---------------------------------------------------------------------- */

/* The wards left and right of the boundary that is nearest to a point, the point's own first (codes;
   none beyond London), and how far it is. Where two pieces meet in the nearest place, the one that
   the point lies more across decides. */
export function beside(borders, { lat, lng }) {
  const narrow = Math.cos((lat * Math.PI) / 180);
  const metres = ([north, east]) => [(east - lng) * 111320 * narrow, (north - lat) * 111250];
  let best = null;
  for (const { left, right, lines } of borders) {
    for (const line of lines) {
      const points = line.map(metres);
      for (let at = 1; at < points.length; at += 1) {
        const [[x, y], [u, v]] = [points[at - 1], points[at]];
        const [dx, dy] = [u - x, v - y];
        const length = Math.hypot(dx, dy);
        const share = Math.min(1, Math.max(0, -(x * dx + y * dy) / length ** 2));
        const away = Math.hypot(x + share * dx, y + share * dy);
        const across = (x * dy - y * dx) / length; // of the point from the line: left is above 0
        if (best && (away > best.away + 0.01 || (away > best.away - 0.01 && Math.abs(across) <= Math.abs(best.across)))) continue;
        best = { away, across, wards: across < 0 ? [right, left] : [left, right] };
      }
    }
  }
  return best && { metres: best.away, wards: best.wards.map((codes) => codes.at(-1) ?? null) };
}

/* --- on the page ------------------------------------------------------------------------------ */

/* Offer to mark a home in the answer about a postcode, and say what a link's mark means. */
export function offer(map, found) {
  const answer = [...document.querySelectorAll(".bcumap-answer")].at(-1);
  if (!answer || answer.querySelector(".bcumap-marking")) return;
  new Marking(map, found, answer).begin();
}

class Marking {
  constructor(map, found, answer) {
    Object.assign(this, { map, centre: L.latLng(found.lat, found.lon) });
    this.box = L.DomUtil.create("div", "bcumap-marking bcumap-screen", answer);
    this.button = button(this.box, MARK, () => this.start());
    this.said = L.DomUtil.create("p", "", this.box);
    this.said.setAttribute("role", "status");
  }

  begin() {
    this.map.once("bcumap:marks", () => this.leave());
    const point = marked();
    if (point && point.distanceTo(this.centre) < FAR_M) this.tell(point);
  }

  /* What is said of a point, with the ward that it is in if that is sure. */
  async ward(point) {
    const [streets, areas] = await Promise.all([window.bcumap.streets(this.map), window.bcumap.wards(this.map)]);
    const nearest = beside(await streets.bordersAround(point), point);
    const named = (code) => {
      const { name, within } = areas.get(code)?.area ?? {};
      return name ? `${name}, ${within}` : "what is outside London";
    };
    if (!nearest) return { text: "no boundary is near it" };
    const [own, other] = nearest.wards.map(named);
    if (nearest.metres <= NEAR_M) return { text: `on the boundary between ${own} and ${other}, as far as the map can tell` };
    return { text: `in ${own}`, code: nearest.wards[0] };
  }

  async tell(point) {
    const { text, code } = await this.ward(point);
    if (this.hasLeft) return;
    this.dot?.remove();
    const look = { pane: "bcumap-point", interactive: false, className: "found-point", radius: 5 };
    this.dot = L.circleMarker(point, look).addTo(this.map);
    this.said.textContent = `By the point you marked, your home is ${text}. `;
    if (code) {
      const link = L.DomUtil.create("a", "", this.said);
      link.textContent = "Your ward team, officers and contacts ›";
      link.href = window.bcumap.wardPage(code);
      link.target = "_self";
    }
    this.button.textContent = "Mark another point";
    this.clear ??= button(this.box, "Remove the point", () => this.forget());
  }

  /* Go with the question that was answered. */
  leave() {
    if (this.panel) this.close();
    this.dot?.remove();
    this.box.remove();
    this.hasLeft = true;
  }

  forget() {
    keep(null);
    this.dot.remove();
    this.clear.remove();
    this.clear = null;
    this.said.textContent = "";
    this.button.textContent = MARK;
    this.button.focus();
  }

  start() {
    if (this.panel) return;
    const { map } = this;
    const container = map.getContainer();
    this.could = map.dragging.enabled();
    map.dragging.enable();
    container.classList.add("marking");
    map.setView(marked() ?? this.centre, ZOOM, { animate: false });
    this.cross = L.DomUtil.create("div", "bcumap-cross", container);
    this.panel = L.DomUtil.create("div", "bcumap-marker");
    container.after(this.panel);
    this.panel.setAttribute("role", "group");
    this.panel.setAttribute("aria-label", "Mark where you live");
    L.DomUtil.create("p", "", this.panel).textContent =
      "Move the map, or use the arrow keys, until your home is under the cross. It is kept in this page’s link only.";
    this.under = L.DomUtil.create("p", "", this.panel);
    this.under.setAttribute("role", "status");
    const done = button(this.panel, "This is where I live", () => this.end(rounded(map.getCenter())));
    button(this.panel, "Cancel", () => this.end());
    L.DomEvent.on(this.panel, "keydown", (event) => this.key(event));
    this.move = ({ latlng }) => map.panTo(latlng);
    this.look = () => this.watch();
    map.on("click", this.move).on("moveend", this.look);
    container.scrollIntoView({ block: "center" });
    done.focus({ preventScroll: true });
    this.watch();
  }

  key(event) {
    const arrow = ARROWS[event.key];
    if (event.key === "Escape") this.end();
    else if (arrow) this.map.panBy(arrow.map((each) => each * PAN_PX), { animate: false });
    else return;
    L.DomEvent.stop(event);
  }

  /* Say where the cross is. */
  async watch() {
    const point = rounded(this.map.getCenter());
    const { text } = await this.ward(point);
    if (this.panel && point.equals(rounded(this.map.getCenter()))) this.under.textContent = `The cross is ${text}.`;
  }

  close() {
    const { map } = this;
    map.off("click", this.move).off("moveend", this.look);
    [this.panel, this.cross].forEach((each) => each.remove());
    this.panel = null;
    map.getContainer().classList.remove("marking");
    if (!this.could) map.dragging.disable();
  }

  end(point = null) {
    this.close();
    if (point) {
      keep(point);
      this.tell(point);
    }
    this.box.scrollIntoView({ block: "center" });
    this.button.focus({ preventScroll: true });
  }
}

function button(box, text, act) {
  const made = L.DomUtil.create("button", "", box);
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}
