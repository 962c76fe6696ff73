import type { DataSource } from 'typeorm';
import { Author } from '../authors/author.entity.js';
import { refuse } from '../problems.js';
import { Place, Section, Topic } from '../taxonomy/term.entities.js';
import { Article } from './article.entity.js';
import { articleSummary, type ArticleListResponse, type ListArticlesRequest } from './articles.dto.js';

/** Which column of an article a list filters by, and how. */
const filters = {
  section: { entity: Section, where: 'article.sectionId = :section' },
  topic: { entity: Topic, where: 'article.topicIds @> ARRAY[:topic]::uuid[]' },
  place: { entity: Place, where: 'article.placeIds @> ARRAY[:place]::uuid[]' },
  author: { entity: Author, where: 'article.authorIds @> ARRAY[:author]::uuid[]' },
} as const;

/**
 * Published articles, newest first. The cursor names the last article seen, so that articles published meanwhile
 * neither shift nor repeat anything.
 * @throws Refused `list.unknown`, `list.bad-cursor`.
 */
export async function listArticles(
  db: DataSource,
  request: ListArticlesRequest,
): Promise<ArticleListResponse> {
  const query = db
    .getRepository(Article)
    .createQueryBuilder('article')
    .where(`article.state = 'published'`)
    .orderBy('article.publishedAt', 'DESC')
    .addOrderBy('article.id', 'DESC')
    .limit(request.limit + 1);
  for (const name of ['section', 'topic', 'place', 'author'] as const) {
    const slug = request[name];
    if (slug === undefined) continue;
    const found = await db.manager.findOne<{ id: string }>(filters[name].entity, {
      where: { slug } as never,
    });
    if (!found) throw refuse('list.unknown');
    query.andWhere(filters[name].where, { [name]: found.id });
  }
  if (request.cursor) {
    query.andWhere('(article.publishedAt, article.id) < (:at, :id)', readCursor(request.cursor));
  }
  const found = await query.getMany();
  const page = found.slice(0, request.limit);
  const last = page.at(-1);
  return {
    items: page.map(({ snapshot }) => articleSummary(snapshot!)),
    ...(found.length > page.length && last && { nextCursor: cursorOf(last) }),
  };
}

const cursorOf = ({ publishedAt, id }: Article): string =>
  Buffer.from(`${publishedAt!.toISOString()} ${id}`).toString('base64url');

function readCursor(cursor: string): { at: string; id: string } {
  const [, at, id] =
    /^(\d{4}-[\dT:.-]+Z) ([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (!at || !id || Number.isNaN(Date.parse(at))) throw refuse('list.bad-cursor');
  return { at, id };
}
