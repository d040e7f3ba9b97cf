/* The rows of a visitor's list that are not certain: for each, which ward is meant. Whatever the
   list says only ever becomes text. */
const MEANING = {
  matched: "decided",
  suggested: "suggested",
  ambiguous: "one of several?",
  unknown: "no ward found",
  duplicate: "a second row",
};

export default function ({ parentElement, data: [data], setTriggerValue }) {
  const root = parentElement.querySelector(".bcumap-decide");
  const body = document.createElement("tbody");
  const decided = new Map();
  data.rows.forEach((row) => body.append(line(row, data.can_decide, decided)));
  root.querySelector("tbody").replaceWith(body);
  const [all, apply] = [root.querySelector(".all"), root.querySelector(".apply")];
  [all, apply].forEach((button) => (button.hidden = !data.can_decide));
  root.querySelector(".why").hidden = data.can_decide;
  all.onclick = () => {
    data.rows.forEach(({ row, outcome, options }, place) => {
      if (outcome !== "suggested" || !options.length) return;
      decided.set(row, options[0][0]);
      body.rows[place].querySelector("select").value = options[0][0];
    });
    say(root, decided);
  };
  apply.onclick = () => {
    if (decided.size) setTriggerValue("decide", Object.fromEntries(decided));
    else say(root, decided);
  };
}

function say(root, decided) {
  const number = decided.size;
  root.querySelector(".said").textContent = number
    ? `${number} decided; press “Apply”.`
    : "Choose a ward for a row first.";
}

function line(row, canDecide, decided) {
  const element = document.createElement("tr");
  const cell = (text, name = "td") => {
    const made = document.createElement(name);
    made.textContent = text;
    element.append(made);
    return made;
  };
  cell(row.row, "th").scope = "row";
  cell(row.said || "(nothing)");
  const found = cell(MEANING[row.outcome] ?? row.outcome);
  const note = document.createElement("small");
  note.textContent = row.note;
  found.append(note);
  const place = cell("");
  if (!canDecide) return element;
  const select = document.createElement("select");
  select.ariaLabel = `The ward of row ${row.row}`;
  select.append(new Option("leave open", "?"));
  row.options.forEach(([code, label]) => select.append(new Option(label, code)));
  select.append(new Option("no ward of today", ""));
  select.value = row.chosen || (row.note.startsWith("decided by hand") ? "" : "?");
  select.onchange = () => {
    if (select.value === "?") decided.delete(row.row);
    else decided.set(row.row, select.value);
  };
  place.append(select);
  return element;
}
