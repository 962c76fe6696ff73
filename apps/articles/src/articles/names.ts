import { In, type EntityManager, type EntityTarget } from 'typeorm';
import type { Term } from '#events';
import { Author } from '../authors/author.entity.js';
import { refuse } from '../problems.js';
import { Place, Section, Topic } from '../taxonomy/term.entities.js';
import type { ResolvedNames } from './article.rules.js';
import type { ArticleContent } from './article-content.js';

/** @throws Refused `author.unknown`, `section.unknown`, `topic.unknown`, `place.unknown` with the slugs that are. */
export async function resolveNames(tx: EntityManager, content: ArticleContent): Promise<ResolvedNames> {
  // One after another: a transaction has one connection.
  const authors = await findBySlug(tx, Author, content.authors, 'author.unknown');
  const [section] = await findBySlug(tx, Section, [content.section], 'section.unknown');
  const topics = await findBySlug(tx, Topic, content.topics, 'topic.unknown');
  const places = await findBySlug(tx, Place, content.places, 'place.unknown');
  return {
    byline: authors.map(({ role, portrait, ...author }) => ({
      ...term(author),
      ...(role && { role }),
      ...(portrait && { portrait }),
    })),
    section: term(section!),
    topics: topics.map(term),
    places: places.map(term),
  };
}

const term = ({ id, slug, name }: Term): Term => ({ id, slug, name });

/** In the order of `slugs`. */
async function findBySlug<T extends { slug: string }>(
  tx: EntityManager,
  entity: EntityTarget<T>,
  slugs: readonly string[],
  code: Parameters<typeof refuse>[0],
): Promise<T[]> {
  if (slugs.length === 0) return [];
  const found = await tx.find(entity, { where: { slug: In(slugs) } as never });
  const bySlug = new Map(found.map((one) => [one.slug, one]));
  const unknown = slugs.filter((slug) => !bySlug.has(slug));
  if (unknown.length > 0) throw refuse(code, { unknown });
  return slugs.map((slug) => bySlug.get(slug)!);
}
