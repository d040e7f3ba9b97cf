/* A date that is moved: by a slider, step by step from change to change, by playing, or typed. It
   tells every scene on the page at once (`bcumap:date`), and the server when it has come to rest. */
import { asDay, asIso, asWords, lastOn, starts } from "./dates.js";

const REST_MS = 600; // after so long without a move the server is told
const STEP_MS = 1400; // of playing

export default function ({ parentElement, data: [data], setTriggerValue }) {
  const root = parentElement.querySelector(".bcumap-time");
  if (root.time) root.time.told(data, setTriggerValue);
  else root.time = new Time(root, data, setTriggerValue);
}

class Time {
  constructor(root, data, tell) {
    Object.assign(this, { root, data, tell, timer: 0, playing: 0, sent: new Set() });
    this.part = (name) => root.querySelector(`.${name}`);
    this.range = this.part("range");
    [this.first, this.last] = [asDay(data.first), asDay(data.last)];
    Object.assign(this.range, { min: this.first, max: this.last, step: 1 });
    Object.assign(this.part("day"), { min: data.first, max: data.last });
    this.range.oninput = () => this.go(Number(this.range.value));
    this.range.onkeydown = (event) => this.key(event);
    root.addEventListener("keydown", ({ key }) => key === "Escape" && this.playing && this.stop());
    this.part("back").onclick = () => this.step(-1);
    this.part("on").onclick = () => this.step(1);
    this.part("play").onclick = () => (this.playing ? this.stop() : this.play());
    this.part("day").onchange = ({ target }) => target.value && this.go(asDay(target.value));
    this.marks();
    this.go(asDay(data.on), { quiet: true });
  }

  /* The server has drawn the page anew: only another date than was told moves anything. What it
     was sent comes back, and by then somebody may have moved on. */
  told(data, tell) {
    this.tell = tell;
    const isOurs = this.sent.has(data.on);
    if (data.on === [...this.sent].at(-1)) this.sent.clear();
    if (!isOurs && data.on !== this.data.on && data.on !== asIso(this.now)) this.go(asDay(data.on), { quiet: true });
    this.data = data;
  }

  go(day, { quiet = false } = {}) {
    this.now = Math.min(Math.max(day, this.first), this.last);
    const on = asIso(this.now);
    const mark = lastOn(this.data.marks, on);
    this.range.value = this.now;
    this.range.setAttribute("aria-valuetext", asWords(on));
    this.part("date").textContent = asWords(on);
    this.part("day").value = on;
    this.part("label").textContent = mark ? mark.label : "";
    this.part("key").value = mark ? starts(mark.from) : "";
    this.root.querySelectorAll(".marks i").forEach((tick) => {
      tick.classList.toggle("now", tick.dataset.from === starts(mark?.from ?? ""));
    });
    document.bcumapDate = on; // for a scene that comes later
    document.dispatchEvent(new CustomEvent("bcumap:date", { detail: on }));
    clearTimeout(this.timer);
    if (!quiet && !this.playing) this.timer = setTimeout(() => this.rest(), REST_MS);
  }

  /* The date has come to rest: the server is told, and whoever listens hears it once. */
  rest() {
    const on = asIso(this.now);
    this.part("said").textContent = `${asWords(on)}. ${this.part("label").textContent}`;
    this.sent.delete(on); // the latest is the last
    this.sent.add(on);
    this.tell("on", on);
  }

  /* Arrows step from change to change: a day would be one of five thousand. */
  key(event) {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    this.step(by);
  }

  /* Go to the next date on which something changes. */
  step(by) {
    const days = this.data.changes.map(asDay);
    const next = by > 0 ? days.find((day) => day > this.now) : days.findLast((day) => day < this.now);
    if (next === undefined) return false;
    this.go(next);
    return true;
  }

  play() {
    if (!this.data.changes.some((iso) => asDay(iso) > this.now)) this.go(this.first);
    this.playing = setInterval(() => this.step(1) || this.stop(), STEP_MS);
    this.part("play").textContent = "Pause";
  }

  stop() {
    clearInterval(this.playing);
    if (this.playing) this.timer = setTimeout(() => this.rest(), REST_MS);
    this.playing = 0;
    this.part("play").textContent = "Play";
  }

  /* The key dates: as ticks below the line, and to be chosen from a list. */
  marks() {
    const key = this.part("key");
    key.append(new Option("", ""));
    this.data.marks.forEach(({ from, label }) => {
      const day = asDay(starts(from));
      const tick = document.createElement("i");
      tick.dataset.from = starts(from);
      tick.style.left = `${(100 * (day - this.first)) / (this.last - this.first)}%`;
      this.part("marks").append(tick);
      key.append(new Option(`${asWords(starts(from))}: ${label}`, starts(from)));
    });
    key.onchange = () => key.value && this.go(asDay(key.value));
  }
}
