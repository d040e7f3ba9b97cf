/* The table beside the map: the same facts, sortable by every column, read from the linked facts. */
import { load } from "./files.js";
import { onReturn, see, seen } from "./links.js";
import { expectAnswer, linkTo } from "./search.js";

const FEW = 7; // rows of a longer table that are shown at first; all of them from the button
const MANY = 40;
const isPhone = () => matchMedia("(max-width: 640px)").matches;

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
  if (!root.state) onReturn(root, () => root.state.draw?.());
  const state = (root.state = root.state || {});
  state.choose = (code) => {
    const area = { level: data.level, code };
    setTriggerValue("choose", area);
    expectAnswer(linkTo(area));
  };
  load(data.url).then(
    (all) => {
      const list = rows(all, data.level, data.given ?? {});
      state.draw = () => render(root, state, data, list);
      state.draw();
    },
    () => root.replaceChildren("The table could not be loaded. Reload the page to try again."),
  );
}

/* The column that the link sorts by, if the table has it, and whether it falls; else its own. */
function order({ columns, sort }) {
  const [, falls, column] = /^(-?)(.*)$/.exec(seen("sort") ?? "");
  if (columns.some(([key]) => key === column)) return [column, Boolean(falls)];
  return [sort ?? "name", Boolean(sort)];
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
  const [sorted, falling] = order(data);
  list.sort(compare(sorted, falling));
  const table = document.createElement("table");
  const caption = table.createCaption();
  const heading = document.createElement("h2");
  heading.textContent = data.caption;
  caption.append(heading);
  const head = table.createTHead().insertRow();
  data.columns.forEach(([key, title, kind]) => head.append(header(key, title, kind)));
  const body = table.createTBody();
  list.forEach((row) => body.append(line(row)));
  const focused = root.contains(document.activeElement) && document.activeElement.dataset.key;
  const scroll = document.createElement("div");
  scroll.append(saveButton(data.caption), table);
  const more = moreButton();
  root.replaceChildren(skip(), ...(list.length > FEW ? [filter()] : []), scroll, more, after());
  fold();
  if (focused) root.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();

  function skip() {
    const link = document.createElement("a");
    link.className = "bcumap-skip";
    link.href = "#bcumap-after-table";
    link.textContent = "Skip the table";
    return link;
  }

  function after() {
    const place = document.createElement("span");
    place.id = "bcumap-after-table";
    place.tabIndex = -1;
    return place;
  }

  /* A box that leaves the rows with its words. */
  function filter() {
    const label = document.createElement("label");
    const box = document.createElement("input");
    label.className = "filter";
    box.type = "search";
    box.dataset.key = "filter";
    box.value = state.filter ?? "";
    box.oninput = () => {
      state.filter = box.value;
      fold();
    };
    label.append("Show only rows with ", box);
    return label;
  }

  function moreButton() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "more";
    button.onclick = () => {
      state.all = true;
      fold();
      body.rows[FEW]?.querySelector("button")?.focus();
    };
    return button;
  }

  /* Hide what the filter leaves out, and of a long table all but its first rows and the chosen one;
     they stay in the table, for whoever saves it. */
  function fold() {
    const words = (state.filter ?? "").trim().toLowerCase();
    const rows = [...body.rows];
    const chosen = body.querySelector("tr.chosen");
    const fit = rows.filter((row) => !words || row.textContent.toLowerCase().includes(words));
    const isLong = fit.length > (isPhone() ? FEW : MANY) && !state.all;
    const shown = new Set(isLong ? fit.slice(0, FEW) : fit);
    if (isLong && chosen && !words && !shown.has(chosen)) {
      body.prepend(chosen);
      shown.add(chosen);
    }
    rows.forEach((row) => (row.hidden = !shown.has(row)));
    more.hidden = !isLong;
    more.textContent = `Show all ${fit.length}`;
  }

  function header(key, title, kind) {
    const cell = document.createElement("th");
    const button = document.createElement("button");
    cell.scope = "col";
    cell.className = kind in show ? "number" : "";
    button.type = "button";
    button.dataset.key = key;
    button.textContent = title;
    button.title = `Sort by ${title}`;
    if (sorted === key) cell.ariaSort = falling ? "descending" : "ascending";
    button.onclick = () => {
      const falls = sorted === key ? !falling : kind in show;
      see("sort", (falls ? "-" : "") + key);
      render(root, state, data, list);
    };
    cell.append(button);
    return cell;
  }

  function line(row) {
    const element = document.createElement("tr");
    element.className = row.code === data.chosen ? "chosen" : "";
    element.dataset.code = row.code;
    data.columns.forEach(([key, title, kind]) => {
      const cell = document.createElement(key === "name" ? "th" : "td");
      if (key !== "name") cell.dataset.title = title;
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
        const bound = row.at_least && data.of_strength.includes(key) ? "≥ " : "";
        cell.textContent = value === null ? unknown : bound + (show[kind] || String)(value);
        if (value === null) cell.classList.add("unknown");
        else if (kind in show && !bound) cell.dataset.value = value;
      }
      element.append(cell);
    });
    return element;
  }
}
