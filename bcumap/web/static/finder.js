/* Answers a postcode, the beginning of one, a GSS code or a name, as bcumap/lookup.py does; a test
   compares the two. It fetches what it needs: the names, the list of sectors, and one sector. */
const MOST_OPTIONS = 12;
const MOST_SUGGESTIONS = 5;
const MOST_NAMED = 3;
const LONGEST_QUERY = 100;
const ALIKE = 70; // of 100, see bcumap/names.py
const OUTSIDE = "outside";
const LEVELS = ["bcus", "boroughs", "wards"];
const ONE = { bcus: "Basic Command Unit", boroughs: "borough", wards: "ward" };
const MET_POLICE = "Metropolitan Police";
const CITY_POLICE = "City of London Police";
const HINT = "Type a postcode such as SE8 4RX, or the name of a ward, borough or BCU in London.";
const POINT_HINT = "This page finds postcodes and names; it cannot look up a point.";
const POINT = /^\(?[+-]?\d{1,7}(\.\d{1,20})?°? ?[NS]?[,; ] ?[+-]?\d{1,7}(\.\d{1,20})?°? ?[EW]?\)?( ?± ?\d{1,7} ?m?)?$/i;
const KIND =
  /\b(?:the|(?:london |royal )?borough of|(?:lb|rb)(?: of)?|borough|council|ward(?: of| in)?|bcu|(?:basic )?command unit)\b/g;

export class Finder {
  /* `names` and `postcodes` say where the documents are (bcumap/site/finding.py). */
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

  async ready() {
    const [names, directory] = await Promise.all([
      this.load(this.at.names),
      this.load(`${this.at.postcodes}index.json`),
    ]);
    this.names = this.names || new Names(names);
    this.directory = directory;
    this.elsewhere = this.elsewhere || new Set(directory.elsewhere.split(" "));
    this.wardsAsOf = { wards: names.edition };
    this.postcodesAsOf = { postcodes: directory.edition, ...this.wardsAsOf };
  }

  /* Answer a question; there always is an answer, one of the kind "nothing" says why. */
  async find(query) {
    await this.ready();
    const asked = clean(query);
    if (asked.length > LONGEST_QUERY) return nothing("That is too long to be a place.", HINT);
    return asked ? this.answer(asked) : nothing("Nothing was asked.", HINT);
  }

  async answer(asked) {
    if (POINT.test(asked.replace("−", "-"))) return nothing("That is a point on the map.", POINT_HINT);
    const code = /^(E0[59][0-9]{6})N?$/i.exec(asked);
    if (code) return this.ofCode(code[1].toUpperCase());
    const prefixes = readings(asked);
    for (const prefix of prefixes) {
      const found = await this.starting(prefix);
      if (found.length) return isFull(prefix) ? this.ofPostcode(found[0]) : this.ofPrefix(prefix, found);
    }
    const named = this.ofName(asked);
    if (named) return named;
    if (prefixes.length) return this.ofUnknownPostcode(prefixes);
    const inside = /\b([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9O][A-Z]{2})\b/.exec(asked.toUpperCase());
    if (inside) return this.answer(`${inside[1]} ${inside[2].replaceAll("O", "0")}`);
    return this.ofUnknownName(asked);
  }

  /* --- areas ------------------------------------------------------------------------------ */

  ofCode(code) {
    const level = code.startsWith("E09") ? "boroughs" : "wards";
    if (this.names.has(level, code)) return this.ofArea(level, code);
    return nothing(
      `There is no ${ONE[level]} of London with the code ${code}.`,
      `It may be of another edition than the wards of ${this.names.edition}.`
    );
  }

  ofName(asked) {
    const exact = this.names.exact(asked);
    const found = exact.length ? exact : this.names.containing(asked);
    if (!found.length) return null;
    if (found.length === 1) {
      const answer = this.ofArea(found[0].level, found[0].code);
      return { ...answer, notes: exact.length ? [] : [`It is the only name that fits “${asked}”.`] };
    }
    const are = exact.length ? "areas have this name" : "names have these words";
    const more = found.length > MOST_OPTIONS ? ` The first ${MOST_OPTIONS} are listed.` : "";
    return made("choice", `“${asked}”`, `${found.length} ${are}. Which one is meant?${more}`, {
      certain: false,
      options: found.slice(0, MOST_OPTIONS).map(areaOption),
      as_of: this.wardsAsOf,
    });
  }

