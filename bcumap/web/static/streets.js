/* Streets, railways, green and water below the areas, and names above them, on two canvases; from
   nearer still the boundaries as exact as they are known. Loaded when somebody first comes near
   enough; fetches only the tiles that a view needs. How they look is said by maps/looks.py, whose
   words come with the list of tiles; pictures are drawn by the same. */

const SMALL = 2000; // sides of the tiles (m)
const WIDE = 10000;
const KEPT = 60; // tiles in memory
const AROUND_M = 300; // of a place, within which its boundaries are looked for
const LABEL_PX = 12;
const LINES = ["bcu-line", "borough-line", "ward-line"]; // of what the sides of a boundary differ by
const FONT = '"Source Sans 3", "Source Sans Pro", system-ui, sans-serif';

/* Lines of a tile in metres from its corner, as facts/places.py writes them (Google's encoded
   polylines, each going on where the one before it ended). */
function decode(text = "", unit = 1) {
  let [x, y, number, shift, isNorth] = [0, 0, 0, 0, false];
  return text.split(" ").filter(Boolean).map((line) => {
    const points = [];
    for (let at = 0; at < line.length; at += 1) {
      const bits = line.charCodeAt(at) - 63;
      number |= (bits & 31) << shift;
      shift += 5;
      if (bits >= 32) continue;
      const step = number & 1 ? ~(number >> 1) : number >> 1;
      if (isNorth) points.push(x * unit, (y += step) * unit);
      else x += step;
      [number, shift, isNorth] = [0, 0, !isNorth];
    }
    return points;
  });
}

/* A tile with its lines decoded once. */
export function read(name, json) {
  const side = sideOf(name);
  const { roads = { streets: [], incomplete: true }, ground = {}, borders = { lines: [] } } = json;
  return {
    side,
    corners: json.corners,
    incomplete: Boolean(roads.incomplete),
    roads: roads.streets.flatMap(([kind, name, text]) => decode(text, roads.unit).map((line) => ({ kind, name, line }))),
    green: decode(ground.green),
    water: decode(ground.water),
    rail: decode(ground.rail),
    labels: ground.labels ?? [],
    points: json.points ?? [],
    borders: borders.lines.map(([left, right, text]) => {
      const place = between(borders.corners, side);
      const lines = decode(text, borders.unit).map((line) => pairs(line).map((point) => place(...point)));
      return { left, right, lines };
    }),
  };
}

