import { z } from 'zod';
import { ArticleSnapshot, Block, Correction, Id, RetractionReason, Slug, Time } from '#events';
import { ArticleContent, ArticleDraft } from './article-draft.js';
import { named } from './components.js';
import { defineRoute, type RouteContract } from './define-route.js';
import {
  ActorName,
  Cursor,
  limitOf,
  LIST_LIMITS,
  MaybeTime,
  NextCursor,
  TimeWithOffset,
  VersionParameter,
} from './values.js';

export const articleStates = ['draft', 'scheduled', 'published', 'retracted'] as const;
const ArticleState = z.enum(articleStates);
const Version = z.int().positive();

/** An article as the newsroom sees it. `content` is the working copy, null once it has been purged. */
export const EditorialArticle = named(
  'EditorialArticle',
  z.object({
    id: Id,
    slug: z.string(),
    state: ArticleState,
    version: Version.describe('increases with every change; the ETag'),
    publishedVersion: Version.nullable(),
    hasChanges: z.boolean().describe('whether the working copy differs from what readers see'),
    publishAt: MaybeTime,
    editedAfterApproval: z.boolean().describe('whether the schedule publishes `approved`, not `content`'),
    approved: ArticleContent.optional(),
    offlineAt: MaybeTime,
    publishedAt: MaybeTime,
    updatedAt: Time,
    corrections: z.array(Correction),
    retraction: z
      .object({ at: MaybeTime, reason: RetractionReason.nullable(), note: z.string().optional() })
      .optional(),
    content: ArticleContent.nullable(),
  }),
);
export type EditorialArticle = z.infer<typeof EditorialArticle>;

const DeskItem = named(
  'DeskItem',
  z.object({
    id: Id,
    slug: z.string(),
    state: ArticleState,
    version: Version,
    hasChanges: z.boolean(),
    headline: z.string().nullable(),
    publishAt: MaybeTime,
    editedAfterApproval: z.boolean(),
    offlineAt: MaybeTime,
    publishedAt: MaybeTime,
    updatedAt: Time,
  }),
);

export const ArticleAuditEntry = named(
  'ArticleAuditEntry',
  z.object({
    id: z.string(),
    articleId: Id,
    version: Version.describe('after the action'),
    did: z.string().describe('such as `publish`; more actions may be added'),
    at: Time,
    by: ActorName,
    details: z.record(z.string(), z.unknown()),
  }),
);

const BASE = '/v1/editorial/articles';
const params = z.object({ id: Id });
const versionParams = z.object({ id: Id, version: VersionParameter });

/** A route that changes one article and answers with it. */
const changed = {
  params,
  ifMatch: 'required',
  response: EditorialArticle,
  etag: 'version',
} as const satisfies Partial<RouteContract>;
const everyChange = ['article.unknown', 'article.changed-meanwhile', 'article.already-retracted'] as const;
const everyPublication = [
  ...everyChange,
  'article.incomplete',
  'article.embargoed',
  'article.unchanged',
  'article.slug-taken',
  'term.unknown',
] as const;

export const listDesk = defineRoute({
  method: 'GET',
  path: BASE,
  summary: 'Articles in any state, most recently changed first.',
  audience: ['author', 'editor', 'sales'],
  query: z.strictObject({
    state: ArticleState.optional(),
    cursor: Cursor.optional(),
    limit: limitOf(LIST_LIMITS.desk, 50),
  }),
  response: z.object({ items: z.array(DeskItem), nextCursor: NextCursor }),
  problems: ['list.bad-cursor'],
});

export const createArticle = defineRoute({
  method: 'POST',
  path: BASE,
  summary: 'Creates a draft.',
  audience: ['author', 'editor'],
  body: ArticleDraft,
  idempotencyKey: true,
  status: 201,
  response: EditorialArticle,
  etag: 'version',
  problems: ['article.fields-reserved', 'article.slug-taken', 'term.unknown'],
});

export const getEditorialArticle = defineRoute({
  method: 'GET',
  path: `${BASE}/{id}`,
  summary: 'An article in any state.',
  audience: ['author', 'editor', 'sales'],
  params,
  response: EditorialArticle,
  etag: 'version',
  problems: ['article.unknown'],
});

