import { problems } from '#api';
import { refusals } from '#http';

/** Every refusal of the articles service. */
export const refuse = refusals(
  problems(
    'article.unknown',
    'article.changed-meanwhile',
    'article.not-published',
    'article.not-retracted',
    'article.not-a-draft',
    'article.already-retracted',
    'article.purged',
    'article.slug-taken',
    'article.fields-reserved',
    'article.unchanged',
    'article.incomplete',
    'article.embargoed',
    'article.too-many-corrections',
    'draft.unknown',
    'revision.unknown',
    'schedule.past',
    'schedule.offline-first',
    'schedule.never-public',
    'schedule.none',
    'term.unknown',
    'article.moved',
    'term.moved',
    'term.not-found',
    'term.slug-taken',
    'term.changed-meanwhile',
    'term.in-use',
    'term.itself',
    'search.empty',
  ),
);
