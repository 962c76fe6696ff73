import { ArticleDraft, isUuid } from '#api';
import type { ArticleSnapshot } from '#events';
import { sanitized } from '#http';

/** A draft as received: all of its texts are sanitized first. */
export const ArticleDraftRequest = sanitized(ArticleDraft);

/** The content that a public snapshot was made from. */
export function draftOf({ byline, section, topics, places, ...snapshot }: ArticleSnapshot): ArticleDraft {
  const { id: _i, corrections: _c, publishedAt: _p, updatedAt: _u, slug, ...text } = snapshot;
  return {
    ...text,
    // Slugs that look like ids predate the rule against them.
    ...(!isUuid(slug) && { slug }),
    authors: slugsOf(byline),
    section: section.slug,
    topics: slugsOf(topics),
    places: slugsOf(places),
  };
}

const slugsOf = (terms: readonly { slug: string }[]): string[] => terms.map(({ slug }) => slug);
