import type { ArticleDraft } from '#api';
import type { LiveArticle, RetractedArticle } from './article.js';

/** An editor approves one version of the content for a schedule. Later edits do not change it. */

/** The content to publish at `publishAt`, with the slug that was approved with it. */
export const approvedContentOf = ({ approved, draft, slug }: LiveArticle): ArticleDraft =>
  approved ?? { ...draft, slug: draft.slug ?? slug };

/** The unpublished contents of an article: the working copy and, if edited since, the approved one. */
export const contentsOf = ({ draft, approved }: LiveArticle | RetractedArticle): ArticleDraft[] =>
  [draft, approved].filter((content) => content !== null);

/** @param hasApproved whether the approved content is stored apart from the working copy. */
export const isEditedAfterApproval = (publishAt: Date | null, hasApproved: boolean): boolean =>
  publishAt !== null && hasApproved;

/** The fields of an article whose only content is the working copy. Until it is public, its slug follows that copy. */
export const workingCopyAlone = ({ state, slug, draft }: LiveArticle) => ({
  approved: null,
  slug: state === 'published' ? slug : (draft.slug ?? slug),
});
