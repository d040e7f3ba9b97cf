/* Dates as text, as precise as their source (2012, 2018-06, 2018-06-06), and as days that count. */
const DAY_MS = 864e5;
const whole = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
const month = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

export const asDay = (iso) => Math.round(Date.parse(iso) / DAY_MS);
export const asIso = (day) => new Date(day * DAY_MS).toISOString().slice(0, 10);
export const asWords = (partial) =>
  ({ 4: String, 7: (text) => month.format(Date.parse(text)) })[partial.length]?.(partial) ??
  whole.format(Date.parse(partial));

/* The first day that a date may mean. */
export const starts = (partial) => partial + "-01-01".slice(partial.length - 4);

/* The last of some rows, in the order of their dates, that holds on a day; null if none does. */
export const lastOn = (rows, iso) => rows.filter((row) => starts(row.from) <= iso).at(-1) ?? null;

/* Call `show` with every date that the page moves to, as long as an element is on it. */
export function followDate(element, show) {
  const moved = ({ detail }) => {
    if (element.isConnected) show(detail);
    else document.removeEventListener("bcumap:date", moved);
  };
  document.addEventListener("bcumap:date", moved);
}

/* The map of this page, once it is drawn. */
export async function theMap() {
  for (;;) {
    const map = await document.getElementById("map_bcumap")?.drawing;
    if (map) return map;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
