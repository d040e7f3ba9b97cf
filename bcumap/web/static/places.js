/* Streets and places as questions: which is meant is found as in bcumap/facts/named.py, by the rules
   that it wrote; what is said of one stands in what is fetched (bcumap/site/naming.py): for the first two
   letters of a name a file of each licence. A test compares. */
import { card, queryOption } from "./cards.js";
import { normalise, ratio } from "./names.js";

export class Places {
  constructor(load, at, names, urls) {
    Object.assign(this, { load, at, names, urls });
    this.shards = new Map();
  }

  async ready() {
    this.told = this.told || (await this.load(`${this.at}index.json`));
    this.patterns = this.patterns || Object.fromEntries(
      Object.entries(this.told.patterns).map(([name, text]) => [name, new RegExp(text, "iu")])
    );
    this.limits = this.told.limits;
  }

  /* Answer with the street or place of a name; null if there is none. */
  async find(asked) {
    await this.ready();
    const shorter = this.withoutHouse(asked);
    for (const text of new Set([asked, shorter, shorter.replace(this.patterns.end, "")])) {
      const found = await this.meant(text);
      if (!found.length) continue;
      const answer = found.length > 1 ? this.choice(found, text) : this.card(found[0]);
      if (text !== asked && shorter !== asked) answer.notes.unshift(this.names.say("no_house"));
      return answer;
    }
    return null;
  }

  /* Say of a ward's name that a place or streets have it too. */
  also({ kind, text }) {
    if (kind === "choice") return this.names.say("also_choice", { text: text.split(".")[0] });
    return this.names.say(kind === "street" ? "also_street" : "also_place", { text });
  }

  /* The streets and places whose names begin with a text, each name once. */
  async suggest(asked, most) {
    await this.ready();
    const text = this.withoutHouse(asked);
    if ([...normalise(text)].length < this.limits.letters) return [];
    for (const [name, context] of this.splits(text)) {
      const rows = new Map();
      let seen = 0;
      for await (const thing of this.starting(name)) {
        if (seen++ === this.limits.rows) break;
        if (!context || this.isIn(thing, context)) rows.set(titled(thing), [...(rows.get(titled(thing)) ?? []), thing]);
        if (rows.size > most) break;
      }
      if (rows.size) return [...rows.values()].slice(0, most).map((same) => this.suggestion(this.ofFirstKind(same)));
    }
    return [];
  }

  /* The names that are spelt most like a text, and begin alike. */
  async alike(text, most) {
    await this.ready();
    const key = this.streetKey(this.withoutHouse(text));
    if ([...key].length < this.limits.letters) return [];
    const keys = [...new Set((await this.shard(this.beginning(key))).map((thing) => thing.key))];
    const close = keys.map((each) => [each, ratio(key, each)]).filter(([, score]) => score >= this.limits.alike);
    const found = close.sort(([, a], [, b]) => b - a).slice(0, most);
    return Promise.all(found.map(async ([each]) => this.suggestion(this.ofFirstKind(await this.named(each)))));
  }

  /* The streets that pass near a point, nearest first, as questions. */
  async near(lat, lon) {
    await this.ready();
    const { point_m: reach, beside: most, tile_m: side } = this.limits;
    const [x, y] = this.metres(lat, lon);
    const [east, north] = [x - (x % side), y - (y % side)];
    const name = [side, east, north].map((each) => each / 1000).join("-");
    const { tiles } = await this.load(`${this.urls.streets}/tiles.json`);
    if (!tiles.includes(name)) return [];
    const { read } = await import(new URL(this.urls["streets.js"], document.baseURI));
    const { roads, points } = read(name, await this.load(`${this.urls.streets}/${name}.json`));
    const away = new Map();
    const add = (street, far) => far <= reach && away.set(street, Math.min(far, away.get(street) ?? far));
    roads.forEach((road) => road.name && add(road.name, toLine([x - east, y - north], road.line)));
    points.forEach(([street, u, v]) => add(street, Math.hypot(x - east - u, y - north - v)));
    const options = [];
    for (const street of [...away.keys()].sort((a, b) => away.get(a) - away.get(b)).slice(0, most)) {
      const streets = (await this.named(this.streetKey(street))).filter(({ kind }) => kind === "street");
      const far = (thing) => this.apart(thing, { lat, lon });
      if (streets.length) options.push(this.option(streets.reduce((a, b) => (far(b) < far(a) ? b : a)), streets));
    }
    return options;
  }

  async creditOfTiles() {
    await this.ready();
    return this.names.say("credit_tiles", { credit: this.told.credit_tiles });
  }

  /* --- which is meant ----------------------------------------------------------------------- */

