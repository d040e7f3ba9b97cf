/* The buttons that save the map as it is seen: its part of London, its level, measure and date. The
   server draws it; see maps/request.py for what it may be asked. The tables of the page have buttons
   of their own. */
import { theMap } from "./dates.js";
import { keep, keepTable } from "./keep.js";

const ASKED = ["level", "measure", "area", "on", "closed", "title"];

document.addEventListener("click", keepTable);

export default function ({ parentElement, data: [data] }) {
  const root = parentElement.querySelector(".bcumap-save");
  root.data = data;
  const link = root.querySelector(".data");
  link.href = data.download;
  link.onclick = () => (link.href = dataLink(data));
  root.querySelectorAll("button").forEach((button) => {
    button.onclick = () => save(root, button.dataset.form);
  });
}

/* What is asked for, with the date that the page has moved to since. */
function wish(data) {
  return data.on ? { ...data, on: document.bcumapDate ?? data.on } : data;
}

function dataLink(data) {
  const { layer, level, on, parameter, area } = wish(data);
  const given = Object.entries({ layer, level, on, [parameter]: area }).filter(([, value]) => value);
  return `${data.download}?${new URLSearchParams(given)}`;
}

async function save(root, form) {
  const asked = wish(root.data);
  const said = root.querySelector(".said");
  const given = ASKED.map((name) => [name, asked[name]]).filter(([, value]) => value);
  const query = new URLSearchParams([...given, ...(await seen())]);
  said.textContent = "Drawing …";
  try {
    const reply = await fetch(`${asked.picture}${form}?${query}`, body(asked.values));
    if (!reply.ok) throw new Error(await reply.text());
    const name = /filename="([^"]+)"/.exec(reply.headers.get("Content-Disposition"))[1];
    keep(await reply.blob(), name);
    said.textContent = `${name} is saved.`;
  } catch (error) {
    said.textContent = `No picture: ${error.message}.`;
  }
}

/* The part of London that is seen, and whether with streets. */
async function seen() {
  const map = await theMap();
  const bounds = map.getBounds();
  const sides = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  const view = ["view", sides.map((degrees) => degrees.toFixed(4)).join(",")];
  return map.getContainer().classList.contains("with-streets") ? [view, ["streets", "1"]] : [view];
}

/* Figures of a visitor's own go with the request and are kept nowhere. */
function body(values) {
  if (!values) return {};
  const lines = Object.entries(values).filter(([, value]) => value !== null);
  return { method: "POST", body: `code,value\n${lines.map((line) => `${line}\n`).join("")}` };
}