export const editArticle = defineRoute({
  method: 'PUT',
  path: `${BASE}/{id}`,
  summary: 'Replaces the working copy.',
  audience: ['author', 'editor'],
  ...changed,
  body: ArticleDraft,
  problems: [...everyChange, 'article.fields-reserved', 'article.slug-taken', 'term.unknown'],
});

export const labelArticle = defineRoute({
  method: 'PUT',
  path: `${BASE}/{id}/label`,
  summary: 'Sets the label and sponsor of the working copy.',
  audience: ['editor', 'sales'],
  ...changed,
  body: z.strictObject({ label: ArticleDraft.shape.label.unwrap(), sponsor: ArticleDraft.shape.sponsor }),
  problems: everyChange,
});

export const discardArticle = defineRoute({
  method: 'DELETE',
  path: `${BASE}/{id}`,
  summary: 'Deletes a draft that was never public.',
  audience: ['editor'],
  params,
  ifMatch: 'required',
  response: null,
  problems: ['article.unknown', 'article.changed-meanwhile', 'article.not-a-draft'],
});

export const publishArticle = defineRoute({
  method: 'POST',
  path: `${BASE}/{id}/publish`,
  summary: 'Publishes the working copy.',
  audience: ['editor'],
  ...changed,
  problems: everyPublication,
});

export const correctArticle = defineRoute({
  method: 'POST',
  path: `${BASE}/{id}/correct`,
  summary: 'Publishes the working copy with a note to readers about what was wrong.',
  audience: ['editor'],
  ...changed,
  body: z.strictObject({ note: z.string().trim().min(1).max(1_000) }),
  problems: [...everyPublication, 'article.not-published', 'article.too-many-corrections'],
});

export const scheduleArticle = defineRoute({
  method: 'POST',
  path: `${BASE}/{id}/schedule`,
  summary: 'Schedules when the article is published, taken offline, or both.',
  audience: ['editor'],
  ...changed,
  body: z
    .strictObject({ publishAt: TimeWithOffset.optional(), offlineAt: TimeWithOffset.optional() })
    .refine(({ publishAt, offlineAt }) => publishAt ?? offlineAt, 'set publishAt, offlineAt or both'),
  problems: [...everyPublication, 'schedule.past', 'schedule.offline-first', 'schedule.never-public'],
});

export const cancelSchedule = defineRoute({
  method: 'DELETE',
  path: `${BASE}/{id}/schedule`,
  summary: 'Cancels the schedule.',
  audience: ['editor'],
  ...changed,
  problems: [...everyChange, 'schedule.none'],
});

export const retractArticle = defineRoute({
  method: 'POST',
  path: `${BASE}/{id}/retract`,
  summary: 'Retracts a published article: it is no longer public anywhere.',
  audience: ['editor'],
  ...changed,
  body: z.strictObject({ reason: RetractionReason, note: z.string().trim().min(1).max(500).optional() }),
  problems: [...everyChange, 'article.not-published'],
});

export const purgeArticle = defineRoute({
  method: 'POST',
  path: `${BASE}/{id}/purge`,
  summary: 'Erases the text of a retracted article.',
  audience: ['editor'],
  ...changed,
  problems: ['article.unknown', 'article.changed-meanwhile', 'article.not-retracted', 'article.purged'],
});

export const listArticleAudit = defineRoute({
  method: 'GET',
  path: `${BASE}/{id}/audit`,
  summary: 'The audit log of the article, newest first.',
  audience: ['author', 'editor'],
  params,
  query: z.strictObject({
    before: z
      .string()
      .regex(/^\d{1,18}$/)
      .optional()
      .describe('the id of the last entry seen'),
    limit: limitOf(LIST_LIMITS.audit, 100),
  }),
  response: z.object({ items: z.array(ArticleAuditEntry) }),
});

const Revision = named('Revision', ArticleSnapshot);
const RevisionSummary = z.object({
  version: Version,
  at: Time,
  by: ActorName,
  headline: z.string(),
  note: z.string().optional().describe('of a correction'),
});

