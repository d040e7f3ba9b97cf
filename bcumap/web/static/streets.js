/* Streets, railways, green and water below the areas, and names above them, on two canvases. Loaded
   when somebody first comes near enough; fetches only the tiles that a view needs. How they look is
   said by maps/looks.py, whose words come with the list of tiles; pictures are drawn by the same. */

const SMALL = 2000; // sides of the tiles (m)
const WIDE = 10000;
const KEPT = 60; // tiles in memory
const LABEL_PX = 12;
const FONT = '"Source Sans 3", "Source Sans Pro", system-ui, sans-serif';

/* Metres from a tile's corner, point by point (Google's encoded polylines). */
export function decode(text) {
  const points = [];
  let [x, y, number, shift, isNorth] = [0, 0, 0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const bits = text.charCodeAt(at) - 63;
    number |= (bits & 31) << shift;
    shift += 5;
    if (bits >= 32) continue;
    const step = number & 1 ? ~(number >> 1) : number >> 1;
    if (isNorth) points.push((x), (y += step));
    else x += step;
    [number, shift, isNorth] = [0, 0, !isNorth];
  }
  return points;
}

/* A tile with its lines decoded once. */
function read(name, json) {
  const side = Number(name.split("-")[0]) * 1000;
  const roads = json.roads ?? { names: [], lines: [], incomplete: true };
  const ground = json.ground ?? {};
  const areas = (list) => (list ?? []).map((rings) => rings.map(decode));
  return {
    name,
    side,
    corners: json.corners,
    incomplete: Boolean(roads.incomplete),
    roads: roads.lines.map(([kind, number, line]) => ({ kind, name: roads.names[number], line: decode(line) })),
    green: areas(ground.green),
    water: areas(ground.water),
    rail: (ground.rail ?? []).map(decode),
    labels: ground.labels ?? [],
    points: json.points ?? [],
  };
}

export default class Streets {
  constructor(map, base) {
    this.map = map;
    this.base = base;
    this.tiles = new Map();
    this.isOn = !map.bcumapHidesStreets;
    this.under = this.canvas("bcumap-streets", 350);
    this.over = this.canvas("bcumap-street-names", 455);
    this.addNote();
    map.on("moveend zoomend resize bcumap:level", () => this.show());
    map.on("zoomstart", () => this.hide());
    new MutationObserver(() => this.draw()).observe(document.documentElement, { attributes: true });
    this.index = this.fetch("tiles.json").then((index) => {
      this.known = new Set(index.tiles);
      this.told = index;
      this.rules = index.look;
    });
    this.index.then(() => this.show()).catch((error) => this.say(error));
  }

  canvas(pane, zIndex) {
    this.map.createPane(pane).style.zIndex = zIndex;
    this.map.getPane(pane).style.pointerEvents = "none";
    const canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", this.map.getPane(pane));
    canvas.setAttribute("aria-hidden", "true");
    return canvas;
  }

  addNote() {
    const control = L.control({ position: "topleft" });
    control.onAdd = () => {
      const box = L.DomUtil.create("div", "bcumap-streets-note leaflet-bar");
      this.note = L.DomUtil.create("p", "", box);
      this.note.setAttribute("role", "status");
      return box;
    };
    control.addTo(this.map);
  }

  turn(on) {
    if (on === this.isOn) return;
    this.isOn = on;
    this.show();
  }

  async fetch(name) {
    const reply = await fetch(`${this.base}/${name}`);
    if (!reply.ok) throw new Error(`${name}: ${reply.status}`);
    return reply.json();
  }

  say(error) {
    console.warn(error);
    this.note.textContent = "Streets could not be loaded.";
  }

