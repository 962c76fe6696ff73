import { refusals } from '#http';

/** Every refusal of the articles service. */
export const refuse = refusals({
  'article.unknown': [404, 'There is no such article.'],
  'article.changed-meanwhile': [
    412,
    'The article has changed since you loaded it; load it again and repeat the change.',
  ],
  'article.not-published': [409, 'The article is not published.'],
  'article.not-retracted': [409, 'Only a retracted article can be purged.'],
  'article.not-a-draft': [409, 'Only a draft can be discarded; cancel the schedule or retract the article.'],
  'article.already-retracted': [409, 'The article was retracted; it can no longer be changed.'],
  'article.purged': [409, 'The text of this article has already been erased.'],
  'article.slug-taken': [409, 'Another article has or had this slug.'],
  'article.fields-reserved': [403, 'Some changed fields require another role; see errors.'],
  'article.unchanged': [409, 'The article has no unpublished changes.'],
  'article.incomplete': [422, 'The article is incomplete; see errors.'],
  'article.embargoed': [409, 'The article is under embargo; publish or schedule it for later.'],
  'article.too-many-corrections': [409, 'The article has the maximum number of corrections.'],
  'draft.unknown': [404, 'The article has no such former working copy.'],
  'revision.unknown': [404, 'The article has no such revision.'],
  'schedule.past': [422, 'The time is in the past.'],
  'schedule.offline-first': [422, 'offlineAt must be after publishAt.'],
  'schedule.never-public': [409, 'The article is not public; set publishAt.'],
  'schedule.none': [409, 'Nothing is scheduled.'],
  'term.unknown': [422, 'Some authors, sections, topics or places do not exist; create them first.'],
  'article.moved': [301, 'The article has another slug now.'],
  'term.moved': [301, 'The term has another slug now.'],
  'term.not-found': [404, 'There is no such section, topic, place or author.'],
  'term.slug-taken': [409, 'This slug already belongs to another term.'],
  'term.changed-meanwhile': [
    412,
    'The term has changed since you loaded it; load it again and repeat the change.',
  ],
  'term.in-use': [409, 'The term is in use; merge it into another one instead.'],
  'term.itself': [422, 'A term cannot be its own parent or be merged into itself.'],
  'search.empty': [422, 'The query has no searchable words.'],
});
