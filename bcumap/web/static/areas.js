/* Leaflet layers of linked areas: fetches TopoJSON, draws it, and lets every polygon be hovered,
   tabbed to and opened. Text from data only ever becomes text, never HTML. */
(function () {
  "use strict";

  const bcumap = (window.bcumap = window.bcumap || {});
  bcumap.urls = bcumap.urls || {}; // file name -> where it is served; the name itself otherwise
  const files = new Map();
  const CLOSE = { maxZoom: 14, padding: [24, 24] }; // how near an area is shown

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

  /* The features of one object of a TopoJSON document (its specification: section 2). */
  bcumap.features = function (topology, object) {
    const { scale, translate } = topology.transform;
    const arcs = topology.arcs.map((steps) => {
      let x = 0;
      let y = 0;
      return steps.map(([dx, dy]) => {
        x += dx;
        y += dy;
        return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
      });
    });
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
      this.ready = this.ready || this._fetch();
    },
    getAttribution: function () {
      return this.options.attribution;
    },
    _fetch: function () {
      return bcumap
        .load(this.options.file)
        .then((topology) => this._draw(bcumap.features(topology, this.options.level)))
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
      Linked.prototype.initialize.call(this, options, (features) => this._areas(features));
    },
    _areas: async function (features) {
      const areas = await bcumap.load("areas.topojson");
      const boroughs = areas.objects.boroughs.geometries.map((shape) => shape.properties);
      const context = new Map(boroughs.map((borough) => [borough.code, borough]));
      if (this.options.level === "bcus") features = features.concat(city(areas));
      return features
        .sort((a, b) => a.properties.name.localeCompare(b.properties.name, "en"))
        .map((feature) => this._area(feature, context));
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
      const kind = bcu ? this.options.one : `policed by the ${this.options.city}, not the Met`;
      const place = level === "wards" ? `${kind} in ${borough.name}` : kind;
      path.area = { level, code, name, place, met: Boolean(bcu), label: `${name}, ${place}` };
      path.bindTooltip(bcumap.label(name, place), { sticky: true, className: "bcumap-tip" });
      path.on("click", () => bcumap.choose(this._map, path.area));
      path.on("add", () => this._makeReachable(path));
      this.byCode.set(code, path);
      return path;
    },
    _makeReachable: function (path) {
      const element = path.getElement();
      element.setAttribute("tabindex", "0");
      element.setAttribute("role", "button");
      element.setAttribute("aria-label", path.area.label);
      element.setAttribute("data-code", path.area.code);
      if (element.bcumapReachable) return;
      element.bcumapReachable = true;
      L.DomEvent.on(element, "keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        L.DomEvent.stop(event);
        bcumap.choose(this._map, path.area);
      });
      L.DomEvent.on(element, "focus", () => {
        if (!element.matches(":focus-visible")) return;
        if (!this._map.getBounds().intersects(path.getBounds())) this._map.panTo(path.getCenter());
        path.openTooltip(path.getCenter());
      });
      L.DomEvent.on(element, "blur", () => path.closeTooltip());
    },
  });

  /* The City of London as an area of its own among the BCUs: it belongs to none. */
  function city(areas) {
    return bcumap.features(areas, "boroughs").filter((feature) => !feature.properties.parent);
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
     visitor (by code), its `decimals` (null: per cent), the limits `breaks` between its classes,
     and what is said where there is no figure (`unknown`); where they differ, the `scale` and
     `unit` in which it is written, or `words` for its values. `unlabelled`: no value is written
     on the map, because something else stands there. */
  bcumap.shade = async function (map, shading) {
    map.bcumapShading = shading;
    if (map.bcumapValues) map.bcumapValues.remove();
    map.bcumapValues = L.layerGroup().addTo(map);
    map.getContainer().classList.toggle("shaded", Boolean(shading));
    const layer = map.bcumapLevels.find((each) => map.hasLayer(each));
    const { level } = layer.options;
    const facts = shading ? await bcumap.load("facts.json") : null;
    await layer.ready;
    if (map.bcumapShading !== shading || !map.hasLayer(layer)) return; // another came meanwhile
    const of = shading && figures(shading[level], facts[level]);
    layer.byCode.forEach((path) => paint(path, of));
    const labelled = of && !shading.unlabelled && layer.byCode.size <= LABELLED;
    if (labelled) layer.byCode.forEach((path) => write(map, path, of));
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
      const least = !measure.values && officers.at_least ? "≥ " : "";
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
    return `shade-${of.breaks.filter((limit) => of.values.get(code) >= limit).length}`;
  }

  /* Write a value upon its area. */
  function write(map, path, of) {
    const text = path.area.met && of.texts.get(path.area.code);
    if (!text) return;
    const note = document.createElement("span");
    note.textContent = text;
    const icon = L.divIcon({ className: "area-value", html: note, iconSize: null });
    const look = { interactive: false, keyboard: false, icon };
    L.marker(path.getCenter(), look).addTo(map.bcumapValues);
  }

  /* Tell the page that someone chose an area. */
  bcumap.choose = function (map, area) {
    bcumap.mark(map, area);
    map.fire("bcumap:choose", { level: area.level, code: area.code });
  };

  /* Show an area as the chosen one, on its level; `fit` also zooms to it. The mark is a line of its
     own: moving the polygon to the front would take the keyboard's focus from it. */
  bcumap.mark = async function (map, area, { fit = false, found = null } = {}) {
    map.bcumapChosen = area;
    if (fit && !area && found) map.setView([found.lat, found.lon], CLOSE.maxZoom, { animate: false });
    const shown = map.bcumapLevels.find((layer) => map.hasLayer(layer));
    if (!shown) return; // a page that draws areas of its own
    await shown.ready;
    const layer = !area || shown.byCode.has(area.code) ? shown : bcumap.show(map, area.level);
    await layer.ready;
    if (map.bcumapChosen !== area) return; // another was chosen meanwhile
    if (map.bcumapMark) map.bcumapMark.remove();
    const path = area && layer.byCode.get(area.code);
    map.bcumapLevels.forEach(({ byCode }) =>
      byCode.forEach((each) => each.getElement()?.toggleAttribute("aria-current", each === path))
    );
    if (!path) return;
    map.bcumapMark = outline(path.feature, "chosen-line").addTo(map);
    const bounds = path.getBounds();
    if (found) bounds.extend([found.lat, found.lon]);
    if (fit) map.fitBounds(bounds, { ...CLOSE, animate: false });
    if (found) markPossible(map, layer, found.others);
  };

  /* Outline the other wards that a place may be in. */
  function markPossible(map, layer, codes) {
    codes.forEach((code) => {
      const path = layer.byCode.get(code);
      if (path) map.bcumapPoint.addLayer(outline(path.feature, "possible-line"));
    });
  }

  /* Show the place that was asked for, or none. */
  bcumap.point = function (map, found) {
    if (map.bcumapPoint) map.bcumapPoint.remove();
    map.bcumapPoint = L.layerGroup().addTo(map);
    if (!found) return;
    const name = document.createElement("span");
    name.textContent = found.label;
    const look = { pane: "bcumap-point", interactive: false, className: "found-point", radius: 8 };
    L.circleMarker([found.lat, found.lon], look)
      .bindTooltip(name, { permanent: true, direction: "top", offset: [0, -8], className: "bcumap-tip" })
      .addTo(map.bcumapPoint);
  };

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
        L.geoJSON(feature, { interactive: false, className: options.css })
      )
    );
  };

  bcumap.lines = function (options) {
    return new Linked(options, (features) =>
      features.map((feature) => outline(feature, options.css))
    );
  };

  bcumap.names = function (options) {
    return new Linked(options, (features) =>
      features.map(({ properties }) => {
        const name = document.createElement("span");
        name.dataset.short = properties.code;
        name.textContent = properties.name;
        return L.marker([properties.lat, properties.lon], {
          interactive: false,
          keyboard: false,
          icon: L.divIcon({ className: options.css, html: name, iconSize: null }),
        });
      })
    );
  };

  /* --- the switch between levels --------------------------------------------------------- */

  bcumap.levels = function (map, layers, bounds) {
    map.bcumapLevels = layers;
    map.attributionControl.setPrefix("Leaflet");
    hatch(map);
    const control = L.control({ position: "topleft" });
    control.onAdd = () => levelSwitch(map, layers);
    control.addTo(map);
    const markZoom = () => map.getContainer().classList.toggle("far", map.getZoom() < 9.75);
    map.on("zoomend", markZoom);
    map.fitBounds(bounds, { animate: false });
    markZoom();
    // The wheel scrolls the page until someone works with the map.
    map.on("mousedown focus", () => map.scrollWheelZoom.enable());
    map.on("mouseout blur", () => map.scrollWheelZoom.disable());
    new ResizeObserver(() => resize(map)).observe(map.getContainer());
  };

  /* Show the same part of London in a map that has become smaller or larger. */
  function resize(map) {
    const shown = map.getBounds();
    const before = map.getSize().x;
    map.invalidateSize({ pan: false });
    if (before && map.getSize().x !== before) map.fitBounds(shown, { animate: false });
  }

  function levelSwitch(map, layers) {
    const box = L.DomUtil.create("fieldset", "bcumap-levels leaflet-bar");
    const legend = L.DomUtil.create("legend", "", box);
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
        map.fire("bcumap:level", { level: options.level });
      });
      L.DomUtil.create("span", "", item).textContent = options.plural;
    });
    L.DomEvent.disableClickPropagation(box);
    return box;
  }

  /* Put one level on the map and take the others off. */
  bcumap.show = function (map, level) {
    map.bcumapLevels.forEach((layer) => {
      if (layer.options.level !== level) map.removeLayer(layer);
    });
    const layer = map.bcumapLevels.find((each) => each.options.level === level);
    map.addLayer(layer);
    if (map.bcumapShading) bcumap.shade(map, map.bcumapShading);
    const radio = map.getContainer().querySelector(`input[value="${level}"]`);
    if (radio) radio.checked = true;
    return layer;
  };

  /* The patterns that stand for "not the Met" (class `city`) and for "no figure". */
  function hatch(map) {
    map.createPane("bcumap-lines").style.zIndex = 450;
    map.getPane("bcumap-lines").style.pointerEvents = "none";
    map.createPane("bcumap-point").style.zIndex = 460;
    map.getPane("bcumap-point").style.pointerEvents = "none";
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