  ofArea(level, code) {
    const place = this.names.place(level, code);
    const boroughs = level === "bcus" ? this.names.boroughsOf(code) : [];
    const name = place.ward ?? place.borough ?? place.bcu;
    return made("area", name, areaIs(place, boroughs), { place, as_of: this.wardsAsOf });
  }

  ofUnknownName(asked) {
    const close = this.names.alike(asked).slice(0, MOST_SUGGESTIONS).map(areaOption);
    const hint = close.length ? "Is one of these meant?" : HINT;
    return nothing(`No ward, borough or BCU of London is called “${asked}”.`, hint, close);
  }

  /* --- postcodes -------------------------------------------------------------------------- */

  /* The postcodes that begin so, in their order. */
  async starting(prefix) {
    let sectors = this.directory.sectors[prefix.district] ?? [];
    if (prefix.digit) {
      const sector = `${prefix.district} ${prefix.digit}`;
      sectors = sectors.includes(sector) ? [sector] : [];
    }
    const found = await Promise.all(sectors.map((sector) => this.sector(sector)));
    return found.flat().filter(({ postcode }) => postcode.startsWith(written(prefix)));
  }

  async sector(sector) {
    const { wards, rows } = await this.load(`${this.at.postcodes}${sector.replace(" ", "-")}.json`);
    return rows.map(([unit, live, lat, lon, estimated, ward, boundary, others, borough]) => ({
      postcode: sector + unit,
      live: live === 1,
      lat,
      lon,
      estimated: estimated === 1,
      ward: wards[ward],
      boundary,
      others: pairs(others).map(([place, metres]) => [wards[place], metres]),
      borough: borough ?? this.names.boroughOf(wards[ward]),
    }));
  }

  ofPostcode(found) {
    const place = found.ward
      ? this.names.place("wards", found.ward)
      : this.names.place("boroughs", found.borough);
    const others = found.others.map(([code, distance]) => ({
      place: code === OUTSIDE ? null : this.names.place("wards", code),
      distance_m: distance,
    }));
    return made("postcode", found.postcode, liesIn(found.postcode, place), {
      certain: !(others.length || found.estimated || found.boundary === 0),
      notes: this.postcodeNotes(found, place, others),
      place,
      lat: found.lat,
      lon: found.lon,
      live: found.live,
      boundary_m: found.boundary,
      others,
      as_of: this.postcodesAsOf,
    });
  }

  postcodeNotes(found, place, others) {
    const notes = [];
    if (!found.live) notes.push("It is no longer in use, or newer than the list of those in use.");
    if (found.estimated) {
      notes.push("Its position is estimated from its surroundings, so its ward is not certain.");
    } else if (found.boundary === 0) {
      const where = others.every((other) => other.place) ? "on the river" : "outside London";
      notes.push(`Its centre is ${where}, in no ward: the nearest one is given.`);
    }
    if (others.length) notes.push(mayReach(place, others));
    if (place.borough_code !== found.borough) {
      const { borough } = this.names.place("boroughs", found.borough);
      notes.push(`The ONS Postcode Directory gives its borough as ${borough}.`);
    }
    return notes;
  }

  ofPrefix(prefix, found) {
    const live = found.filter((each) => each.live);
    const meant = live.length ? live : found;
    const counts = new Map();
    meant.forEach(({ ward }) => ward && counts.set(ward, (counts.get(ward) ?? 0) + 1));
    const boroughs = new Set([...counts.keys()].map((code) => this.names.boroughOf(code)));
    const use = live.length ? "in use," : "no longer in use,";
    const partly = (this.directory.districts[prefix.district]?.[2] ?? 0) > 0;
    const options = [...counts].sort(([, a], [, b]) => b - a).map(([code, number]) => {
      const { ward, borough } = this.names.place("wards", code);
      return { level: "wards", code, label: ward, detail: `${borough}: ${counted(number, "postcode")}` };
    });
    const text =
      `${written(prefix)} has ${counted(meant.length, "postcode")} ${use} in ` +
      `${counted(counts.size, "ward")} of ${counted(boroughs.size, "borough")}.`;
    return made("postcodes", written(prefix), text, {
      certain: counts.size === 1 && !partly,
      notes: partly ? [`Part of ${prefix.district} is outside London.`] : [],
      options,
      as_of: this.postcodesAsOf,
    });
  }

