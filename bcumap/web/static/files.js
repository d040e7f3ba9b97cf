/* JSON files that a page is made of: each fetched once, and again if that failed. */
const PAUSES_MS = [1000, 4000]; // before another try
const files = new Map();

/* A JSON file; whoever asks while it is on its way shares it. */
export function load(url) {
  if (!files.has(url)) {
    const answer = attempt(url);
    answer.catch(() => files.delete(url)); // so that the next who asks tries again
    files.set(url, answer);
  }
  return files.get(url);
}

async function attempt(url, pauses = PAUSES_MS) {
  try {
    const reply = await fetch(url);
    if (!reply.ok) throw new Error(`${url}: ${reply.status}`);
    return await reply.json();
  } catch (error) {
    if (!pauses.length) throw error;
    await new Promise((resolve) => setTimeout(resolve, pauses[0]));
    return attempt(url, pauses.slice(1));
  }
}
