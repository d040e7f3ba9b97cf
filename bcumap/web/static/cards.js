/* What a card shows, see bcumap/facts/views.py. */
export const ONE = { bcus: "Basic Command Unit", boroughs: "borough", wards: "ward" };

export function card(look, title, text, more) {
  return { look, title, text, notes: [], own: [], perhaps: [], options: [], as_of: "", ...more };
}

/* Finder.find gives it its title. */
export function nothing(text, hint = "", options = []) {
  return card("unsure", "", text, { notes: hint ? [hint] : [], options });
}

export function areaOption({ level, code, name, within }) {
  return { level, code, label: name, detail: within ? `ward in ${within}` : ONE[level] };
}

export function queryOption(text, detail) {
  return { level: "query", code: text, label: text, detail };
}