  /* The tiles of a view, nearest to its middle first: small ones if they are few enough. */
  wanted() {
    const bounds = this.map.getBounds();
    for (const side of [SMALL, WIDE]) {
      const found = [...this.known].filter((name) => {
        if (Number(name.split("-")[0]) * 1000 !== side) return false;
        return bounds.intersects(this.boundsOf(name));
      });
      if (side === WIDE || found.length <= this.told.most) {
        const middle = bounds.getCenter();
        const away = (name) => this.boundsOf(name).getCenter().distanceTo(middle);
        return found.sort((a, b) => away(a) - away(b)).slice(0, this.told.most);
      }
    }
  }

  /* Where a tile is, to some ten metres: enough to know whether a view needs it. */
  boundsOf(name) {
    this.boxes = this.boxes ?? new Map();
    if (!this.boxes.has(name)) {
      const [side, east, north] = name.split("-").map((each) => Number(each) * 1000);
      this.boxes.set(name, L.latLngBounds(degrees(east, north), degrees(east + side, north + side)));
    }
    return this.boxes.get(name);
  }

  get isNear() {
    return this.isOn && Boolean(this.known) && this.map.getZoom() >= this.rules.from;
  }

  async show() {
    this.map.getContainer().classList.toggle("with-streets", this.isNear);
    if (!this.isNear) return this.hide();
    if (!this.isCredited) {
      this.map.attributionControl.addAttribution(this.told.credit);
      this.isCredited = true;
    }
    this.wants = this.wanted();
    this.draw();
    const missing = this.wants.filter((name) => !this.tiles.has(name));
    await Promise.all(missing.map((name) => this.load(name)));
  }

  async load(name) {
    this.tiles.set(name, null);
    try {
      this.tiles.set(name, read(name, await this.fetch(`${name}.json`)));
    } catch (error) {
      this.tiles.delete(name);
      this.say(error);
      return;
    }
    for (const old of this.tiles.keys()) {
      if (this.tiles.size <= KEPT) break;
      if (!this.wants.includes(old)) this.tiles.delete(old);
    }
    if (!this.frame) this.frame = requestAnimationFrame(() => this.draw());
  }

  hide() {
    if (!this.map.getContainer().classList.contains("with-streets") || !this.isNear) {
      this.under.hidden = this.over.hidden = true;
      this.note.textContent = "";
    }
  }

  /* --- drawing --------------------------------------------------------------------------- */

  draw() {
    this.frame = null;
    if (!this.isNear || !this.wants) return;
    const size = this.map.getSize();
    const rim = size.multiplyBy(0.25).round();
    const origin = this.map.containerPointToLayerPoint([0, 0]).subtract(rim).round();
    const whole = size.add(rim.multiplyBy(2));
    const contexts = [this.under, this.over].map((canvas) => prepare(canvas, whole, origin));
    const isPaper = document.documentElement.classList.contains("bcumap-printing"); // see share.js
    this.look = this.rules[!isPaper && isDark(this.map.getContainer()) ? "dark" : "light"];
    this.zoom = this.map.getZoom();
    const tiles = this.wants.map((name) => this.tiles.get(name)).filter(Boolean);
    tiles.forEach((tile) => (tile.place = placer(this.map, tile, origin)));
    this.ground(contexts[0], tiles);
    this.names(contexts[1], tiles, whole, origin);
    this.under.hidden = this.over.hidden = false;
    const lacks = tiles.some((tile) => tile.incomplete && tile.side === SMALL);
    this.note.textContent = lacks ? this.told.lacks : "";
  }