  /* All that a text names, those of the kind that is answered first. */
  async meant(text) {
    const at = this.patterns.at.exec(text);
    if (at) {
      const found = await this.named(this.streetKey(at[1]));
      return found.filter(({ lat, lon }) => lat === Number(at[2]) && lon === Number(at[3]));
    }
    for (const [name, context] of this.splits(text)) {
      let found = await this.named(name);
      if (context && found.length) {
        const inside = found.filter((thing) => this.isIn(thing, context));
        found = inside.length ? inside : await this.nearTo(found, context);
      }
      if (found.length) return this.ofFirstKind(found);
    }
    return this.withWords(text);
  }

  /* The places that have all words of a text in their names, if they are few. */
  async withWords(text) {
    const words = [...new Set(normalise(text).split(" "))].filter(Boolean).map((word) => ` ${word} `);
    if (words.length < 2 || /\p{N}/u.test(text)) return [];
    const listed = await Promise.all(Object.keys(this.told.shards).map((each) => this.load(`${this.at}${each}/words.json`)));
    const all = [...new Set(listed.flat())].sort();
    const keys = all.filter((key) => words.every((word) => ` ${key} `.includes(word)));
    if (keys.length > this.limits.options) return [];
    const found = await Promise.all(keys.map((key) => this.named(key)));
    return found.flat().filter(({ table }) => this.told.of_places.includes(table));
  }

  /* Everything of a name. */
  async named(key) {
    const found = (await this.shard(this.beginning(key))).filter((thing) => thing.key === key);
    const bare = key.replace(this.patterns.station, "");
    if (found.length || bare === key) return found;
    return (await this.named(bare)).filter(({ kind }) => kind === "station" || kind === "tram stop");
  }

  /* Everything whose name begins with one, by name. */
  async *starting(name) {
    const all = Object.values(this.told.shards).flat();
    const wanted = [...new Set(all)].filter((each) => each.startsWith(name) || name.startsWith(each)).sort();
    for (const each of wanted)
      yield* (await this.shard(each)).filter((thing) => thing.key.startsWith(name));
  }

  /* The letters that the file of a name is of. */
  beginning(key) {
    return [...key].slice(0, this.told.beginning).join("");
  }

  /* The things whose names begin with two letters, by name and then by table. */
  shard(letters) {
    if (!this.shards.has(letters)) this.shards.set(letters, this.fetched(letters));
    return this.shards.get(letters);
  }

