/* Finds which answer is meant: of a postcode, the beginning of one, a GSS code, an area, a street or a
   place. What an answer says stands in what it fetches (bcumap/site/finding.py): the names, the list of
   sectors, and one sector or district; for streets and places see places.js. How questions are read is
   as in bcumap/facts/find.py; a test compares. */
import { ONE, areaOption, card, nothing, queryOption } from "./cards.js";
import { Names } from "./names.js";
import { Places } from "./places.js";

const [SURE, SPLIT] = [1, 2]; // of a postcode's ward: the only one, or one of several
const DISTRICT = /^[A-Z]{1,2}[0-9][A-Z0-9]?$/;
const POINT_HINT = "This page finds postcodes and names; it cannot look up a point.";
const POINT = /^\(?[+-]?\d{1,7}(\.\d{1,20})?°? ?[NS]?[,; ] ?[+-]?\d{1,7}(\.\d{1,20})?°? ?[EW]?\)?( ?± ?\d{1,7} ?m?)?$/i;

export class Finder {
  /* `names`, `postcodes` and `places` say where the documents are, `urls` where the map's are. */
  constructor({ names, postcodes, places, urls }) {
    this.at = { names, postcodes, places };
    this.urls = urls;
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
    const load = (url) => this.load(url);
    if (this.at.places && !this.places) this.places = new Places(load, this.at.places, this.names, this.urls);
    this.limits = names.limits;
    this.directory = directory;
    this.elsewhere = this.elsewhere || new Set(directory.elsewhere.split(" "));
  }

  say(name, values) {
    return this.names.say(name, values);
  }

  /* Answer a question with what a card shows; there always is one. */
  async find(query) {
    await this.ready();
    const asked = clean(query, this.limits.query);
    const found = await this.looked(asked);
    return { ...found, title: found.title || this.say("not_found") };
  }

  looked(asked) {
    if (asked.length > this.limits.query) return nothing(this.say("too_long"), this.say("hint"));
    return asked ? this.answer(asked) : nothing(this.say("nothing"), this.say("hint"));
  }