  ground(context, tiles) {
    const { look, rules } = this;
    const wide = (width) => Math.max(rules.least, width * 2 ** ((this.zoom - 15) * rules.growth));
    for (const [kind, colour] of [["green", look.green], ["water", look.water]]) {
      context.fillStyle = colour;
      context.beginPath();
      tiles.forEach((tile) => tile[kind].forEach((rings) => rings.forEach((ring) => trace(context, tile.place, ring))));
      context.fill("evenodd");
    }
    context.lineCap = context.lineJoin = "round";
    for (const isEdge of [true, false]) {
      for (let kind = 4; kind >= 0; kind -= 1) {
        context.strokeStyle = isEdge ? look.edge : kind < 4 ? look.main : look.local;
        context.lineWidth = wide(rules.widths[kind]) + (isEdge ? rules.edge : 0);
        context.beginPath();
        tiles.forEach((tile) => tile.roads.forEach((road) => road.kind === kind && trace(context, tile.place, road.line)));
        context.stroke();
      }
    }
    context.strokeStyle = look.rail;
    context.lineCap = "butt";
    context.lineWidth = wide(rules.rail.width);
    context.setLineDash(rules.rail.dashes);
    context.beginPath();
    tiles.forEach((tile) => tile.rail.forEach((line) => trace(context, tile.place, line)));
    context.stroke();
    context.setLineDash([]);
  }

  names(context, tiles, whole, origin) {
    const taken = [];
    const free = (boxes) =>
      boxes.every(([x, y, r]) => x > -40 && y > -40 && x < whole.x + 40 && y < whole.y + 40 &&
        taken.every(([u, v, s]) => (x - u) ** 2 + (y - v) ** 2 > (r + s) ** 2));
    const write = (text, x, y, angle, font, colour) => {
      context.font = font;
      const half = context.measureText(text).width / 2;
      const boxes = [];
      for (let at = -half; at <= half; at += 10) boxes.push([x + at * Math.cos(angle), y + at * Math.sin(angle), 8]);
      if (!free(boxes)) return false;
      taken.push(...boxes);
      context.save();
      context.translate(x, y);
      context.rotate(angle);
      context.strokeStyle = this.look.halo;
      context.lineWidth = 3;
      context.lineJoin = "round";
      context.strokeText(text, -half, 0);
      context.fillStyle = colour;
      context.fillText(text, -half, 0);
      context.restore();
      return true;
    };
    context.textBaseline = "middle";
    this.areaNames(origin).forEach(([text, x, y]) => {
      for (let at = -text.length * 4; at <= text.length * 4; at += 10) taken.push([x + at, y, 9]);
    });
    const { named_from: from, places_from: of, points_from: ofPoints, same_name: far } = this.rules;
    const places = (isFirst) => of.forEach((zoom, wanted) => {
      if (this.zoom < zoom || isFirst !== (zoom === this.rules.from)) return;
      tiles.forEach((tile) => tile.labels.forEach(([kind, name, x, y]) => {
        if (kind !== wanted) return;
        const [u, v] = tile.place(x, y);
        const font = `${kind === 0 ? "600 13px" : "italic 12px"} ${FONT}`;
        if (kind !== 1) return write(name, u, v, 0, font, this.look.place);
        context.font = font; // a station's dot stands where the station is
        const text = `${name} ●`;
        const left = context.measureText(text).width / 2 - context.measureText("●").width / 2;
        write(text, u - left, v, 0, font, this.look.place);
      }));
    });
    places(true);
    const written = [];
    const font = `${LABEL_PX}px ${FONT}`;
    from.forEach((zoom, kind) => {
      if (this.zoom < zoom) return;
      tiles.forEach((tile) => tile.roads.forEach((road) => {
        if (road.kind !== kind || !road.name) return;
        context.font = font;
        const spots = along(tile.place, road.line, context.measureText(road.name).width, this.rules);
        const spot = spots.find(({ x, y, angle }) =>
          !written.some(([name, u, v]) => name === road.name && Math.hypot(u - x, v - y) < far) &&
          write(road.name, x, y, angle, font, this.look.name));
        if (spot) written.push([road.name, spot.x, spot.y]);
      }));
    });
    if (this.zoom >= ofPoints) {
      tiles.forEach((tile) => tile.points.forEach(([name, x, y]) => {
        const [u, v] = tile.place(x, y);
        write(name, u, v, 0, font, this.look.name);
      }));
    }
    places(false);
  }