  /* Say of a postcode that is none of London's what can be said. */
  async ofUnknownPostcode(prefixes) {
    const { districts } = this.directory;
    const known = ({ district }) => Object.hasOwn(districts, district) || this.elsewhere.has(district);
    const prefix = prefixes.find(known);
    if (!prefix) return nothing(`There is no postcode district ${prefixes[0].district}.`, HINT);
    const text = written(prefix);
    if (this.elsewhere.has(prefix.district)) {
      return nothing(
        `${text} is outside London.`,
        `The Met does not police any postcode of ${prefix.district}.`
      );
    }
    const orElsewhere = districts[prefix.district][2] ? "outside London, or " : "";
    const beginning = isFull(prefix) ? "" : " that begins with";
    const near = await this.starting({ ...prefix, letters: "" });
    return nothing(
      `London has no postcode${beginning} ${text}.`,
      `It is ${orElsewhere}not in the ONS Postcode Directory of ${this.directory.edition_words}.`,
      slips(text, near).map((each) => queryOption(each, "postcode"))
    );
  }

  /* --- suggestions ------------------------------------------------------------------------ */

  /* What may be meant by the beginning of a question, likeliest first. */
  async suggest(text) {
    await this.ready();
    const asked = clean(text).slice(0, LONGEST_QUERY);
    if (!asked) return [];
    const areas = new Set([...this.names.exact(asked), ...this.names.containing(asked)]);
    const found = [...(await this.postcodesFrom(asked)), ...[...areas].map(areaOption)];
    const close = () => this.names.alike(asked).slice(0, MOST_SUGGESTIONS).map(areaOption);
    return (found.length ? found : close()).slice(0, MOST_OPTIONS);
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
      postcodes.slice(0, MOST_OPTIONS).forEach(({ postcode, live }) => {
        found.push(queryOption(postcode, live ? "postcode" : "postcode no longer in use"));
      });
    }
    return found;
  }
}

/* --- names, see bcumap/names.py ------------------------------------------------------------- */

class Names {
  constructor({ edition, bcus, boroughs, wards }) {
    Object.assign(this, { edition, bcus, boroughs, wards });
    this.areas = [
      ...Object.entries(bcus).map(([code, [name, , keys]]) => this.area("bcus", code, name, "", keys, "bcu")),
      ...Object.entries(boroughs).map(([code, [name, , keys]]) => this.area("boroughs", code, name, "", keys, "")),
      ...Object.entries(wards).map(([code, [name, borough]]) => {
        const [within, , [context]] = boroughs[borough];
        const key = normalise(name);
        return this.area("wards", code, name, within, [key, `${key} ${context}`], context);
      }),
    ];
    this.byKey = new Map();
    this.areas.forEach((area) => {
      new Set([...area.keys, ...area.keys.map(bare)]).forEach((key) => {
        this.byKey.set(key, [...(this.byKey.get(key) ?? []), area]);
      });
    });
  }

  area(level, code, name, within, keys, context) {
    return { level, code, name, within, keys, context, label: within ? `${name}, ${within}` : name };
  }

  has(level, code) {
    return Object.hasOwn(this[level], code);
  }

  boroughOf(ward) {
    return this.wards[ward]?.[1] ?? null;
  }

  boroughsOf(bcu) {
    return Object.values(this.boroughs).filter(([, above]) => above === bcu).map(([name]) => name);
  }

  place(level, code) {
    const ward = level === "wards" ? code : null;
    const borough = ward ? this.wards[code][1] : level === "boroughs" ? code : null;
    const bcu = borough ? this.boroughs[borough][1] : code;
    return {
      ward_code: ward,
      ward: ward ? this.wards[ward][0] : null,
      borough_code: borough,
      borough: borough ? this.boroughs[borough][0] : null,
      bcu_code: bcu,
      bcu: bcu ? this.bcus[bcu][0] : null,
    };
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
    const order = (area) => [!area.keys[0].startsWith(wanted), LEVELS.indexOf(area.level), area.label];
    return this.areas.filter(fits).sort((a, b) => {
      const [x, y] = [order(a), order(b)];
      const place = x.findIndex((each, at) => each !== y[at]);
      return place < 0 ? 0 : x[place] < y[place] ? -1 : 1;
    });
  }

