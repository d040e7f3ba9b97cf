/* The table beside the map: the same facts, sortable by every column, read from the linked facts. */
import { load } from "./files.js";
import { expectAnswer, linkTo } from "./search.js";

const decimals = (digits) =>
  new Intl.NumberFormat("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const percent = new Intl.NumberFormat("en-GB", { style: "percent" });
const [whole, tenths, hundredths] = [0, 1, 2].map(decimals);
// How a column of a kind is written; a column of another kind is text.
const show = {
  count: (value) => whole.format(value),
  tenths: (value) => tenths.format(value),
  hundredths: (value) => hundredths.format(value),
  percent: (value) => percent.format(value),
};
// "At least", where a part of an area is unknown.
const BOUNDED = new Set(["fte", "fte_per_ward", "fte_per_10k", "share_of_commitment"]);

/* A row's values by column, with what nobody knows as null; `given` are columns of a visitor. */
function rows(all, level, given) {
  const { bcus, boroughs } = all;
  return Object.entries(all[level]).map(([code, row]) => {
    const borough = level === "wards" ? boroughs[row.borough_code] : row;
    const bcu = level === "bcus" ? row : bcus[borough.bcu_code];
    const theirs = Object.entries(given).map(([key, values]) => [key, values[code] ?? null]);
    return {
      ...row.officers,
      code,
      name: row.name,
      bcu: bcu ? bcu.name : null,
      borough: level === "wards" ? borough.name : null,
      boroughs: level === "bcus" ? row.boroughs.map((each) => boroughs[each].name).join(", ") : null,
      wards: row.wards,
      area_km2: row.area_km2,
      residents: row.residents,
      met: Boolean(bcu),
      ...Object.fromEntries(theirs),
    };
  });
}

function compare(column, falling) {
  return (a, b) => {
    const [x, y] = [a[column] ?? null, b[column] ?? null];
    if (x === null && y === null) return b.met - a.met; // what is not the Met's at the end
    if (x === null || y === null) return (x === null) - (y === null); // unknown last, either way
    const order = typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en");
    return falling ? -order : order;
  };
}

export default function ({ parentElement, data: [data], setTriggerValue }) {
  const root = parentElement.querySelector(".bcumap-table");
  const state = (root.state = root.state || { sort: "name", falling: false });
  state.choose = (code) => {
    const area = { level: data.level, code };
    setTriggerValue("choose", area);
    expectAnswer(linkTo(area));
  };
  load(data.url).then(
    (all) => render(root, state, data, rows(all, data.level, data.given ?? {})),
    () => root.replaceChildren("The table could not be loaded. Reload the page to try again."),
  );
}

/* See save.js: it saves the table that comes after its button. */
function saveButton(caption) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "bcumap-csv";
  button.textContent = "CSV";
  button.ariaLabel = `Save “${caption}” as CSV`;
  return button;
}

function render(root, state, data, list) {
  if (data.sort !== state.wanted) [state.sort, state.falling] = [data.sort ?? "name", Boolean(data.sort)];
  state.wanted = data.sort;
  if (!data.columns.some(([key]) => key === state.sort)) [state.sort, state.falling] = ["name", false];
  list.sort(compare(state.sort, state.falling));
  const table = document.createElement("table");
  const caption = table.createCaption();
  caption.textContent = data.caption;
  const head = table.createTHead().insertRow();
  data.columns.forEach(([key, title, kind]) => head.append(header(key, title, kind)));
  const body = table.createTBody();
  list.forEach((row) => body.append(line(row)));
  const focused = root.contains(document.activeElement) && document.activeElement.dataset.key;
  root.replaceChildren(saveButton(data.caption), table);
  if (focused) root.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();

  function header(key, title, kind) {
    const cell = document.createElement("th");
    const button = document.createElement("button");
    cell.scope = "col";
    cell.className = kind in show ? "number" : "";
    button.type = "button";
    button.dataset.key = key;
    button.textContent = title;
    if (state.sort === key) cell.ariaSort = state.falling ? "descending" : "ascending";
    button.onclick = () => {
      state.falling = state.sort === key ? !state.falling : kind in show;
      state.sort = key;
      render(root, state, data, list);
    };
    cell.append(button);
    return cell;
  }

  function line(row) {
    const element = document.createElement("tr");
    element.className = row.code === data.chosen ? "chosen" : "";
    element.dataset.code = row.code;
    data.columns.forEach(([key, , kind]) => {
      const cell = document.createElement(key === "name" ? "th" : "td");
      if (key === "name") {
        const button = document.createElement("button");
        cell.scope = "row";
        button.type = "button";
        button.dataset.key = row.code;
        button.textContent = row.name;
        if (row.code === data.chosen) button.ariaCurrent = "true";
        button.onclick = () => state.choose(row.code);
        cell.append(button);
      } else {
        const value = row[key] ?? null;
        cell.className = kind in show ? "number" : "";
        // What the Met does not do in the City is not unknown: the cell is empty.
        const unknown = row.met || !data.of_met.includes(key) ? data.unknown[key] ?? "" : "";
        const bound = row.at_least && BOUNDED.has(key) ? "≥ " : "";
        cell.textContent = value === null ? unknown : bound + (show[kind] || String)(value);
        if (value === null) cell.classList.add("unknown");
        else if (kind in show && !bound) cell.dataset.value = value;
      }
      element.append(cell);
    });
    return element;
  }
}