  /* Where the names of the wards or boroughs that are shown stand, which areas.js writes. */
  areaNames(origin) {
    const level = this.map.bcumapLevels?.find((layer) => this.map.hasLayer(layer));
    if (!level || level.options.level === "bcus") return [];
    const shown = this.map.getBounds();
    const paths = [...level.byCode.values()].filter((path) => shown.intersects(path.getBounds()));
    return paths.map((path) => {
      const at = this.map.latLngToLayerPoint(path.getCenter()).subtract(origin);
      return [path.area.name, at.x, at.y];
    });
  }
}

function prepare(canvas, size, origin) {
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  canvas.width = size.x * ratio;
  canvas.height = size.y * ratio;
  canvas.style.width = `${size.x}px`;
  canvas.style.height = `${size.y}px`;
  L.DomUtil.setPosition(canvas, origin);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/* A function from metres in a tile to dots of the canvas: bilinear between its corners. */
function placer(map, tile, origin) {
  const [sw, se, nw, ne] = tile.corners.map((corner) => map.latLngToLayerPoint(corner, false).subtract(origin));
  const { side } = tile;
  const both = { x: ne.x - se.x - nw.x + sw.x, y: ne.y - se.y - nw.y + sw.y };
  return (x, y) => {
    const [u, v] = [x / side, y / side];
    return [
      sw.x + u * (se.x - sw.x) + v * (nw.x - sw.x) + u * v * both.x,
      sw.y + u * (se.y - sw.y) + v * (nw.y - sw.y) + u * v * both.y,
    ];
  };
}

function trace(context, place, line) {
  for (let at = 0; at < line.length; at += 2) {
    const [x, y] = place(line[at], line[at + 1]);
    if (at) context.lineTo(x, y);
    else context.moveTo(x, y);
  }
}

/* Where a name fits along a line, and at what angle, in its middle first; nowhere if the line is too
   short or crooked. */
function along(place, line, width, { named_at: where, straight }) {
  const points = [];
  for (let at = 0; at < line.length; at += 2) points.push(place(line[at], line[at + 1]));
  const lengths = points.slice(1).map(([x, y], at) => Math.hypot(x - points[at][0], y - points[at][1]));
  const whole = lengths.reduce((sum, each) => sum + each, 0);
  if (whole < width + 8) return [];
  const at = (distance) => {
    let left = distance;
    let step = 0;
    while (step < lengths.length - 1 && left > lengths[step]) left -= lengths[step++];
    const share = lengths[step] ? left / lengths[step] : 0;
    const [[x, y], [u, v]] = [points[step], points[step + 1]];
    return [x + share * (u - x), y + share * (v - y)];
  };
  return where.flatMap((share) => {
    const from = whole * share - width / 2;
    if (from < 0 || from + width > whole) return [];
    const [start, middle, end] = [at(from), at(from + width / 2), at(from + width)];
    if (Math.hypot(end[0] - start[0], end[1] - start[1]) < width * straight) return [];
    let angle = Math.atan2(end[1] - start[1], end[0] - start[0]);
    if (Math.abs(angle) > Math.PI / 2) angle -= Math.sign(angle) * Math.PI;
    return [{ x: (start[0] + end[0] + 2 * middle[0]) / 4, y: (start[1] + end[1] + 2 * middle[1]) / 4, angle }];
  });
}

function isDark(element) {
  const found = getComputedStyle(element).color.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0];
  const [r, g, b] = found.map((each) => (Math.max(...found) <= 1 ? each * 255 : each));
  return 0.299 * r + 0.587 * g + 0.114 * b > 128; // of the letters
}

/* Latitude and longitude of the National Grid around London, to some ten metres. */
function degrees(east, north) {
  const [x, y] = [east - 531977.6, north - 179606.8];
  const lat = 51.5 + y / 111200.9 - (x * 1801.6) / (69405.2 * 111200.9);
  const lon = -0.1 + (x + (y / 111200.9) * 2886.5) / (69405.2 - (lat - 51.5) * 1520);
  return [lat, lon];
}