  async answer(asked) {
    if (POINT.test(asked.replace("−", "-"))) return nothing("That is a point on the map.", POINT_HINT);
    const code = /^(E0[59][0-9]{6})N?$/i.exec(asked);
    if (code) return this.ofCode(code[1].toUpperCase());
    const district = /^([A-Z]{1,2}[0-9][A-Z0-9]?)[, ]+(?:area|district|london)$/i.exec(asked);
    if (district) return this.answer(district[1]);
    const near = this.places && /^streets near (.+)$/i.exec(asked);
    const streets = near && (await this.ofStreetsNear(near[1]));
    if (streets) return streets;
    const prefixes = readings(asked);
    for (const prefix of prefixes) {
      const found = isFull(prefix) ? await this.ofPostcode(prefix) : await this.ofBeginning(prefix);
      if (found) return found;
    }
    const named = await this.ofName(asked);
    if (named) return named;
    const elsewhere = this.beyond(asked);
    if (elsewhere) return nothing(elsewhere, this.say("hint"));
    const slipped = await this.firstHalfSlips(asked);
    if (slipped.length) return nothing(this.say("no_postcode_written", { asked }), this.say("meant"), slipped);
    if (prefixes.length) return this.ofUnknownPostcode(prefixes);
    const inside = /\b([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9O][A-Z]{2})\b/.exec(asked.toUpperCase());
    if (inside) return this.answer(`${inside[1]} ${inside[2].replaceAll("O", "0")}`);
    const close = this.names.alike(asked, this.limits).map(areaOption);
    const room = this.limits.suggestions - close.length;
    if (this.places && asked.includes(" ") && room > 0) close.push(...(await this.places.alike(asked, room)));
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

  async ofName(asked) {
    const exact = this.names.exact(asked);
    const place = (await this.places?.find(asked)) ?? null;
    if (!exact.length && (!place || place.kind === "place")) {
      const beside = await this.besideDistrict(asked);
      if (beside) return beside;
    }
    if (place && !exact.length) return place;
    const found = exact.length ? exact : this.names.containing(asked);
    const { as_of } = this.names;
    if (!found.length) return null;
    if (found.length === 1) {
      let notes = exact.length ? [] : [this.say("only_name", { asked })];
      if (place) notes = [this.places.also(place)];
      return { ...this.ofArea(found[0].level, found[0].code), notes };
    }
    const most = this.limits.options;
    const text = this.say(exact.length ? "same_name" : "same_words", { number: found.length });
    const more = found.length > most ? this.say("first", { number: most }) : "";
    const options = found.slice(0, most).map(areaOption);
    return card("choice", `“${asked}”`, text + more, { options, as_of });
  }

  /* "London SE8" is the district, and "Deptford SE8" the area of the name. */
  async besideDistrict(asked) {
    const found = /^(.+?)[, ]+([A-Z]{1,2}[0-9][A-Z0-9]?)$/i.exec(asked);
    const district = found?.[2].toUpperCase();
    if (!found || !(Object.hasOwn(this.directory.districts, district) || this.elsewhere.has(district))) return null;
    if (["london", "greater london"].includes(found[1].toLowerCase())) return this.answer(found[2]);
    if (!this.names.exact(found[1]).length) return null;
    const answer = await this.ofName(found[1]);
    return answer && { ...answer, notes: [...answer.notes, this.say("beside", { district })] };
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
    return card(sure === SURE ? "" : "unsure", postcode, `${postcode} ${text}`, {
      options: this.places && sure === SPLIT ? [this.askStreets(postcode)] : [],
      notes, own: this.names.own(found.code), perhaps: found.others.map((code) => this.names.perhaps(code)),
      as_of: this.directory.as_of, point: { lat, lon },
    });
  }

  askStreets(postcode) {
    const [code, label] = ["ask_streets", "streets_near"].map((name) => this.say(name, { postcode }));
    return { level: "query", code, label, detail: this.say("choose_street") };
  }

  /* The streets that pass near a postcode's centre; null if it is none. */
  async ofStreetsNear(asked) {
    const prefix = readings(asked).find(isFull);
    const found = prefix && (await this.starting(prefix))[0];
    if (!found) return null;
    const { postcode, lat, lon } = found;
    const options = await this.places.near(lat, lon);
    const title = this.say("streets_near", { postcode });
    if (!options.length) return { ...nothing(this.say("no_street_near")), title };
    const notes = [await this.places.creditOfTiles()];
    return card("choice", title, this.say("which_street"), {
      notes, options, as_of: this.directory.as_of, point: { lat, lon },
    });
  }

  /* The postcodes that may be meant by one with a slip in its first half. */
  async firstHalfSlips(asked) {
    const compact = bareSigns(asked);
    const [district, inward] = [compact.slice(0, -3), compact.slice(-3).replace(/^O/, "0")];
    if (district.length < 2 || district.length > 5 || !/^[0-9][A-Z]{2}$/.test(inward)) return [];
    const meant = new Set([district.replace(/(?<=[A-Z])0(?=[0-9])/g, "")]);
    [...district].forEach((sign, at) => {
      const other = this.directory.slips[sign];
      if (other) meant.add(district.slice(0, at) + other + district.slice(at + 1));
    });
    meant.delete(district);
    const found = [];
    for (const each of [...meant].sort().filter((one) => DISTRICT.test(one)))
      found.push(...(await this.starting({ district: each, digit: inward[0], letters: inward.slice(1) })));
    return found.slice(0, this.limits.suggestions).map(({ postcode }) => queryOption(postcode, "postcode"));
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
        lat: (at[0] + north) / this.directory.steps, lon: (at[1] + east) / this.directory.steps,
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
    const postcodes = await this.postcodesFrom(asked);
    const found = [...postcodes, ...[...areas].map(areaOption)];
    if (this.places && !postcodes.length) {
      const half = Math.floor(this.limits.options / 2);
      found.splice(half, Infinity, ...(await this.places.suggest(asked, half)));
    }
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
    if (DISTRICT.test(district) && /^([0-9][A-Z]{0,2})?$/.test(inward)) {
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
