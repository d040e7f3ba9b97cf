import { chooseHere, onReturn, see, seen } from "./links.js";
import { expectAnswer, linkTo } from "./search.js";

/* The map as a Streamlit component (components v2): draws it once, then only moves the mark. */
const scripts = new Map();

function load(url) {
  if (!scripts.has(url)) {
    scripts.set(
      url,
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = url;
        script.async = false;
        script.onload = resolve;
        script.onerror = () => reject(new Error(`${url} did not load`));
        document.head.appendChild(script);
      })
    );
  }
  return scripts.get(url);
}

function draw(parentElement, data) {
  const root = parentElement.querySelector(".bcumap");
  ["small", "units"].forEach((look) => root.classList.toggle(look, data.look === look));
  if (!root.drawing) {
    window.bcumap = window.bcumap || {};
    window.bcumap.urls = data.urls;
    window.bcumap.wardPage = (code) => data.urls.ward + code;
    window.bcumap.background = data.background;
    const { urls } = data;
    root.drawing = Promise.all(
      ["leaflet.js", "areas.js", "map.js"].map((name) => load(urls[name]))
    ).then(() => begin(root, window.bcumap.draw()));
  }
  return root.drawing.then((map) => ({ root, map }));
}

/* The map of the page: what is seen of it is in the link. */
function begin(root, map) {
  root.map = map;
  map.on("bcumap:moved", ({ view }) => see("at", (root.at = view)));
  map.on("bcumap:background", ({ on }) => see("background", on ? "1" : null));
  map.on("bcumap:streets", ({ on }) => see("streets", on ? null : "0"));
  onReturn(root, () => look(root, map));
  return map;
}

/* Look at what the link says, if it says something else than before: if that is nothing, at what was
   asked for, unless that is other, too, and about to be marked. */
function look(root, map, isOther = false) {
  map.bcumapChooseStreets?.(seen("streets") === null, seen("background") !== null);
  const at = seen("at");
  if (at === (root.at ?? null)) return;
  root.at = at;
  if (at) window.bcumap.look(map, at);
  else if (!isOther) window.bcumap.home(map);
}

/* Shade the map anew if it is to be shaded otherwise. */
function shade(root, map, shading) {
  if (shading === "kept") return; // something else on the page shades it
  const wanted = JSON.stringify(shading);
  if (wanted === (root.shading ?? "null")) return;
  root.shading = wanted;
  window.bcumap.shade(map, shading);
}

export default function (component) {
  const { parentElement, setTriggerValue } = component;
  const [data] = component.data;
  let gone = false;
  draw(parentElement, data)
    .then(async ({ root, map }) => {
      if (gone) return;
      map.off("bcumap:choose").on("bcumap:choose", ({ level, code }) => {
        root.chosen = `${level}/${code}`;
        chooseHere(code);
        setTriggerValue("choose", { level, code });
        expectAnswer(linkTo({ level, code }));
      });
      map.off("bcumap:level").on("bcumap:level", ({ level }) => setTriggerValue("level", level));
      const { chosen, found } = data;
      const before = root.chosen;
      const wanted = chosen ? `${chosen.level}/${chosen.code}` : "";
      const spot = found ? `${found.lat},${found.lon}` : "";
      const isOther = wanted !== (root.chosen || "") || spot !== (root.spot || "");
      if (isOther && chosen && !seen("at")) await window.bcumap.near(map, chosen, found);
      if (gone || root.chosen !== before) return; // another was chosen meanwhile
      if (data.level && data.level !== root.level) window.bcumap.show(map, data.level);
      root.level = data.level;
      shade(root, map, data.shading);
      window.bcumap.point(map, data.found);
      look(root, map, isOther);
      if (!isOther) return;
      [root.chosen, root.spot] = [wanted, spot];
      window.bcumap.mark(map, chosen, { fit: !root.at, found, level: data.level });
    })
    .catch((error) => console.error(error));
  return () => {
    gone = true;
  };
}
