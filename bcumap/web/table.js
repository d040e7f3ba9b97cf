/* The table beside the map: the same facts, sortable by every column, read from the linked facts. */
const number = new Intl.NumberFormat("en-GB");
const area = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const tenths = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat("en-GB", { style: "percent" });
const BOUNDED = new Set(["fte", "share"]); // "at least", where a part of an area is unknown
const files = new Map();

function facts(url) {
  if (!files.has(url)) files.set(url, fetch(url).then((reply) => reply.json()));
  return files.get(url);
}

/* A row's values by column, with what nobody knows as null. */
function rows(all, level) {
  const { bcus, boroughs } = all;
  return Object.entries(all[level]).map(([code, row]) => {
    const borough = level === "wards" ? boroughs[row.borough_code] : row;
    const bcu = level === "bcus" ? row : bcus[borough.bcu_code];
    return {
      code,
      name: row.name,
      bcu: bcu ? bcu.name : null,
      borough: level === "wards" ? borough.name : null,
      boroughs: level === "bcus" ? row.boroughs.map((each) => boroughs[each].name).join(", ") : null,
      wards: row.wards,
      area: row.area_km2,
      residents: row.residents,
      promised: row.officers ? row.officers.committed : null,
      fte: row.officers ? row.officers.fte : null,
      share: row.officers ? row.officers.share_of_commitment : null,
      met: Boolean(bcu),
      atLeast: Boolean(row.officers?.at_least),
    };
  });
}

function compare(column, falling) {
  return (a, b) => {
    const [x, y] = [a[column], b[column]];
    if (x === null || y === null) return (x === null) - (y === null); // unknown last, either way
    const order = typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en");
    return falling ? -order : order;
  };
}

const show = {
  area: (value) => area.format(value),
  promised: (value) => number.format(value),
  fte: (value) => tenths.format(value),
  share: (value) => percent.format(value),
  residents: (value) => number.format(value),
  wards: (value) => number.format(value),
};

export default function ({ parentElement, data: [data], setTriggerValue }) {
  const root = parentElement.querySelector(".bcumap-table");
  const state = (root.state = root.state || { sort: "name", falling: false });
  state.choose = (code) => setTriggerValue("choose", { level: data.level, code });
  facts(data.url).then((all) => render(root, state, data, rows(all, data.level)));
}

function render(root, state, data, list) {
  if (!data.columns.some(([key]) => key === state.sort)) state.sort = "name";
  list.sort(compare(state.sort, state.falling));
  const table = document.createElement("table");
  const caption = table.createCaption();
  caption.textContent = data.caption;
  const head = table.createTHead().insertRow();
  data.columns.forEach(([key, title]) => head.append(header(key, title)));
  const body = table.createTBody();
  list.forEach((row) => body.append(line(row)));
  const focused = root.contains(document.activeElement) && document.activeElement.dataset.key;
  root.replaceChildren(table);
  if (focused) root.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();

  function header(key, title) {
    const cell = document.createElement("th");
    const button = document.createElement("button");
    cell.scope = "col";
    cell.className = key in show ? "number" : "";
    button.type = "button";
    button.dataset.key = key;
    button.textContent = title;
    if (state.sort === key) cell.ariaSort = state.falling ? "descending" : "ascending";
    button.onclick = () => {
      state.falling = state.sort === key ? !state.falling : key in show;
      state.sort = key;
      render(root, state, data, list);
    };
    cell.append(button);
    return cell;
  }

  function line(row) {
    const element = document.createElement("tr");
    element.className = row.code === data.chosen ? "chosen" : "";
    data.columns.forEach(([key]) => {
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
        const value = row[key];
        cell.className = key in show ? "number" : "";
        // What the Met does not do in the City is not unknown: the cell is empty.
        const unknown = row.met || !data.of_met.includes(key) ? data.unknown[key] ?? "" : "";
        const bound = row.atLeast && BOUNDED.has(key) ? "≥ " : "";
        cell.textContent = value === null ? unknown : bound + (show[key] || String)(value);
        if (value === null) cell.classList.add("unknown");
      }
      element.append(cell);
    });
    return element;
  }
}
