/* Leaflet layers of linked areas: fetches TopoJSON, draws it, and lets every polygon be hovered,
   reached by arrow keys and opened. Text from data only ever becomes text, never HTML. */
(function () {
  "use strict";

  const bcumap = (window.bcumap = window.bcumap || {});
  bcumap.urls = bcumap.urls || {}; // file name -> where it is served; the name itself otherwise
  const files = new Map();
  const CLOSE = { maxZoom: 14, padding: [24, 24] }; // how near an area is shown
  const NARROWING = Math.cos((51.5 * Math.PI) / 180); // a degree of longitude beside one of latitude

  /* Fetch a JSON file once; every layer that needs it shares the answer. */
  bcumap.load = function (name) {
    if (!files.has(name)) {
      const answer = fetch(bcumap.urls[name] || name).then((reply) => {
        if (!reply.ok) throw new Error(`${name}: ${reply.status}`);
        return reply.json();
      });
      answer.catch(() => files.delete(name)); // so that it can be tried again
      files.set(name, answer);
    }
    return files.get(name);
  };

  /* The lines of a TopoJSON document, each border once. */
  function lines({ arcs, transform: { scale, translate } }) {
    return arcs.map((steps) => {
      let x = 0;
      let y = 0;
      return steps.map(([dx, dy]) => {
        x += dx;
        y += dy;
        return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
      });
    });
  }

  /* The features of one object of a TopoJSON document (its specification: section 2). */
  bcumap.features = function (topology, object) {
    const arcs = lines(topology);
    const ring = (indices) =>
      indices.flatMap((index, place) => {
        const line = index < 0 ? arcs[~index].slice().reverse() : arcs[index];
        return place ? line.slice(1) : line; // an arc starts where the one before it ends
      });
    const coordinates = {
      Polygon: (rings) => rings.map(ring),
      MultiPolygon: (polygons) => polygons.map((rings) => rings.map(ring)),
    };
    return topology.objects[object].geometries.map(({ type, arcs: indices, properties }) => ({
      type: "Feature",
      properties,
      geometry: { type, coordinates: coordinates[type](indices) },
    }));
  };

  /* A group that fetches and draws itself when it is first put on a map. */
  const Linked = L.LayerGroup.extend({
    initialize: function (options, draw) {
      L.LayerGroup.prototype.initialize.call(this, [], options);
      this._draw = draw;
    },
    onAdd: function (map) {
      L.LayerGroup.prototype.onAdd.call(this, map);
      this.fetched();
    },
    fetched: function () {
      this.ready = this.ready || this._fetch();
      return this;
    },
    getAttribution: function () {
      return this.options.attribution;
    },
    _fetch: function () {
      return bcumap
        .load(this.options.file)
        .then((topology) => this._draw(bcumap.features(topology, this.options.level), topology))
        .then((layers) => layers.forEach((layer) => this.addLayer(layer)))
        .catch((error) => {
          this.ready = null;
          bcumap.failed(this._map, error);
        });
    },
  });

  bcumap.failed = function (map, error) {
    console.warn(error);
    if (!map) return;
    const note = L.DomUtil.create("p", "bcumap-failed", map.getContainer());
    note.setAttribute("role", "alert");
    note.textContent = "The map could not be loaded. Please reload the page; the table has the same facts.";
  };

  /* --- areas to choose from ------------------------------------------------------------- */

  bcumap.areas = function (options) {
    return new Areas(options);
  };

  const Areas = Linked.extend({
    initialize: function (options) {
      this.byCode = new Map();
      Linked.prototype.initialize.call(this, options, (...given) => this._areas(...given));
    },
    _areas: async function (features, topology) {
      const areas = await bcumap.load("areas.topojson");
      const boroughs = areas.objects.boroughs.geometries.map((shape) => shape.properties);
      const context = new Map(boroughs.map((borough) => [borough.code, borough]));
      if (this.options.level === "bcus") features = features.concat(city(areas));
      const paths = features
        .sort((a, b) => a.properties.name.localeCompare(b.properties.name, "en"))
        .map((feature) => this._area(feature, context));
      this.entry = nearest(paths, CENTRE);
      return this.options.level === "wards" ? [...paths, ...wardLines(topology)] : paths;
    },
    _area: function (feature, boroughs) {
      const { code, name, parent } = feature.properties;
      const level = code.startsWith("E09") ? "boroughs" : this.options.level;
      const borough = boroughs.get(level === "boroughs" ? code : parent);
      const bcu = borough ? borough.parent : code;
      const css = bcu ? `bcu-${this.options.colours[bcu]}` : "city";
      const path = L.geoJSON(feature, {
        className: `bcumap-area ${css}`,
        attribution: this.options.attribution,
      }).getLayers()[0];
      const city = `${this.options.city}, not the Met`;
      const kind = bcu ? this.options.one : `policed by the ${city}`;
      const ward = () => (bcu ? `${kind} in ${borough.name}` : `ward in the ${borough.name} (${city})`);
      const place = level === "wards" ? ward() : kind;
      const within = borough?.name; // the borough
      path.area = { level, code, name, place, within, met: Boolean(bcu), label: `${name}, ${place}` };
      path.bindTooltip(bcumap.label(name, place), { sticky: true, className: "bcumap-tip" });
      path.on("click", () => bcumap.choose(this._map, path.area));
      path.on("add", () => this._makeReachable(path));
      this.byCode.set(code, path);
      return path;
    },
    _makeReachable: function (path) {
      const element = path.getElement();
      element.setAttribute("tabindex", path === this.entry ? "0" : "-1");
      element.setAttribute("role", "button");
      element.setAttribute("aria-label", path.area.label);
      element.setAttribute("data-code", path.area.code);
      if (this._map?.bcumapChosen?.code === path.area.code) element.setAttribute("aria-current", "true");
      if (element.bcumapReachable) return;
      element.bcumapReachable = true;
      bcumap.reachable(this._map, path, this, () => [...this.byCode.values()]);
      L.DomEvent.on(element, "keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        L.DomEvent.stop(event);
        bcumap.choose(this._map, path.area);
      });
    },
  });

  /* --- one tab stop for all that is on a map ------------------------------------------------ */

  const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const CENTRE = L.latLng(51.507, -0.128); // Charing Cross
  const middle = (layer) => layer.getLatLng?.() ?? layer.getBounds().getCenter();

  /* The nearest of some layers in the direction of an arrow key, or null. */
  bcumap.beside = function (layer, layers, key) {
    const [right, up] = DIRECTIONS[key];
    const from = middle(layer);
    let [best, least] = [null, Infinity];
    layers.forEach((each) => {
      const to = middle(each);
      const [x, y] = [(to.lng - from.lng) * NARROWING, to.lat - from.lat];
      const [ahead, aside] = [x * right + y * up, Math.abs(x * up - y * right)];
      const far = Math.hypot(ahead, 2 * aside);
      if (ahead > 0 && aside <= ahead && far < least) [best, least] = [each, far];
    });
    return best;
  };

  /* The layer in whose middle a place is, or nearly. */
  function nearest(layers, place) {
    const far = (layer) => place.distanceTo(middle(layer));
    return layers.reduce((best, each) => (far(each) < far(best) ? each : best));
  }

  /* Let Tab enter a group of layers at this one. */
  bcumap.enterAt = function (group, layer) {
    group.entry?.getElement()?.setAttribute("tabindex", "-1");
    group.entry = layer;
    layer.getElement()?.setAttribute("tabindex", "0");
  };

  /* Let a layer be left by the arrow keys for one of `layers()` beside it, and by Escape for what
     follows the map (first for its own name, if that covers something). */
  bcumap.reachable = function (map, layer, group, layers) {
    const element = layer.getElement();
    L.DomEvent.on(element, "keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key in DIRECTIONS) {
        L.DomEvent.stop(event);
        bcumap.beside(layer, layers(), event.key)?.getElement().focus();
      } else if (event.key === "Escape" && !map.bcumapPopup) {
        L.DomEvent.stop(event);
        if (layer.getTooltip() && layer.isTooltipOpen()) layer.closeTooltip();
        else leave(map);
      } else if (event.key === "+" || event.key === "=") map.zoomIn();
      else if (event.key === "-") map.zoomOut();
    });
    L.DomEvent.on(element, "focus", () => {
      bcumap.enterAt(group, layer);
      if (!element.matches(":focus-visible")) return;
      const spot = middle(layer);
      if (!map.getBounds().pad(-0.05).contains(spot)) map.panTo(spot, { animate: false });
      layer.openTooltip(spot);
    });
    L.DomEvent.on(element, "blur", () => layer.closeTooltip());
  };

  /* Go on to what follows the map. */
  function leave(map) {
    const next = document.getElementById("bcumap-after-map");
    (next ?? map.getContainer()).focus();
  }

  /* The City of London as an area of its own among the BCUs: it belongs to none. */
  function city(areas) {
    return bcumap.features(areas, "boroughs").filter((feature) => !feature.properties.parent);
  }

  /* Borders of wards: a thin line upon a wider one, so that they are seen on every shade. */
  function wardLines(topology) {
    const coordinates = lines(topology);
    return ["ward-casing", "ward-line"].map((className) =>
      L.geoJSON(
        { type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates } },
        { interactive: false, className, pane: "bcumap-wards" }
      )
    );
  }

  /* A name with further lines below it. */
  bcumap.label = function (name, ...lines) {
    const box = document.createElement("span");
    const strong = document.createElement("strong");
    strong.textContent = name;
    box.append(strong);
    lines.forEach((line) => box.append(document.createElement("br"), line));
    return box;
  };

  /* --- areas shaded by a measure ---------------------------------------------------------- */

  const LABELLED = 40; // so many areas at most have their value written on them

  /* Shade the areas of the level that is shown, or give them their own colours again. `shading`
     has for each level the `title` of a measure, its `key` in the facts or the `values` of a
     visitor (by code), its `decimals` (null: per cent), the limits `breaks` between its classes, the `shades` of these,
     and what is said where there is no figure (`unknown`); where they differ, the `scale` and
     `unit` in which it is written, or `words` for its values. `of_strength`: an area whose facts
     say `at_least` has at least its value. `unlabelled`: no value is written on the map, because
     something else stands there. */
  bcumap.shade = async function (map, shading) {
    map.bcumapShading = shading;
    map.bcumapFigures = null;
    map.getContainer().classList.toggle("shaded", Boolean(shading));
    const layer = map.bcumapLevels.find((each) => map.hasLayer(each));
    const { level } = layer.options;
    const facts = shading ? await bcumap.load("facts.json") : null;
    await layer.ready;
    if (map.bcumapShading !== shading || !map.hasLayer(layer)) return; // another came meanwhile
    const of = shading && figures(shading[level], facts[level]);
    layer.byCode.forEach((path) => paint(path, of));
    map.bcumapFigures = of && !shading.unlabelled && layer.byCode.size <= LABELLED ? of : null;
    bcumap.write(map);
  };

  /* A measure with its value and text for every code that has one. */
  function figures(measure, areas) {
    const { decimals } = measure;
    const digits = { minimumFractionDigits: decimals ?? 0, maximumFractionDigits: decimals ?? 0 };
    const style = decimals === null ? { style: "percent" } : digits;
    const form = new Intl.NumberFormat("en-GB", style);
    const [scale, unit] = [measure.scale ?? 1, measure.unit ?? ""];
    const written = (value) => measure.words?.[value] ?? form.format(value * scale) + unit;
    const [values, texts] = [new Map(), new Map()];
    Object.entries(areas).forEach(([code, { officers }]) => {
      const value = (measure.values ? measure.values[code] : officers?.[measure.key]) ?? null;
      if (value === null) return;
      const least = measure.of_strength && officers.at_least ? "≥ " : "";
      // As it is shown: else an area of 3.97 would say 4.0 and be in the class below 4.0.
      const shown = halvesUp(value * scale, decimals ?? 2) / scale;
      values.set(code, measure.words ? value : shown);
      texts.set(code, least + written(value));
    });
    return { ...measure, values, texts };
  }

  /* Round as numbers are written, by their decimal digits: toFixed goes by the binary ones. */
  function halvesUp(value, digits) {
    return Number(`${Math.round(Number(`${value}e${digits}`))}e-${digits}`);
  }

  function paint(path, of) {
    const { area } = path;
    const element = path.getElement();
    element.classList.remove("no-figure", ...[0, 1, 2, 3, 4].map((each) => `shade-${each}`));
    if (!area.met) return;
    const lines = of ? [area.place, `${of.title}: ${of.texts.get(area.code) ?? of.unknown}`] : [area.place];
    path.setTooltipContent(bcumap.label(area.name, ...lines));
    area.label = [area.name, ...lines].join(", ");
    element.setAttribute("aria-label", area.label);
    if (of) element.classList.add(shade(of, area.code));
  }

  function shade(of, code) {
    if (!of.values.has(code)) return "no-figure";
    return of.shades[of.breaks.filter((limit) => of.values.get(code) >= limit).length];
  }

  /* An entry of a legend lights the areas that look so, while it is pointed at or has the focus. */
  function light({ type, target }) {
    const isOver = type === "mouseover" || type === "focusin";
    const look = isOver ? target.closest?.(".bcumap-legend li")?.dataset.look : undefined;
    if (look === lit) return;
    lit = look;
    document.querySelectorAll(".bcumap-area").forEach((path) =>
      path.classList.toggle("dimmed", Boolean(look) && !path.classList.contains(look))
    );
  }

  let lit;
  ["mouseover", "focusin", "focusout"].forEach((type) => document.addEventListener(type, light));

  /* --- what is written on areas ------------------------------------------------------------- */

  const LETTER = [7, 15]; // about how wide and high a letter is (CSS pixels)
  bcumap.onPaper = 1.3; // letters are so much larger there

  /* Write on every area that is seen its value and its name, as far as they fit. BCUs without
     values have their names by a layer of their own. */
  bcumap.write = function (map) {
    map.bcumapTexts = map.bcumapTexts ?? L.layerGroup().addTo(map);
    map.bcumapTexts.clearLayers();
    const layer = map.bcumapLevels.find((each) => map.hasLayer(each));
    if (!layer) return; // a page that draws areas of its own
    const view = map.getBounds();
    const of = map.bcumapFigures;
    if (!of && layer.options.level === "bcus") return;
    const letter = LETTER.map((each) => each * (map.bcumapIsPrinted ? bcumap.onPaper : 1));
    layer.byCode.forEach((path) => {
      if (!view.intersects(path.getBounds())) return;
      const room = size(map, path);
      const value = path.area.met && of ? of.texts.get(path.area.code) : null;
      const fits = (text, lines) => text.length * letter[0] <= room.x && lines * letter[1] <= room.y;
      const name = fits(path.area.name, value ? 2.5 : 1.5) ? path.area.name : null;
      if (name || (value && fits(value, 1))) text(map, path, value, name);
    });
  };

  function size(map, path) {
    const bounds = path.getBounds();
    const [low, high] = [bounds.getSouthWest(), bounds.getNorthEast()].map((each) => map.latLngToLayerPoint(each));
    return L.point(high.x - low.x, low.y - high.y);
  }

  function text(map, path, value, name) {
    const note = document.createElement("span");
    if (value) note.append(Object.assign(document.createElement("b"), { textContent: value }));
    if (name) note.append(Object.assign(document.createElement("i"), { textContent: name }));
    const icon = L.divIcon({ className: "area-value", html: note, iconSize: null });
    const look = { interactive: false, keyboard: false, icon };
    L.marker(path.getCenter(), look).addTo(map.bcumapTexts);
  }

  /* Tell the page that someone chose an area. */
  bcumap.choose = function (map, area) {
    bcumap.mark(map, area);
    map.fire("bcumap:choose", { level: area.level, code: area.code });
  };

  /* Show an area as the chosen one, on its level or on the `level` that the map is to keep; `fit`
     also zooms to it. The mark is a line of its
     own: moving the polygon to the front would take the keyboard's focus from it. */
  bcumap.mark = async function (map, area, { fit = false, found = null, level = null } = {}) {
    map.fire("bcumap:marks"); // see mark.js
    map.bcumapChosen = area;
    if (!area) {
      const spot = found && L.latLng(found.lat, found.lon);
      goal(map, found && { bounds: L.latLngBounds(spot, spot), name: found.label });
      if (fit) bcumap.home(map);
    }
    const isOwn = map.getContainer().classList.contains("units"); // it draws areas of its own
    const shown = isOwn ? null : map.bcumapLevels.find((layer) => map.hasLayer(layer));
    if (!shown && !area) return void map.bcumapMark?.remove();
    if (found) markPossible(map, found.others);
    if (found?.splits && bcumap.urls.streets) offerMark(map, found);
    await shown?.ready;
    let layer = shown;
    if (area && !shown?.byCode.has(area.code)) {
      if (shown && level !== shown.options.level) layer = bcumap.show(map, area.level);
      else layer = map.bcumapLevels.find(({ options }) => options.level === area.level).fetched();
    }
    await layer.ready;
    if (map.bcumapChosen !== area) return; // another was chosen meanwhile
    if (map.bcumapMark) map.bcumapMark.remove();
    map.fire("bcumap:shown"); // see streets.js
    const path = area && layer.byCode.get(area.code);
    map.bcumapLevels.forEach(({ byCode }) =>
      byCode.forEach((each) => {
        if (each === path) each.getElement()?.setAttribute("aria-current", "true");
        else each.getElement()?.removeAttribute("aria-current");
      })
    );
    if (!path) return;
    bcumap.enterAt(layer, path);
    map.bcumapMark = cased(path.feature, "chosen").addTo(map);
    aim(map, path, found);
    if (fit) bcumap.home(map);
  };

  /* Look at an area before the areas of its level are drawn: else each would be placed twice. */
  bcumap.near = async function (map, area, found) {
    const layer = map.bcumapLevels.find(({ options }) => options.level === area.level).fetched();
    await layer.ready;
    const path = layer.byCode.get(area.code);
    if (!path) return;
    aim(map, path, found);
    bcumap.home(map);
  };

  /* Let the way back lead to an area and the place that was found there. */
  function aim(map, path, found) {
    const bounds = L.latLngBounds(path.getBounds().getSouthWest(), path.getBounds().getNorthEast());
    if (found) bounds.extend([found.lat, found.lon]);
    goal(map, { bounds, name: found ? found.label : path.feature.properties.name });
  }

  /* Outline the other wards that a place may be in, or those that a street runs through. */
  async function markPossible(map, codes) {
    if (!codes.length) return;
    const point = map.bcumapPoint;
    const wards = await bcumap.wards(map);
    if (map.bcumapPoint !== point) return; // another was asked for meanwhile
    codes.forEach((code) => {
      const path = wards.get(code);
      if (path) point.addLayer(cased(path.feature, "possible"));
    });
    map.bcumapPossible = codes;
    map.fire("bcumap:shown");
  }

  /* Whoever lives at a postcode that is split between wards can mark where. */
  function offerMark(map, found) {
    import(new URL(bcumap.urls["mark.js"], document.baseURI))
      .then(({ offer }) => map.bcumapPoint && offer(map, found))
      .catch((error) => console.warn(error));
  }

  /* The wards by their codes, as they are drawn. */
  bcumap.wards = async function (map) {
    const wards = map.bcumapLevels.find(({ options }) => options.level === "wards").fetched();
    await wards.ready;
    return wards.byCode;
  };

  /* Show the place that was asked for, or none. */
  bcumap.point = function (map, found) {
    if (map.bcumapPoint) map.bcumapPoint.remove();
    map.bcumapPoint = L.layerGroup().addTo(map);
    map.bcumapPossible = [];
    if (!found) return;
    const name = document.createElement("span");
    name.textContent = found.label;
    const look = { pane: "bcumap-point", interactive: false, className: "found-point", radius: 8 };
    L.circleMarker([found.lat, found.lon], look)
      .bindTooltip(name, { permanent: true, direction: "top", offset: [0, -8], className: "bcumap-tip" })
      .addTo(map.bcumapPoint);
  };

  /* An outline on a wider one in the colour of the ground, so that it is seen on every fill. */
  function cased(feature, name) {
    return L.layerGroup([outline(feature, "casing"), outline(feature, `${name}-line`)]);
  }

  function outline(feature, css) {
    return L.geoJSON(feature, {
      interactive: false,
      fill: false,
      className: css,
      pane: "bcumap-lines",
    });
  }

  /* --- layers to look at ----------------------------------------------------------------- */

  bcumap.shapes = function (options) {
    return new Linked(options, (features) =>
      features.map((feature) =>
        L.geoJSON(feature, { interactive: false, className: options.css, pane: "bcumap-river" })
      )
    );
  };

  bcumap.lines = function (options) {
    return new Linked(options, (features) =>
      features.map((feature) => outline(feature, options.css))
    );
  };

  bcumap.names = function (options) {
    return new Linked(options, (features) => {
      requestAnimationFrame(() => document.querySelectorAll(".bcumap").forEach(spread));
      return features.map(({ properties }) => {
        const name = document.createElement("span");
        name.dataset.code = properties.code;
        name.textContent = properties.name;
        return L.marker([properties.lat, properties.lon], {
          interactive: false,
          keyboard: false,
          icon: L.divIcon({ className: options.css, html: name, iconSize: null }),
        });
      });
    });
  };

  /* Where all of London is small, move names apart that stand on each other, up and down. */
  function spread(container) {
    const names = [...container.querySelectorAll(".bcu-name span")];
    names.forEach((name) => (name.style.marginTop = ""));
    if (!container.classList.contains("far")) return;
    const placed = names.map((name) => ({ name, box: name.getBoundingClientRect(), by: 0 }));
    placed.sort((a, b) => a.box.top - b.box.top);
    placed.forEach((upper, place) =>
      placed.slice(place + 1).forEach((lower) => {
        const across = Math.min(upper.box.right, lower.box.right) - Math.max(upper.box.left, lower.box.left);
        const down = upper.box.bottom - lower.box.top;
        if (across <= 0 || down <= 0) return;
        upper.by -= down / 2;
        lower.by += down / 2;
      })
    );
    placed.forEach(({ name, by }) => (name.style.marginTop = by && `${by}px`));
  }

  /* --- what is seen of London --------------------------------------------------------------- */

  /* Centre and zoom, as a link says them: "51.5072,-0.1276,11.25". */
  function view(map) {
    const { lat, lng } = map.getCenter();
    return [lat.toFixed(4), lng.toFixed(4), Number(map.getZoom().toFixed(2))].join();
  }

  /* Move the map so that it is no choice of a visitor's. */
  function settle(map, move) {
    map.bcumapSettles = true;
    move();
    map.bcumapSettles = false;
    map.bcumapView = view(map);
  }

  /* Tell the page what is seen when somebody has moved the map. */
  function moved(map) {
    if (map.bcumapSettles || view(map) === map.bcumapView) return;
    map.bcumapView = view(map);
    map.bcumapIsHome = false;
    map.fire("bcumap:moved", { view: map.bcumapView });
  }

  /* Look at what a link says. */
  bcumap.look = function (map, at) {
    const [lat, lon, zoom] = at.split(",").map(Number);
    map.bcumapIsHome = false;
    settle(map, () => map.setView([lat, lon], zoom, { animate: false }));
  };

  /* Look at the area or place that was asked for, or at all of London. */
  bcumap.home = function (map) {
    const nearest = map.bcumapGoal ? CLOSE : {};
    const bounds = map.bcumapGoal?.bounds ?? map.bcumapLondon;
    settle(map, () => map.fitBounds(bounds, { ...nearest, animate: false }));
    map.bcumapIsHome = true;
  };

  /* --- the switch between levels --------------------------------------------------------- */

  bcumap.levels = function (map, layers, bounds, streets) {
    map.bcumapLevels = layers;
    map.attributionControl.setPrefix(false);
    map.keyboard.disable(); // the areas are the map's one tab stop, and the arrows go among them
    map.getContainer().tabIndex = -1;
    map.getContainer().style.setProperty("--on-paper", bcumap.onPaper);
    panes(map);
    tools(map, layers, bounds, streets);
    touch(map);
    const seen = () => {
      map.getContainer().classList.toggle("far", map.getZoom() < 9.75);
      bcumap.write(map);
      spread(map.getContainer());
    };
    map.on("moveend", seen);
    map.on("moveend", () => nearStreets(map));
    map.on("moveend", () => moved(map));
    ["beforeprint", "afterprint"].forEach((type) =>
      addEventListener(type, () => {
        map.bcumapIsPrinted = type === "beforeprint";
        bcumap.write(map);
      })
    );
    map.bcumapLondon = bounds;
    bcumap.home(map);
    seen();
    // The wheel scrolls the page until someone works with the map.
    map.on("mousedown focus", () => map.scrollWheelZoom.enable());
    map.on("mouseout blur", () => map.scrollWheelZoom.disable());
    document.addEventListener("keydown", ({ key }) => key === "Escape" && uncover(map));
    new ResizeObserver(() => resize(map)).observe(map.getContainer());
  };

  /* Take away what covers a part of the map: what was opened, and the name beside the pointer. */
  function uncover(map) {
    map.closePopup();
    map.eachLayer((layer) => {
      if (layer.getTooltip?.()?.options.sticky) layer.closeTooltip();
    });
  }

  const STREETS_FROM = 13; // as maps/looks.py says, which the script itself will be told

  /* Streets are loaded when somebody first comes near enough, where there are any. */
  function nearStreets(map) {
    if (map.getZoom() >= STREETS_FROM && bcumap.urls.streets) bcumap.streets(map);
  }

  bcumap.streets = function (map) {
    const { urls } = bcumap;
    map.bcumapStreets = map.bcumapStreets || import(new URL(urls["streets.js"], document.baseURI))
      .then(({ default: Streets }) => new Streets(map, urls.streets))
      .catch((error) => console.warn(error)); // the areas are there without
    return map.bcumapStreets;
  };

  /* Show the same part of London in a map that has become smaller or larger: what was asked for, as
     long as nobody moved it. */
  function resize(map) {
    const [shown, before] = [map.getBounds(), map.getSize().x];
    settle(map, () => map.invalidateSize({ pan: false }));
    if (!before || map.getSize().x === before) return;
    if (map.bcumapIsHome) bcumap.home(map);
    else settle(map, () => map.fitBounds(shown, { animate: false }));
  }

  /* --- what stands above the map ------------------------------------------------------------ */

  /* The level of areas, the way back, streets and full screen, in a line above the map. */
  function tools(map, layers, bounds, streets) {
    const container = map.getContainer();
    const frame = container.closest(".bcumap-frame") ?? framed(container);
    const box = L.DomUtil.create("div", "bcumap-tools");
    container.before(box);
    const said = L.DomUtil.create("span", "bcumap-heard");
    said.setAttribute("role", "status");
    box.append(levelSwitch(map, layers, said));
    if (streets) box.append(streetSwitch(map, streets, said));
    const back = () => {
      bcumap.home(map);
      map.fire("bcumap:moved", { view: null });
    };
    map.bcumapBack = button("back", "", back);
    map.bcumapBack.hidden = true;
    const away = () => (map.bcumapGoal ? map.fitBounds(bounds, { animate: false }) : back());
    box.append(map.bcumapBack, button("london", "All of London", away));
    if (document.fullscreenEnabled) {
      const full = () => (document.fullscreenElement ? document.exitFullscreen() : frame.requestFullscreen());
      const toggle = button("full", "Full screen", full);
      frame.addEventListener("fullscreenchange", () => {
        toggle.textContent = document.fullscreenElement ? "Leave full screen" : "Full screen";
      });
      box.append(toggle);
    }
    box.append(said);
  }

  function framed(container) {
    const frame = document.createElement("div");
    frame.className = "bcumap-frame";
    container.replaceWith(frame);
    frame.append(container);
    return frame;
  }

  function button(css, text, act) {
    const made = L.DomUtil.create("button", css);
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  /* Where the way back leads: an area with its bounds and name, or nowhere. */
  function goal(map, wanted) {
    map.bcumapGoal = wanted;
    map.bcumapIsHome = false;
    if (!map.bcumapBack) return;
    map.bcumapBack.hidden = !wanted;
    map.bcumapBack.textContent = wanted ? `Back to ${wanted.name}` : "";
  }

  function levelSwitch(map, layers, said) {
    const box = L.DomUtil.create("fieldset", "bcumap-levels");
    const legend = L.DomUtil.create("legend", "bcumap-heard", box);
    legend.textContent = "Areas to choose from";
    layers.forEach(({ options }) => {
      const item = L.DomUtil.create("label", "", box);
      const radio = L.DomUtil.create("input", "", item);
      radio.type = "radio";
      radio.name = "bcumap-level";
      radio.value = options.level;
      radio.checked = options.level === "bcus";
      radio.addEventListener("change", () => {
        bcumap.show(map, options.level);
        const shown = document.querySelector(".bcumap-table") ? "The map and the table show" : "The map shows";
        said.textContent = `${shown} ${options.plural === "BCUs" ? "BCUs" : options.plural.toLowerCase()}.`;
        map.fire("bcumap:level", { level: options.level });
      });
      L.DomUtil.create("span", "", item).textContent = options.plural;
    });
    return box;
  }

  /* One choice of streets: our own, which come when somebody is near, a map below, or none. */
  function streetSwitch(map, streets, said) {
    const own = bcumap.background; // of the deployer's choice, instead of OpenStreetMap's own
    if (own) {
      streets.setUrl(own.url, true);
      Object.assign(streets.options, { attribution: own.credit, maxNativeZoom: own.maxZoom, referrerPolicy: "strict-origin-when-cross-origin" });
    }
    const item = L.DomUtil.create("label", "streets");
    item.append("Streets ");
    const menu = L.DomUtil.create("select", "", item);
    menu.setAttribute("aria-label", "Streets");
    const theirs = own ? "Background map" : "OpenStreetMap’s own map";
    const ways = { own: "when zoomed in", theirs, none: "none" };
    if (!bcumap.urls?.streets) delete ways.own;
    for (const [way, text] of Object.entries(ways)) menu.add(new Option(text, way));
    const choose = (way) => {
      menu.value = way;
      map.bcumapHidesStreets = way !== "own"; // see streets.js
      map.bcumapStreets?.then((drawn) => drawn?.turn(way === "own"));
      if (way === "theirs") map.addLayer(streets);
      else map.removeLayer(streets);
    };
    menu.value = ways.own ? "own" : "none";
    menu.addEventListener("change", () => {
      choose(menu.value);
      map.fire("bcumap:streets", { on: menu.value !== "none" });
      if (isOurs) map.fire("bcumap:background", { on: menu.value === "theirs" });
    });
    // A link may turn on what our own server has; other hosts hear of nobody who did not turn it on.
    const isOurs = own && new URL(own.url, document.baseURI).origin === location.origin;
    map.bcumapChooseStreets = (isOn, isBelow) => {
      if (isBelow && isOurs) choose("theirs");
      else if (menu.value !== "theirs" || isOurs) choose(isOn && ways.own ? "own" : "none");
    };
    streets.on("tileerror", () => {
      if (menu.value !== "theirs") return; // of many tiles
      said.classList.remove("bcumap-heard");
      said.textContent = "The street map could not be loaded.";
      if (ways.own) choose("own"); // what is there
    });
    return item;
  }

  /* --- touch ---------------------------------------------------------------------------------- */

  /* One finger scrolls the page, two move the map; in full screen one is enough. */
  function touch(map) {
    if (!matchMedia("(pointer: coarse)").matches) return;
    const container = map.getContainer();
    const hint = L.DomUtil.create("p", "bcumap-hint", container);
    hint.setAttribute("aria-hidden", "true");
    hint.textContent = "Use two fingers to move the map";
    const settle = () => (document.fullscreenElement ? map.dragging.enable() : map.dragging.disable());
    settle();
    document.addEventListener("fullscreenchange", settle);
    const moved = (event) => {
      const isMap = event.touches.length > 1;
      if (isMap) event.preventDefault(); // or the page would zoom
      hint.classList.toggle("seen", !isMap && !map.dragging.enabled());
    };
    container.addEventListener("touchmove", moved, { passive: false });
    ["touchend", "touchcancel"].forEach((end) =>
      container.addEventListener(end, () => hint.classList.remove("seen"))
    );
  }

  /* Put one level on the map and take the others off. */
  bcumap.show = function (map, level) {
    map.bcumapLevels.forEach((layer) => {
      if (layer.options.level !== level) map.removeLayer(layer);
    });
    const layer = map.bcumapLevels.find((each) => each.options.level === level);
    map.addLayer(layer);
    if (map.bcumapShading) bcumap.shade(map, map.bcumapShading);
    layer.ready.then(() => bcumap.write(map)).then(() => map.fire("bcumap:shown"));
    const radio = map.getContainer().closest(".bcumap-frame").querySelector(`input[value="${level}"]`);
    if (radio) radio.checked = true;
    return layer;
  };

  /* What lies upon what, and the patterns that stand for "not the Met" (class `city`) and for "no
     figure". */
  function panes(map) {
    Object.entries({ river: 340, wards: 445, lines: 450, point: 460 }).forEach(([name, zIndex]) => {
      Object.assign(map.createPane(`bcumap-${name}`).style, { zIndex, pointerEvents: "none" });
    });
    map.createPane("bcumap-counters").style.zIndex = 610; // above the values, which are markers too
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("width", "0");
    svg.setAttribute("height", "0");
    svg.style.position = "absolute";
    svg.innerHTML =
      '<defs><pattern id="bcumap-hatch" width="6" height="6" patternUnits="userSpaceOnUse" ' +
      'patternTransform="rotate(45)"><rect width="6" height="6" class="hatch-ground"/>' +
      '<rect width="2" height="6" class="hatch-line"/></pattern>' +
      '<pattern id="bcumap-no-figure" width="7" height="7" patternUnits="userSpaceOnUse">' +
      '<rect width="7" height="7" class="hatch-ground"/>' +
      '<path d="M0 0 7 7M7 0 0 7" class="hatch-thin"/></pattern></defs>';
    map.getContainer().appendChild(svg);
  }
})();