export const listRevisions = defineRoute({
  method: 'GET',
  path: `${BASE}/{id}/revisions`,
  summary: 'Every revision of the article, newest first.',
  audience: ['author', 'editor'],
  params,
  query: z.strictObject({
    before: VersionParameter.optional().describe('the version of the last revision seen'),
    limit: limitOf(LIST_LIMITS.revisions, 50),
  }),
  response: z.object({ items: z.array(RevisionSummary) }),
  problems: ['article.unknown'],
});

const BlockChange = z.union([
  z.object({ change: z.enum(['same', 'added', 'removed']), block: Block }),
  z.object({ change: z.literal('changed'), from: Block, to: Block }),
]);

export const compareRevisions = defineRoute({
  method: 'GET',
  path: `${BASE}/{id}/revisions/compare`,
  summary: 'The difference between two revisions.',
  audience: ['author', 'editor'],
  params,
  query: z.strictObject({ from: VersionParameter, to: VersionParameter }),
  response: z.object({
    fields: z.array(z.object({ field: z.string(), from: z.unknown(), to: z.unknown() })),
    blocks: z.array(BlockChange).describe('in the order of the newer revision'),
  }),
  problems: ['revision.unknown'],
});

export const getRevision = defineRoute({
  method: 'GET',
  path: `${BASE}/{id}/revisions/{version}`,
  summary: 'The article as readers saw it in this version.',
  audience: ['author', 'editor'],
  params: versionParams,
  response: Revision,
  problems: ['revision.unknown'],
});

export const restoreRevision = defineRoute({
  method: 'POST',
  path: `${BASE}/{id}/revisions/{version}/restore`,
  summary: 'Makes a revision the working copy.',
  audience: ['author', 'editor'],
  ...changed,
  params: versionParams,
  problems: [...everyChange, 'revision.unknown', 'term.unknown'],
});

const FormerDraft = z.object({
  version: Version,
  headline: z.string().nullable(),
  replacedAt: Time,
  replacedBy: ActorName,
});

export const listFormerDrafts = defineRoute({
  method: 'GET',
  path: `${BASE}/{id}/drafts`,
  summary: 'Working copies that were replaced before they were published, newest first.',
  audience: ['author', 'editor'],
  params,
  response: z.object({ items: z.array(FormerDraft) }),
  problems: ['article.unknown'],
});

export const getFormerDraft = defineRoute({
  method: 'GET',
  path: `${BASE}/{id}/drafts/{version}`,
  summary: 'A working copy that was replaced.',
  audience: ['author', 'editor'],
  params: versionParams,
  response: ArticleContent,
  problems: ['draft.unknown'],
});

export const restoreFormerDraft = defineRoute({
  method: 'POST',
  path: `${BASE}/{id}/drafts/{version}/restore`,
  summary: 'Makes a former working copy the current one.',
  audience: ['author', 'editor'],
  ...changed,
  params: versionParams,
  problems: [...everyChange, 'draft.unknown', 'term.unknown'],
});

const NamedTerm = z.strictObject({ slug: Slug, name: z.string().trim().min(1).max(80) });

export const importArticle = defineRoute({
  method: 'POST',
  path: '/v1/editorial/imports',
  summary: 'Imports an article from another system, once per `sourceId`.',
  audience: ['editor'],
  body: z.strictObject({
    sourceId: z
      .string()
      .trim()
      .min(1)
      .max(300)
      .refine((id) => !id.startsWith('sha256:'), 'is the digest of an erased article')
      .describe('its unique id in the other system'),
    state: z.enum(['published', 'draft']).default('published'),
    publishedAt: TimeWithOffset.optional().describe('when it was first published there; in the past'),
    terms: z
      .strictObject({
        section: NamedTerm.optional(),
        authors: z.array(NamedTerm).max(8).optional(),
        topics: z.array(NamedTerm).max(20).optional(),
        places: z.array(NamedTerm).max(20).optional(),
      })
      .optional()
      .describe('created if they do not exist'),
    article: ArticleDraft,
  }),
  response: z.object({
    id: Id,
    slug: z.string(),
    outcome: z.enum(['imported', 'known']),
    state: ArticleState,
    missing: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .describe('why the article was imported as a draft instead of published'),
  }),
  problems: ['term.unknown'],
});
