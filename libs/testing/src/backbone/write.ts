import pLimit from 'p-limit';

/** Writes an item of the writer once. @returns false if the process died before it answered. */
export async function write(
  url: string,
  id: string,
  body: object = {},
  headers: Record<string, string> = {},
): Promise<boolean> {
  try {
    const response = await fetch(`${url}/items/${id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    if (response.ok) return true;
    if (response.status >= 500) return false;
    throw new Error(`${response.status} ${await response.text()}`);
  } catch (error) {
    // By name: fetch comes from outside the realm that Jest gives each test file.
    if (['TypeError', 'TimeoutError'].includes((error as Error).name)) return false;
    throw error;
  }
}

/** Writes `count` times, over all items in turn, `atOnce` at a time. @returns how many writes were answered. */
export async function writeMany(
  url: string,
  items: readonly string[],
  count: number,
  atOnce = 20,
): Promise<number> {
  const targets = Array.from({ length: count }, (_, i) => items[i % items.length]!);
  const answers = await pLimit(atOnce).map(targets, (item) => write(url, item));
  return answers.filter(Boolean).length;
}
