import { messagingMigrations } from '#messaging';
import type { DatabaseDefinition } from '#platform';
import { Article } from './articles/article.entity.js';
import { ArticleTables1763900000000 } from './migrations/1763900000000-article-tables.js';
import { ArticleLife1764000000000 } from './migrations/1764000000000-article-life.js';
import { FillArticleSearch1764400000000 } from './migrations/1764400000000-fill-article-search.js';
import { SearchVocabulary1764800000000 } from './migrations/1764800000000-search-vocabulary.js';
import { FillSearchVocabulary1764800000001 } from './migrations/1764800000001-fill-search-vocabulary.js';
import { Revision } from './revisions/revision.entity.js';
import { Term } from './taxonomy/term.entity.js';

export const database: DatabaseDefinition = {
  entities: [Article, Revision, Term],
  migrations: [
    ...messagingMigrations,
    ArticleTables1763900000000,
    ArticleLife1764000000000,
    FillArticleSearch1764400000000,
    SearchVocabulary1764800000000,
    FillSearchVocabulary1764800000001,
  ],
};