  async fetched(letters) {
    const files = Object.entries(this.told.shards).flatMap(([licence, all]) =>
      all.includes(letters) ? [this.load(`${this.at}${licence}/${all.indexOf(letters)}.json`)] : []
    );
    try {
      const found = (await Promise.all(files)).flatMap((file) => file.rows.map((row) => this.thing(file, row)));
      return found.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.table - b.table));
    } catch (error) {
      this.shards.delete(letters); // so that it can be tried again
      throw error;
    }
  }

  thing({ sorts }, [sort, name, district, north, east, ...more]) {
    const [kind, tables, sure, notes] = sorts[sort];
    const [wards, text, details, isCommon] = more;
    const codes = [wards].flat().map((number) => this.names.codes[number]);
    return {
      key: this.streetKey(name), name, kind, table: tables[0], tables, sure, notes, district, wards: codes,
      lat: north / this.told.steps, lon: east / this.told.steps, text, details, isCommon,
    };
  }

  /* Whether something lies in the area that the words after its name say. */
  isIn({ district, wards }, context) {
    const own = district.toLowerCase();
    let words = context.replace(/^in /, "").replace(/ london$/, "") || "london";
    if (words === "london" || words === own) return true;
    if (words.split(" ").at(-1) === own) words = words.split(" ").slice(0, -1).join(" ");
    return wards.some((code) =>
      ` ${normalise(this.names.within(code).name)}`.includes(` ${words}`) ||
      normalise(this.names.ward(code).label).startsWith(words)
    );
  }

  /* What lies near a place of that name. */
  async nearTo(found, context) {
    const key = this.streetKey(context);
    const [table] = this.told.of_places;
    const places = (await this.shard(this.beginning(key))).filter(
      (thing) => thing.key === key && thing.table === table && thing.kind === "locality"
    );
    return found.filter((thing) => places.some((place) => this.apart(thing, place) < this.limits.near_m));
  }

  ofFirstKind(found) {
    const order = ({ kind }) => this.told.kinds.indexOf(kind);
    const first = Math.min(...found.map(order));
    return found.filter((thing) => order(thing) === first);
  }

  /* --- words ---------------------------------------------------------------------------------- */

  card(thing) {
    const { kind, sure, notes, wards, lat, lon } = thing;
    const [first] = wards;
    const title = titled(thing);
    const borough = this.names.within(first).code;
    const own = !thing.text ? first : thing.isCommon ? borough : null;
    const options = (thing.details ?? []).map((detail, at) => {
      const { name } = this.names.within(wards[at]);
      return { ...this.names.ward(wards[at]), detail: detail ? `${name}: ${detail}` : name };
    });
    const made = card(sure ? "" : "unsure", title, thing.text ?? this.names.liesIn(title, first), {
      notes: [...notes, this.credit([thing])], own: own ? this.names.own(own) : [], options,
      as_of: this.told.as_of[thing.table], point: { lat, lon },
    });
    return { ...made, kind: kind === "street" ? "street" : "place" };
  }

  choice(found, asked) {
    const most = this.limits.options;
    const said = this.names.say(found[0].kind === "street" ? "streets" : "places", { number: found.length });
    const more = found.length > most ? this.names.say("first_streets", { number: most }) : "";
    const options = found.slice(0, most).map((thing) => this.option(thing, found));
    const made = card("choice", `“${asked}”`, said + more, {
      notes: [this.credit(found)], options, as_of: this.names.as_of,
    });
    return { ...made, kind: "choice" };
  }

  /* An option that asks for this one among others of its name. */
  option(thing, others) {
    const { name, district, wards, lat, lon } = thing;
    const ward = this.names.ward(wards[0]).label;
    const taken = (words) => others.filter((other) => this.words(other).has(words)).length;
    const narrower = [district, ward, `${ward} ${district}`];
    const words = narrower.find((each) => each && taken(each) === 1) ?? `${decimal(lat)}, ${decimal(lon)}`;
    return { ...queryOption(`${name}, ${words}`, this.detail(thing)), label: name };
  }

  words({ district, wards }) {
    const names = wards.map((code) => this.names.ward(code).label);
    return new Set([district, ...names, ...names.map((name) => `${name} ${district}`)]);
  }

  suggestion(same) {
    const [first] = same;
    const name = titled(first);
    if (same.length > 1) return queryOption(name, `${same.length} ${kindOf(first)}s`);
    const ask = first.kind === "street" && first.district ? `${name}, ${first.district}` : name;
    return { ...queryOption(ask, this.detail(first)), label: name };
  }

  detail(thing) {
    const [code] = thing.wards;
    const district = thing.district ? ` (${thing.district})` : "";
    return `${kindOf(thing)} in ${this.names.ward(code).label}, ${this.names.within(code).name}${district}`;
  }

  credit(found) {
    const credits = found.flatMap(({ tables }) => tables).map((table) => this.told.credits[table]);
    return this.names.say("credit", { credit: [...new Set(credits)].join(" ") });
  }

  /* --- how questions are taken apart ------------------------------------------------------------ */

  withoutHouse(text) {
    return text.replace(this.patterns.flat, "").replace(this.patterns.house, "");
  }

  /* The ways to read a text as a name and the words that say where: the longest name first. */
  *splits(text) {
    const comma = text.indexOf(",");
    const context = comma < 0 ? "" : text.slice(comma + 1);
    if (context.trim()) {
      yield [this.streetKey(text.slice(0, comma)), normalise(context)];
      return;
    }
    const words = normalise(text).split(" ").filter(Boolean);
    yield [this.streetKey(words.join(" ")), ""];
    for (let cut = words.length - 1; cut > 0; cut -= 1)
      yield [this.streetKey(words.slice(0, cut).join(" ")), words.slice(cut).join(" ")];
  }

  /* A name as streets are sorted by: normalised, its last word in full. */
  streetKey(text) {
    const words = normalise(text).split(" ").filter(Boolean);
    const last = words.length > 1 ? this.told.endings[words.at(-1)] : null;
    if (last) words[words.length - 1] = last;
    return words.join(" ");
  }

  /* Easting and northing, as in bcumap/base/plane.py. */
  metres(lat, lon) {
    const [u, v] = [lon + 0.1, lat - 51.5];
    return this.told.plane.map(([a, b, c, d, e, f]) => a + u * (b + d * u + e * v) + v * (c + f * v));
  }

  apart(one, other) {
    const [[x, y], [u, v]] = [one, other].map(({ lat, lon }) => this.metres(lat, lon));
    return Math.hypot(x - u, y - v);
  }
}

function titled({ kind, name }) {
  return kind === "station" ? `${name} station` : name;
}

function kindOf({ kind }) {
  return kind === "locality" ? "place" : kind;
}

/* A number with a decimal point, as the app writes it. */
function decimal(number) {
  return Number.isInteger(number) ? `${number}.0` : String(number);
}

/* Metres from a point to a line, whose numbers follow each other. */
function toLine([x, y], line) {
  let least = Infinity;
  for (let at = 2; at < line.length; at += 2) {
    const [u, v, dx, dy] = [line[at - 2], line[at - 1], line[at] - line[at - 2], line[at + 1] - line[at - 1]];
    const share = Math.min(1, Math.max(0, ((x - u) * dx + (y - v) * dy) / (dx * dx + dy * dy || 1)));
    least = Math.min(least, Math.hypot(x - u - share * dx, y - v - share * dy));
  }
  return least;
}
