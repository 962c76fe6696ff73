import { messagingMigrations } from '#messaging';
import type { DatabaseDefinition } from '#platform';
import { ArticleRow } from './article/article.entity.js';
import { ArticleTables1763900000000 } from './migrations/1763900000000-article-tables.js';
import { ArticleLife1764000000000 } from './migrations/1764000000000-article-life.js';
import { FillArticleSearch1764400000000 } from './migrations/1764400000000-fill-article-search.js';
import { FeedChanges1764510000000 } from './migrations/1764510000000-feed-changes.js';
import { Retractions1764500000000 } from './migrations/1764500000000-retractions.js';
import { ApprovalAndSlugs1764600000000 } from './migrations/1764600000000-approval-and-slugs.js';
import { FillSlugsAndRevisions1764600000001 } from './migrations/1764600000001-fill-slugs-and-revisions.js';
import { TermVersions1764700000000 } from './migrations/1764700000000-term-versions.js';
import { FormerDraft } from './article/former-draft.entity.js';
import { SearchVocabulary1764800000000 } from './migrations/1764800000000-search-vocabulary.js';
import { FillSearchVocabulary1764800000001 } from './migrations/1764800000001-fill-search-vocabulary.js';
import { TermChange1764900000000 } from './migrations/1764900000000-term-change.js';
import { Revision } from './article/revision.entity.js';
import { Term } from './taxonomy/term.entity.js';

export const database: DatabaseDefinition = {
  entities: [ArticleRow, Revision, FormerDraft, Term],
  migrations: [
    ...messagingMigrations,
    ArticleTables1763900000000,
    ArticleLife1764000000000,
    FillArticleSearch1764400000000,
    Retractions1764500000000,
    FeedChanges1764510000000,
    ApprovalAndSlugs1764600000000,
    FillSlugsAndRevisions1764600000001,
    TermVersions1764700000000,
    SearchVocabulary1764800000000,
    FillSearchVocabulary1764800000001,
    TermChange1764900000000,
  ],
};
