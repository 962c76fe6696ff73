import type { LiveArticle, RetractedArticle } from './article.js';
import type { ArticleDraft } from './article-content.js';

/** An editor approves one content of an article for a schedule. Later edits leave it as it was approved. */

/** The content to publish at `publishAt`, with the slug that was approved with it. */
export const approvedContentOf = ({ approved, draft, slug }: LiveArticle): ArticleDraft =>
  approved ?? { ...draft, slug: draft.slug ?? slug };

/** Every content of an article that is not public: the working copy, and the approved one before it. */
export const contentsOf = ({ draft, approved }: LiveArticle | RetractedArticle): ArticleDraft[] =>
  [draft, approved].filter((content) => content !== null);

/** @param hasApproved whether an approved content is stored beside the working copy. */
export const isEditedAfterApproval = (publishAt: Date | null, hasApproved: boolean): boolean =>
  publishAt !== null && hasApproved;

/** Nothing is approved beside the working copy. Until an article is public, its slug is that of the working copy. */
export const workingCopyAlone = ({ state, slug, draft }: LiveArticle) => ({
  approved: null,
  slug: state === 'published' ? slug : (draft.slug ?? slug),
});
