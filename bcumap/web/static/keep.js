/* Files that the browser keeps: any blob, and any table of the page as CSV (RFC 4180). */

/* Save a blob under a name. */
export function keep(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/* What a cell holds: its value where it has one as data, or else what it says. */
function said(cell) {
  const all = cell.dataset.value ?? words(cell);
  return all.replace(/\s+/g, " ").replace(/[; ]+$/, "").trim();
}

/* Text, with what stands small in brackets and parts apart. */
function words(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.nodeValue;
  const inner = [...node.childNodes].map(words).join("");
  if (node.tagName === "SMALL" && inner.trim()) return ` (${inner.trim()})`;
  return node.tagName === "SPAN" ? `${inner}; ` : inner;
}

/* A spreadsheet must not take text of strangers for a formula (OWASP, CSV injection). */
function field(value) {
  const number = value !== "" && Number.isFinite(Number(value));
  const safe = !number && /^[=+\-@\t\r＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/* A table as CSV; rows that have a code begin with it. */
export function csv(table) {
  const rows = [...table.rows].map((row) => [...row.cells].map(said));
  const coded = [...table.tBodies].some((body) => [...body.rows].some((row) => row.dataset.code));
  if (coded) [...table.rows].forEach((row, place) => rows[place].unshift(row.dataset.code ?? "Code"));
  return rows.map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";
}

function called(caption) {
  const words = said(caption).toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  return `bcumap-${words.slice(0, 60)}.csv`;
}

/* Save the table whose button was pressed. */
export function keepTable(event) {
  const button = event.target.closest?.("button.bcumap-csv");
  if (!button) return;
  const table = button.nextElementSibling;
  // With a byte order mark, so that Excel reads it as UTF-8.
  keep(new Blob(["\ufeff", csv(table)], { type: "text/csv" }), called(table.caption));
}