  /* The areas whose names are spelt most like a text, best first. */
  alike(text) {
    const wanted = normalise(text);
    const close = [...this.byKey.keys()].map((key) => [key, ratio(wanted, key)]);
    const found = close.filter(([, score]) => score >= ALIKE).sort(([, a], [, b]) => b - a);
    return [...new Set(found.flatMap(([key]) => this.byKey.get(key)))];
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

/* --- how postcodes are written, see bcumap/postcodes.py -------------------------------------- */

function readings(text) {
  const ascii = /^[\x00-\x7f]*$/.test(text);
  const compact = ascii ? text.toUpperCase().replace(/[^A-Z0-9]/g, "") : "";
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

function slips(postcode, near) {
  const differ = (other) => [...postcode].filter((letter, at) => letter !== other[at]).length;
  return near
    .filter((each) => each.live && each.postcode.length === postcode.length && differ(each.postcode) === 1)
    .map((each) => each.postcode)
    .slice(0, MOST_SUGGESTIONS);
}

function clean(query) {
  const plain = query
    .slice(0, 10 * LONGEST_QUERY)
    .replace(/\p{Cf}/gu, "")
    .replaceAll("´", "’")
    .normalize("NFKC");
  return plain.replace(/[\p{C}\p{Z}]+/gu, " ").trim();
}

function pairs(flat) {
  const found = [];
  for (let at = 0; at < flat.length; at += 2) found.push([flat[at], flat[at + 1]]);
  return found;
}

/* --- answers and their sentences, see bcumap/answers.py --------------------------------------- */

function made(kind, title, text, more = {}) {
  return {
    kind, title, text, certain: true, notes: [], place: null, lat: null, lon: null, live: null,
    boundary_m: null, others: [], options: [], as_of: {}, ...more,
  };
}

function nothing(text, hint = "", options = []) {
  return made("nothing", "Not found", text, { certain: false, notes: hint ? [hint] : [], options });
}

function areaOption({ level, code, name, within }) {
  return { level, code, label: name, detail: within ? `ward in ${within}` : ONE[level] };
}

function queryOption(text, detail) {
  return { level: "query", code: text, label: text, detail };
}

function liesIn(what, place) {
  const ward = place.ward ? `${place.ward} ward, ` : "";
  const borough = ward ? place.borough : withArticle(place.borough);
  return `${what} is in ${ward}${borough}, policed by ${policedBy(place)}.`;
}

function areaIs(place, boroughs) {
  if (place.borough === null) return `A Basic Command Unit of the ${MET_POLICE}: ${listed(boroughs)}.`;
  const kind = place.bcu ? "A borough" : "A local authority of its own kind";
  return `${place.ward ? `A ward of ${withArticle(place.borough)}` : kind}, policed by ${policedBy(place)}.`;
}

function policedBy(place) {
  return place.bcu ? `${place.bcu} BCU` : `the ${CITY_POLICE}, not the Met`;
}

function withArticle(borough) {
  return borough.startsWith("City of ") ? `the ${borough}` : borough;
}

function mayReach(own, others) {
  const wards = others.filter((other) => other.place);
  const named = wards
    .slice(0, MOST_NAMED)
    .map((other) => `${metres(other)} from the boundary with ${wardSeenFrom(own, other.place)}`);
  named.push(
    ...others.filter((other) => !other.place).map((other) => `${metres(other)} from the edge of London`)
  );
  if (wards.length > MOST_NAMED) named.push(`near ${counted(wards.length - MOST_NAMED, "more ward")}`);
  return `This postcode’s centre is ${listed(named)}: some of its addresses may be there.`;
}

function wardSeenFrom(own, other) {
  const within = other.borough_code === own.borough_code ? "" : ` in ${withArticle(other.borough)}`;
  return `${other.ward} ward${within}`;
}

function metres({ distance_m: distance }) {
  return distance ? `${distance} m` : "less than 1 m";
}

function listed(items) {
  return [items.slice(0, -1).join(", "), ...items.slice(-1)].filter(Boolean).join(" and ");
}

export function counted(number, noun) {
  return `${number.toLocaleString("en-GB")} ${noun}${number === 1 ? "" : "s"}`;
}
