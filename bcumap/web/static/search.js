/* The search box as a Streamlit component: suggestions while typing (ARIA's combobox with a list),
   a question when Enter is pressed. Text from the server only ever becomes text, never HTML. */
import { keepSession, watchConnection, writePlace } from "./links.js";
import { share } from "./share.js";

document.addEventListener("click", share);

const WAIT = 120; // milliseconds without a key before suggestions are fetched
const ROUGHLY = 5; // decimals of a degree: one metre

const PATIENCE = 15_000; // milliseconds until a page that does not answer says so
const AFTER_LOSS = 4_000; // until a page whose connection was lost is loaded anew

const isTouched = () => matchMedia("(pointer: coarse)").matches;

let ask = () => {}; // the page's own, for links that ask
let waiting;

/* A page that was away for longer than the server keeps its session looks alive and does not
   answer. Say so, with a link to what was asked: a page that is loaded anew answers. */
export function expectAnswer(query) {
  clearTimeout(waiting);
  document.body.classList.add("bcumap-waiting"); // what is shown is not the answer yet
  waiting = setTimeout(() => {
    const link = document.createElement("a");
    link.href = `?${query}`;
    link.target = "_self";
    link.textContent = "Load it again";
    const status = document.querySelector(".bcumap-search .status");
    status?.replaceChildren("This page has not answered; it may have been away for too long. ", link, ".");
  }, PATIENCE);
}

function answered(form) {
  clearTimeout(waiting);
  document.body.classList.remove("bcumap-waiting");
  form.querySelector(".status a")?.parentElement.replaceChildren();
}

/* Links of the static site such as ?q=SE8 4RX ask at once instead of loading the page again. */
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="?q="]');
  if (!link || document.querySelector("[data-testid=stMain]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  ask(new URL(link.href).searchParams.get("q"));
});

/* A list that was brought is lost with the page: whoever leaves it is asked. */
let losesList = false;
addEventListener("beforeunload", (event) => losesList && event.preventDefault());

/* The slash goes to the box, as on many sites. */
document.addEventListener("keydown", (event) => {
  const input = document.getElementById("bcumap-q");
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || !input) return;
  event.preventDefault();
  input.focus();
});

export default function ({ parentElement, data: [data], setTriggerValue }) {
  const form = parentElement.querySelector("form");
  const box = (form.box = form.box || new Box(form));
  box.url = data.url;
  box.ask = (text) => {
    setTriggerValue("ask", text);
    if (data.run !== undefined) expectAnswer(new URLSearchParams({ q: text }));
  };
  box.choose = (area) => {
    setTriggerValue("choose", area);
    if (data.run !== undefined) expectAnswer(linkTo(area));
  };
  ask = (text) => box.submit(text);
  const isAnswer = box.wanted && data.asked === box.asked;
  box.show(data.asked);
  answered(form);
  if (data.run === undefined) return; // the static site
  keepSession(data.pages, data.place_names, data.keeps);
  // Drawn again, it may still have what an earlier link asked.
  if (data.run !== box.run) writePlace(data.link);
  box.run = data.run;
  losesList = Boolean(data.list);
  watchConnection(() => {
    losesList = false; // it was the server's
    waiting = setTimeout(() => location.reload(), AFTER_LOSS);
    setTriggerValue("ping", Date.now());
  });
  hear(box, data);
  keptLine(form.querySelector(".kept"), data, (what) => setTriggerValue("forget", what));
  if (isAnswer) {
    box.wanted = false;
    goTo(".bcumap-answer h2", data.title);
  }
}

/* Say what is new: what came of a list, or else what the page is about. */
function hear(box, { said, read }) {
  const { heard = { said: "", read } } = box;
  box.heard = { said, read };
  if (read && read !== heard.read) {
    say(box.said, read);
    if (isFree()) goTo(".bcumap-verdict h3");
  } else if (said !== heard.said) say(box.said, said);
}

/* Say a sentence: a region that is always there is changed a little later than the page. */
function say(place, text) {
  setTimeout(() => (place.textContent = text), 250);
}

/* Whether nothing has the focus that somebody is working with: where one clicks, the page has it. */
function isFree() {
  return document.activeElement.matches("body, [data-testid=stMain], #bcumap-q");
}

/* Take the focus to a heading (of that text) as soon as it is there. */
function goTo(css, text, tries = 60) {
  const heading = document.querySelector(css);
  if (heading && heading.textContent === (text ?? heading.textContent)) return heading.focus();
  if (tries && isFree()) setTimeout(() => goTo(css, text, tries - 1), 50);
}

/* What the visit keeps, each with a button that forgets it. */
function keptLine(line, data, forget) {
  const kept = [["place", data.place, `Your place: ${data.place}`], ["list", data.list, `Your list ${data.list} is in use`]];
  const shown = kept.filter(([, value]) => value);
  line.hidden = !shown.length;
  line.replaceChildren(
    ...shown.map(([what, , text]) => {
      const chip = document.createElement("span");
      const cross = document.createElement("button");
      cross.type = "button";
      cross.textContent = "Forget";
      cross.ariaLabel = `Forget ${what === "list" ? "your list" : "your place"}`;
      cross.addEventListener("click", () => forget(what));
      chip.append(text, " ", cross);
      return chip;
    })
  );
}

