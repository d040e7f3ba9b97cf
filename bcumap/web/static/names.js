/* Areas and their names, and how names are written: as in bcumap/facts/areas.py, from what
   bcumap/site/finding.py wrote. */
const LEVELS = ["bcus", "boroughs", "wards"];
const KIND =
  /\b(?:the|(?:london |royal )?borough of|(?:lb|rb)(?: of)?|borough|(?:city )?council|corporation|ward(?: of| in)?|bcu|(?:basic )?command unit)\b/g;

export class Names {
  constructor({ edition, as_of, sentences, bcus, boroughs, wards }) {
    Object.assign(this, { edition, as_of, sentences, bcus, boroughs, wards });
    this.codes = Object.keys(wards);
    this.areas = [
      ...Object.entries(bcus).map(([code, [name, , keys]]) => ({ level: "bcus", code, name, within: "", keys, context: "bcu" })),
      ...Object.entries(boroughs).map(([code, [name, , keys]]) => ({ level: "boroughs", code, name, within: "", keys, context: "" })),
      ...Object.entries(wards).map(([code, [name, borough]]) => {
        const [within, , [context]] = boroughs[borough];
        const key = normalise(name);
        return { level: "wards", code, name, within, keys: [key, `${key} ${context}`], context };
      }),
    ];
    this.byKey = new Map();
    this.areas.forEach((area) => {
      new Set([...area.keys, ...area.keys.map(bare)]).forEach((key) => {
        this.byKey.set(key, [...(this.byKey.get(key) ?? []), area]);
      });
    });
  }

  /* Fill one of the sentences of bcumap/facts/answers.py. */
  say(name, values = {}) {
    return this.sentences[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
  }

  said(level, code) {
    return level === "wards" ? this.boroughs[this.wards[code][1]][4] : this[level][code][3];
  }

  /* The borough that a ward lies in: code and name. */
  within(code) {
    const borough = this.wards[code][1];
    return { code: borough, name: this.boroughs[borough][0] };
  }

  /* What is said of something in a ward. */
  liesIn(what, code) {
    return `${what} is in ${this.wards[code][0]} ${this.boroughs[this.wards[code][1]][6]}`;
  }

  ward(code) {
    return { level: "wards", code, label: this.wards[code][0] };
  }

  perhaps(code) {
    return { ...this.ward(code), detail: this.boroughs[this.wards[code][1]][5] };
  }

  /* An area and what it lies in, the smallest first. */
  own(code) {
    const found = [];
    const add = (level, each, label) => found.push({ level, code: each, label, detail: "" });
    let above = code;
    if (this.wards[code]) add("wards", code, this.wards[code][0]), (above = this.wards[code][1]);
    if (this.boroughs[above]) add("boroughs", above, this.boroughs[above][0]), (above = this.boroughs[above][1]);
    if (above) add("bcus", above, `${this.bcus[above][0]} BCU`);
    return found;
  }

  exact(text) {
    const name = normalise(text);
    const short = bare(name);
    const forms = [name, short, short.startsWith("city of ") ? short.slice(8) : short];
    return this.byKey.get(forms.find((form) => this.byKey.has(form))) ?? [];
  }

  containing(text) {
    const wanted = normalise(text);
    const starts = wanted.split(" ").filter(Boolean).map((word) => ` ${word}`);
    const fits = ({ keys, context }) => {
      const [name, more] = [` ${keys[0]}`, ` ${context}`];
      return (
        starts.some((start) => name.includes(start)) &&
        starts.every((start) => name.includes(start) || more.includes(start))
      );
    };
    const order = ({ keys, level, name, within }) => [
      !keys[0].startsWith(wanted), LEVELS.indexOf(level), within ? `${name}, ${within}` : name,
    ];
    return this.areas.filter(fits).sort((a, b) => {
      const [x, y] = [order(a), order(b)];
      const place = x.findIndex((each, at) => each !== y[at]);
      return place < 0 ? 0 : x[place] < y[place] ? -1 : 1;
    });
  }

  /* The areas whose names are spelt most like a text, best first. */
  alike(text, { alike, suggestions }) {
    const wanted = normalise(text);
    const close = [...this.byKey.keys()].map((key) => [key, ratio(wanted, key)]);
    const found = close.filter(([, score]) => score >= alike).sort(([, a], [, b]) => b - a);
    return [...new Set(found.flatMap(([key]) => this.byKey.get(key)))].slice(0, suggestions);
  }
}

export function normalise(text) {
  const plain = text
    .replace(/['’‘‛`´ʼʹʻ′＇]/g, "")
    .normalize("NFKD")
    .replace(/(?!\u034f)\p{Mn}/gu, "") // those that combine, so not U+034F
    .toLowerCase();
  const words = plain.replaceAll("&", " and ").replace(/[^\p{L}\p{N}]+/gu, " ").split(" ");
  return words.filter(Boolean).map((word) => (word === "saint" ? "st" : word)).join(" ");
}

function bare(name) {
  return name.replace(KIND, " ").split(" ").filter(Boolean).join(" ");
}

/* How alike two texts are, of 100: twice their longest common subsequence by both lengths. */
export function ratio(one, other) {
  const total = one.length + other.length;
  if (!total) return 100;
  let row = new Array(other.length + 1).fill(0);
  for (const letter of one) {
    const next = [0];
    for (let at = 0; at < other.length; at++) {
      next.push(letter === other[at] ? row[at] + 1 : Math.max(row[at + 1], next[at]));
    }
    row = next;
  }
  return (200 * row[other.length]) / total;
}
