/* Finds which answer is meant: of a postcode, the beginning of one, a GSS code or a name. What an
   answer says stands in what it fetches (bcumap/site/finding.py): the names, the list of sectors, and
   one sector or district. How questions are read is as in bcumap/facts/find.py; a test compares. */
const STEPS = 100_000; // of a degree
const LEVELS = ["bcus", "boroughs", "wards"];
const ONE = { bcus: "Basic Command Unit", boroughs: "borough", wards: "ward" };
const POINT_HINT = "This page finds postcodes and names; it cannot look up a point.";
const POINT = /^\(?[+-]?\d{1,7}(\.\d{1,20})?°? ?[NS]?[,; ] ?[+-]?\d{1,7}(\.\d{1,20})?°? ?[EW]?\)?( ?± ?\d{1,7} ?m?)?$/i;
const KIND =
  /\b(?:the|(?:london |royal )?borough of|(?:lb|rb)(?: of)?|borough|(?:city )?council|corporation|ward(?: of| in)?|bcu|(?:basic )?command unit)\b/g;

export class Finder {
  /* `names` and `postcodes` say where the documents are. */
  constructor({ names, postcodes }) {
    this.at = { names, postcodes };
    this.files = new Map();
  }

  load(url) {
    if (!this.files.has(url)) {
      const answer = fetch(url).then((reply) => {
        if (!reply.ok) throw new Error(`${url}: ${reply.status}`);
        return reply.json();
      });
      answer.catch(() => this.files.delete(url)); // so that it can be tried again
      this.files.set(url, answer);
    }
    return this.files.get(url);
  }

  shard(name) {
    return this.load(`${this.at.postcodes}${name.replace(" ", "-")}.json`);
  }

  async ready() {
    const [names, directory] = await Promise.all([this.load(this.at.names), this.shard("index")]);
    this.names = this.names || new Names(names);
    this.limits = names.limits;
    this.directory = directory;
    this.elsewhere = this.elsewhere || new Set(directory.elsewhere.split(" "));
  }