/* The part of a link that chooses an area; a level is called as its parameter, and an s. */
export function linkTo({ level, code }) {
  return new URLSearchParams({ [level.slice(0, -1)]: code });
}

class Box {
  constructor(form) {
    this.input = form.querySelector("input");
    this.list = form.querySelector("ul");
    this.status = form.querySelector(".status");
    this.said = form.querySelector(".said");
    this.options = [];
    this.active = -1;
    this.input.addEventListener("input", () => this.wait());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.input.value.trim()) this.submit(this.input.value);
      else this.status.textContent = "Enter a postcode or a name.";
    });
    this.offerLocation(form.querySelector(".here"));
  }

  /* Show what the page was asked, unless someone is typing the next question. */
  show(asked) {
    if (asked === this.asked) return;
    this.asked = asked;
    this.input.value = asked;
    this.close();
  }

  submit(text) {
    this.close();
    this.input.value = text;
    this.asked = text.trim();
    this.wanted = true;
    this.rest();
    this.ask(text.trim());
  }

  /* Let a phone's keyboard go away; elsewhere the box keeps the focus until an answer takes it. */
  rest() {
    if (isTouched()) this.input.blur();
  }

  /* --- suggestions ------------------------------------------------------------------------ */

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.suggest(), WAIT);
  }

  async suggest() {
    const text = this.input.value.trim();
    if (!text) return this.close();
    this.request?.abort();
    this.request = new AbortController();
    try {
      const reply = await fetch(`${this.url}?q=${encodeURIComponent(text)}`, {
        signal: this.request.signal,
      });
      if (!reply.ok) return;
      const options = await reply.json();
      if (document.activeElement === this.input) this.open(options);
    } catch (error) {
      if (error.name !== "AbortError") this.close(); // the box works without suggestions
    }
  }

  open(options) {
    this.options = options;
    this.active = -1;
    this.list.replaceChildren(...options.map((option, place) => this.item(option, place)));
    this.list.hidden = !options.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.input.removeAttribute("aria-activedescendant");
    const number = options.length;
    this.status.textContent = number ? `${number} suggestion${number > 1 ? "s" : ""}` : "No suggestions";
  }

  item(option, place) {
    const item = document.createElement("li");
    item.id = `bcumap-option-${place}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const name = document.createElement("strong");
    const detail = document.createElement("small");
    name.textContent = option.label;
    detail.textContent = option.detail;
    item.append(name, " ", detail);
    item.addEventListener("mousedown", (event) => event.preventDefault()); // keep the focus
    item.addEventListener("click", () => this.pick(option));
    return item;
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.options = [];
    this.active = -1;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.status.textContent = "";
  }

  /* An area is shown; a postcode is asked for; the beginning of one is gone on with. */
  pick(option) {
    if (option.level !== "query") {
      this.close();
      this.input.value = option.label;
      this.rest();
      this.choose({ level: option.level, code: option.code });
    } else if (option.detail === "postcodes") {
      this.input.value = option.code;
      this.suggest();
    } else {
      this.submit(option.code);
    }
  }

  key(event) {
    const last = this.options.length - 1;
    if (event.key === "ArrowDown" && last < 0) this.suggest();
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && last >= 0) {
      event.preventDefault();
      this.mark((this.active + steps[event.key] + last + 2) % (last + 2));
    } else if (event.key === "Enter" && this.active >= 0 && this.active <= last) {
      event.preventDefault();
      this.pick(this.options[this.active]);
    } else if (event.key === "Escape") {
      if (this.list.hidden) this.input.value = "";
      this.close();
    }
  }

  /* Mark one suggestion; the place after the last is the box itself. */
  mark(place) {
    this.active = place > this.options.length - 1 ? -1 : place;
    [...this.list.children].forEach((item, each) => {
      item.setAttribute("aria-selected", String(each === this.active));
    });
    const item = this.list.children[this.active];
    if (!item) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  /* --- where the visitor is --------------------------------------------------------------- */

  /* Offered on devices that are touched: they know where they are by their own receiver. The page
     asks the device, and sends the position to its own server only. */
  offerLocation(button) {
    if (!navigator.geolocation || !isSecureContext || !isTouched()) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      this.status.textContent = "Asking your device where it is …";
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          const place = [coords.latitude, coords.longitude].map((each) => each.toFixed(ROUGHLY));
          this.submit(`${place.join(", ")} ±${Math.ceil(coords.accuracy)}`);
        },
        (error) => {
          this.status.textContent =
            error.code === error.PERMISSION_DENIED
              ? "Your device does not share its location. Type a postcode instead."
              : "Your device does not know where it is. Type a postcode instead.";
        },
        { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 }
      );
    });
  }
}
