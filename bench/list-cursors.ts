/** The cursors of the pages 2 to `count` + 1 of the list of all articles, read as a client does. */
export async function listCursors(articlesUrl: string, pageSize: number, count: number): Promise<string[]> {
  const cursors: string[] = [];
  while (cursors.length < count) {
    const cursor = cursors.length > 0 ? `&cursor=${cursors.at(-1)}` : '';
    const response = await fetch(`${articlesUrl}/articles?limit=${pageSize}${cursor}`);
    const { nextCursor } = (await response.json()) as { nextCursor?: string };
    if (!nextCursor) break;
    cursors.push(nextCursor);
  }
  return cursors;
}