function sideOf(name) {
  return Number(name.split("-")[0]) * 1000;
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
    map.on("moveend zoomend resize bcumap:shown", () => this.show());
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

  /* What is to be known of the streets that are seen stands there and is not announced: a failure is. */
  addNote() {
    const control = L.control({ position: "topleft" });
    control.onAdd = () => {
      const box = L.DomUtil.create("div", "bcumap-streets-note leaflet-bar");
      this.note = L.DomUtil.create("p", "", box);
      this.failed = L.DomUtil.create("p", "", box);
      this.failed.setAttribute("role", "status");
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
    this.failed.textContent = "Streets could not be loaded.";
  }

  /* The tiles of a view, nearest to its middle first: small ones if they are few enough, with all
     that is in them only where that is seen. */
  wanted() {
    const bounds = this.map.getBounds();
    for (const side of [SMALL, WIDE]) {
      const found = this.within(bounds, side);
      if (side === WIDE || found.length <= this.told.most) {
        const middle = bounds.getCenter();
        const away = (name) => this.boundsOf(name).getCenter().distanceTo(middle);
        const isWhole = (name) => side === WIDE || this.map.getZoom() >= this.rules.near_from || this.tiles.get(name);
        return found.sort((a, b) => away(a) - away(b)).slice(0, this.told.most)
          .map((name) => (isWhole(name) ? name : name + this.told.far));
      }
    }
  }

  /* The boundaries around a place, wherever the map is, each with what is left and right of it. */
  async bordersAround(place) {
    await this.index;
    const names = this.within(place.toBounds(2 * AROUND_M), SMALL);
    await Promise.all(names.filter((name) => !this.tiles.get(name)).map((name) => this.load(name)));
    return names.flatMap((name) => this.tiles.get(name)?.borders ?? []);
  }

  /* The names of the tiles of a side (m) that lie within bounds, or partly. */
  within(bounds, side) {
    return [...this.known].filter((name) => sideOf(name) === side && bounds.intersects(this.boundsOf(name)));
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

  /* The level of areas that is shown; none on a page that draws areas of its own. */
  get level() {
    return this.map.bcumapLevels?.find((layer) => this.map.hasLayer(layer));
  }

  /* Whether the boundaries of the tiles are drawn, whatever streets or map lie below them. */
  get isExact() {
    return Boolean(this.known && this.told.off && this.level) && this.map.getZoom() >= this.rules.borders_from;
  }

  async show() {
    this.map.getContainer().classList.toggle("with-streets", this.isNear);
    if (!this.isNear) this.hide();
    else if (!this.isCredited) {
      this.map.attributionControl.addAttribution(this.told.credit);
      this.isCredited = true;
    }
    this.wants = this.isNear || this.isExact ? this.wanted() : [];
    this.draw();
    const missing = this.wants.filter((name) => !this.tiles.has(name));
    if (missing.length) this.failed.textContent = ""; // it is tried again
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
    if (!this.wants) return;
    const isExact = this.edges();
    if (!this.isNear) return void (this.note.textContent = isExact ? this.told.off : "");
    const size = this.map.getSize();
    const rim = size.multiplyBy(0.25).round();
    const origin = this.map.containerPointToLayerPoint([0, 0]).subtract(rim).round();
    const whole = size.add(rim.multiplyBy(2));
    const contexts = [this.under, this.over].map((canvas) => prepare(canvas, whole, origin));
    const isPaper = document.documentElement.classList.contains("bcumap-printing"); // see share.js
    this.grown = isPaper ? window.bcumap.onPaper : 1;
    this.look = this.rules[!isPaper && isDark(this.map.getContainer()) ? "dark" : "light"];
    this.zoom = this.map.getZoom();
    const tiles = this.wants.map((name) => this.tiles.get(name) ?? this.tiles.get(name + this.told.far)).filter(Boolean);
    tiles.forEach((tile) => (tile.place = placer(this.map, tile, origin)));
    this.ground(contexts[0], tiles);
    this.names(contexts[1], tiles, whole, origin);
    this.under.hidden = this.over.hidden = false;
    const lacks = tiles.some((tile) => tile.incomplete && tile.side === SMALL);
    this.note.textContent = [lacks && this.told.lacks, isExact && this.told.off].filter(Boolean).join(" ");
  }

  /* Draw the boundaries of a view's tiles, and say whether they stand for the coarse outlines: once
     all have come, with the looks that those have. */
  edges() {
    this.exact?.remove();
    this.exact = null;
    const tiles = this.isExact ? this.wants.map((name) => this.tiles.get(name)) : [];
    const areAll = tiles.length > 0 && tiles.every((tile) => tile?.side === SMALL);
    this.map.getContainer().classList.toggle("with-borders", areAll);
    if (!areAll) return false;
    const all = tiles.flatMap((tile) => tile.borders);
    const draw = (css, wanted) => {
      const look = { className: `exact ${css}`, pane: "bcumap-lines", interactive: false, smoothFactor: 0 };
      return L.polyline(all.filter(wanted).flatMap((edge) => edge.lines), look);
    };
    const of = ({ left, right }) => LINES.findIndex((_, at) => left[at] !== right[at]);
    const shown = LINES.slice(0, this.level.options.level === "wards" ? 3 : 2);
    const { bcumapChosen: chosen, bcumapPossible: possible = [] } = this.map;
    const around = (codes) => ({ left, right }) => codes.some((code) => left.includes(code) !== right.includes(code));
    this.exact = L.layerGroup([
      draw("ward-casing", (edge) => of(edge) < shown.length),
      ...shown.map((css, at) => draw(css, (edge) => of(edge) === at)).reverse(),
      ...[["possible", possible], ["chosen", chosen ? [chosen.code] : []]].flatMap(([name, codes]) =>
        ["casing", `${name}-line`].map((css) => draw(css, around(codes)))),
    ]).addTo(this.map);
    return true;
  }

  ground(context, tiles) {
    const { look, rules } = this;
    const wide = (width) => Math.max(rules.least, width * 2 ** ((this.zoom - 15) * rules.growth));
    for (const [kind, colour] of [["green", look.green], ["water", look.water]]) {
      context.fillStyle = colour;
      context.beginPath();
      tiles.forEach((tile) => tile[kind].forEach((ring) => trace(context, tile.place, ring)));
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
    const marked = this.map.bcumapPoint?.getLayers().find((layer) => layer.getLatLng); // named beside it
    if (marked) {
      const { x, y } = this.map.latLngToLayerPoint(marked.getLatLng()).subtract(origin);
      taken.push([x, y, 10]);
    }
    this.areaNames(origin).forEach(([text, x, y]) => {
      for (let at = -text.length * 4; at <= text.length * 4; at += 10) taken.push([x + at, y, 9]);
    });
    const { named_from: from, places_from: of, points_from: ofPoints, same_name: far } = this.rules;
    const places = (isFirst) => of.forEach((zoom, wanted) => {
      if (this.zoom < zoom || isFirst !== (zoom === this.rules.from)) return;
      tiles.forEach((tile) => tile.labels.forEach(([kind, name, x, y]) => {
        if (kind !== wanted) return;
        const [u, v] = tile.place(x, y);
        const font = `${kind === 0 ? "600" : "italic"} ${LABEL_PX * this.grown + (kind === 0)}px ${FONT}`;
        if (kind !== 1) return write(name, u, v, 0, font, this.look.place);
        context.font = font; // a station's dot stands where the station is
        const text = `${name} ●`;
        const left = context.measureText(text).width / 2 - context.measureText("●").width / 2;
        write(text, u - left, v, 0, font, this.look.place);
      }));
    });
    places(true);
    const written = [];
    const font = `${LABEL_PX * this.grown}px ${FONT}`;
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
    const { level } = this;
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

/* A function from metres in a tile to dots of the canvas. */
function placer(map, { corners, side }, origin) {
  const dots = corners.map((corner) => map.latLngToLayerPoint(corner, false).subtract(origin));
  return between(dots.map(({ x, y }) => [x, y]), side);
}

/* A function from metres in a tile to a place between its corners SW, SE, NW, NE: bilinear. */
function between([[a, b], [c, d], [e, f], [g, h]], side) {
  return (x, y) => {
    const [u, v] = [x / side, y / side];
    return [
      a + u * (c - a) + v * (e - a) + u * v * (g - c - e + a),
      b + u * (d - b) + v * (f - b) + u * v * (h - d - f + b),
    ];
  };
}

const pairs = (line) => line.flatMap((x, at) => (at % 2 ? [] : [[x, line[at + 1]]]));

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