  /* Fill one of the sentences of bcumap/facts/answers.py. */
  say(name, values = {}) {
    return this.names.sentences[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
  }

  /* Answer a question with what a card shows; there always is one. */
  async find(query) {
    await this.ready();
    const asked = clean(query, this.limits.query);
    if (asked.length > this.limits.query) return nothing(this.say("too_long"), this.say("hint"));
    return asked ? this.answer(asked) : nothing(this.say("nothing"), this.say("hint"));
  }

  async answer(asked) {
    if (POINT.test(asked.replace("−", "-"))) return nothing("That is a point on the map.", POINT_HINT);
    const code = /^(E0[59][0-9]{6})N?$/i.exec(asked);
    if (code) return this.ofCode(code[1].toUpperCase());
    const prefixes = readings(asked);
    for (const prefix of prefixes) {
      const found = isFull(prefix) ? await this.ofPostcode(prefix) : await this.ofBeginning(prefix);
      if (found) return found;
    }
    const named = this.ofName(asked);
    if (named) return named;
    const elsewhere = this.beyond(asked);
    if (elsewhere) return nothing(elsewhere, this.say("hint"));
    if (prefixes.length) return this.ofUnknownPostcode(prefixes);
    const inside = /\b([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9O][A-Z]{2})\b/.exec(asked.toUpperCase());
    if (inside) return this.answer(`${inside[1]} ${inside[2].replaceAll("O", "0")}`);
    const close = this.names.alike(asked, this.limits).map(areaOption);
    return nothing(this.say("no_name", { asked }), this.say(close.length ? "meant" : "hint"), close);
  }

  /* --- areas ------------------------------------------------------------------------------ */

  ofCode(code) {
    const level = code.startsWith("E09") ? "boroughs" : "wards";
    if (Object.hasOwn(this.names[level], code)) return this.ofArea(level, code);
    return nothing(
      this.say("no_code", { level: ONE[level], code }), this.say("edition", { edition: this.names.edition })
    );
  }

  ofName(asked) {
    const exact = this.names.exact(asked);
    const found = exact.length ? exact : this.names.containing(asked);
    const { as_of } = this.names;
    if (!found.length) return null;
    if (found.length === 1) {
      const notes = exact.length ? [] : [this.say("only_name", { asked })];
      return { ...this.ofArea(found[0].level, found[0].code), notes };
    }
    const most = this.limits.options;
    const text = this.say(exact.length ? "same_name" : "same_words", { number: found.length });
    const more = found.length > most ? this.say("first", { number: most }) : "";
    const options = found.slice(0, most).map(areaOption);
    return card("choice", `“${asked}”`, text + more, { options, as_of });
  }

  ofArea(level, code) {
    const { as_of } = this.names;
    const own = this.names.own(code);
    return card("", this.names[level][code][0], this.names.said(level, code), { own, as_of });
  }

  /* --- postcodes -------------------------------------------------------------------------- */

  async ofPostcode(prefix) {
    const found = (await this.starting(prefix))[0];
    if (!found) return null;
    const { near, sure, postcode, text, lat, lon } = found;
    const notes = [...found.notes];
    if (near) notes.unshift(this.directory.near.replace("{}", near.toLocaleString("en-GB")));
    return card(sure ? "" : "unsure", postcode, `${postcode} ${text}`, {
      notes, own: this.names.own(found.code), perhaps: found.others.map((code) => this.names.perhaps(code)),
      as_of: this.directory.as_of, point: { lat, lon },
    });
  }

  /* What begins so is answered in the document of its district. */
  async ofBeginning(prefix) {
    if (!Object.hasOwn(this.directory.sectors, prefix.district)) return null;
    const { places, begins } = await this.shard(prefix.district);
    const found = begins[prefix.digit + prefix.letters];
    if (!found) return null;
    const [text, sure, notes, wards] = found;
    const options = wards.map(([place, detail]) => ({ ...this.names.ward(places[place][0]), detail }));
    const title = written(prefix);
    return card(sure ? "" : "unsure", title, `${title} ${text}`, { notes, options, as_of: this.directory.as_of });
  }

  /* The postcodes of a sector that begin so, in their order. */
  async starting(prefix) {
    const sector = `${prefix.district} ${prefix.digit}`;
    if (!this.directory.sectors[prefix.district]?.includes(sector)) return [];
    const { at, places, rows } = await this.shard(sector);
    const start = written(prefix);
    return rows.filter(([unit]) => (sector + unit).startsWith(start)).map((row) => {
      const [unit, live, sure, north, east, place, near, ...more] = row;
      const notes = Array.isArray(more[0]) ? more.shift() : [];
      const [code, text] = places[place];
      return {
        postcode: sector + unit, live, sure, code, text, near, notes, others: more.map((each) => places[each][0]),
        lat: (at[0] + north) / STEPS, lon: (at[1] + east) / STEPS,
      };
    });
  }

  /* What is said of a postcode that is of no place in London for good, "" of others. */
  beyond(asked) {
    const compact = bareSigns(asked);
    const found = /^(BFPO|GIR|FIQQ|[A-Z]{2})([0-9]{1,4}[A-Z]{0,2}|0AA|1ZZ)$/.exec(compact);
    const said = found && this.directory.beyond[found[1]];
    if (said) return `${asked.toUpperCase()} ${said}`;
    return this.directory.apart[compact.length <= 4 ? compact : compact.slice(0, -3)] ?? "";
  }

  /* Say of a postcode that is none of London's what can be said. */
  async ofUnknownPostcode(prefixes) {
    const { districts, edition } = this.directory;
    const known = ({ district }) => Object.hasOwn(districts, district) || this.elsewhere.has(district);
    const prefix = prefixes.find(known);
    if (!prefix) return nothing(this.say("no_district", prefixes[0]), this.say("hint"));
    const text = written(prefix);
    if (this.elsewhere.has(prefix.district)) {
      const square = prefix.district + prefix.digit;
      const note = /^T[LQ][0-9]{2}$/.test(square) ? this.say("grid_square", { square }) : this.say("not_the_met", prefix);
      return nothing(this.say("outside", { postcode: text }), note);
    }
    const near = await this.starting({ ...prefix, letters: "" });
    return nothing(
      this.say(isFull(prefix) ? "no_postcode" : "no_beginning", { postcode: text }),
      this.say(districts[prefix.district] ? "not_listed_here" : "not_listed", { edition }),
      slips(text, near, this.limits.suggestions).map((each) => queryOption(each, "postcode"))
    );
  }

  /* --- suggestions ------------------------------------------------------------------------ */

  /* What may be meant by the beginning of a question, likeliest first. */
  async suggest(text) {
    await this.ready();
    const asked = clean(text, this.limits.query).slice(0, this.limits.query);
    if (!asked) return [];
    const areas = new Set([...this.names.exact(asked), ...this.names.containing(asked)]);
    const found = [...(await this.postcodesFrom(asked)), ...[...areas].map(areaOption)];
    const close = () => this.names.alike(asked, this.limits).map(areaOption);
    return (found.length ? found : close()).slice(0, this.limits.options);
  }

  /* The next step towards a postcode: districts, then sectors, then postcodes. */
  async postcodesFrom(asked) {
    const found = [];
    const letters = asked.toUpperCase();
    if (/^[A-Z]{1,2}$/.test(letters)) {
      const starts = new RegExp(`^${letters}[0-9]`);
      const known = Object.keys(this.directory.sectors).filter((each) => starts.test(each));
      found.push(...known.slice(0, 6).map((each) => queryOption(each, "postcodes")));
    }
    for (const prefix of readings(asked)) {
      if (!prefix.digit) {
        const sectors = this.directory.sectors[prefix.district] ?? [];
        found.push(...sectors.map((each) => queryOption(each, "postcodes")));
        continue;
      }
      const postcodes = (await this.starting(prefix)).sort((a, b) => b.live - a.live);
      postcodes.slice(0, this.limits.options).forEach(({ postcode, live }) => {
        found.push(queryOption(postcode, live ? "postcode" : "postcode no longer in use"));
      });
    }
    return found;
  }
}

/* --- names, see bcumap/facts/areas.py --------------------------------------------------------- */

class Names {
  constructor({ edition, as_of, sentences, bcus, boroughs, wards }) {
    Object.assign(this, { edition, as_of, sentences, bcus, boroughs, wards });
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

  said(level, code) {
    return level === "wards" ? this.boroughs[this.wards[code][1]][4] : this[level][code][3];
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
function ratio(one, other) {
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

/* --- how postcodes are written, see bcumap/facts/postcodes.py -------------------------------------- */

function bareSigns(text) {
  return /^[\x00-\x7f]*$/.test(text) ? text.toUpperCase().replace(/[^A-Z0-9]/g, "") : "";
}

function readings(text) {
  const compact = bareSigns(text);
  if (!compact || compact.length > 7) return [];
  const found = [];
  for (let cut = compact.length; cut > 1; cut--) {
    const [district, inward] = [compact.slice(0, cut), compact.slice(cut)];
    if (/^[A-Z]{1,2}[0-9][A-Z0-9]?$/.test(district) && /^([0-9][A-Z]{0,2})?$/.test(inward)) {
      found.push({ district, digit: inward.slice(0, 1), letters: inward.slice(1) });
    }
  }
  const words = text.toUpperCase().split(" ").filter(Boolean);
  if (words.length === 2) {
    found.sort((a, b) => (a.district !== words[0]) - (b.district !== words[0]));
  }
  return found;
}

function written({ district, digit, letters }) {
  return `${district} ${digit}${letters}`.trimEnd();
}

function isFull({ letters }) {
  return letters.length === 2;
}

function slips(postcode, near, most) {
  const differ = (other) => [...postcode].filter((letter, at) => letter !== other[at]).length;
  return near
    .filter((each) => each.live && each.postcode.length === postcode.length && differ(each.postcode) === 1)
    .map((each) => each.postcode)
    .slice(0, most);
}

function clean(query, longest) {
  const plain = query
    .slice(0, 10 * longest)
    .replace(/\p{Cf}/gu, "")
    .replaceAll("´", "’")
    .normalize("NFKC")
    .replace(/[‐-―−]/g, "-");
  return plain.replace(/[\p{C}\p{Z}]+/gu, " ").trim().replace(/[.,; ]+$/, "");
}

/* --- what a card shows, see bcumap/facts/views.py ---------------------------------------------- */

function card(look, title, text, more) {
  return { look, title, text, notes: [], own: [], perhaps: [], options: [], as_of: "", ...more };
}

function nothing(text, hint = "", options = []) {
  return card("unsure", "Not found", text, { notes: hint ? [hint] : [], options });
}

function areaOption({ level, code, name, within }) {
  return { level, code, label: name, detail: within ? `ward in ${within}` : ONE[level] };
}

function queryOption(text, detail) {
  return { level: "query", code: text, label: text, detail };
}
