/* The sources of a fact as links with the names of their publishers: see bcumap/base/sources.py. */
const PIECE = /^(.*), (https?:\/\/[^\s;,<>"']+)$/;

/* Write "Source: …" into an element. Text from data only ever becomes text. */
export function cite(element, text) {
  element.replaceChildren("Source: ");
  text.split("; ").forEach((piece, place) => {
    const [, name, link] = PIECE.exec(piece) ?? [];
    if (place) element.append("; ");
    if (!link) return element.append(piece);
    const anchor = document.createElement("a");
    Object.assign(anchor, { href: link, textContent: name, rel: "noopener noreferrer" });
    return element.append(anchor);
  });
}
