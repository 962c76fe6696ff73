import type { ArticleSnapshot } from '#events';
import type { ImportedPicture, ImportRequest } from './record.js';

/** Values for fields that the other system lacks. */
export interface Defaults {
  readonly section?: string;
  readonly author?: string;
  readonly kicker?: string;
  /** Of pictures. */
  readonly credit?: string;
  readonly label?: ArticleSnapshot['label'];
  /** Everything becomes a draft. */
  readonly drafts?: boolean;
}

/** Fills in what is missing in a request. */
export function filledIn(request: ImportRequest, defaults: Defaults): ImportRequest {
  const { section, author, kicker, credit, label, drafts } = defaults;
  const { article } = request;
  const credited = (picture: ImportedPicture): ImportedPicture => ({ ...(credit && { credit }), ...picture });
  return {
    ...request,
    ...(drafts && { state: 'draft' }),
    article: {
      ...article,
      ...(!article.section && section && { section }),
      ...(!article.authors?.length && author && { authors: [author] }),
      ...(!article.kicker && kicker && { kicker }),
      ...(!article.label && label && { label }),
      ...(article.leadPicture && { leadPicture: credited(article.leadPicture) }),
      ...(article.cardPicture && { cardPicture: credited(article.cardPicture) }),
      ...(article.body && {
        body: article.body.map((block) => {
          if (block.type === 'picture') return { ...block, picture: credited(block.picture) };
          return block.type === 'gallery' ? { ...block, pictures: block.pictures.map(credited) } : block;
        }),
      }),
    },
  };
}
