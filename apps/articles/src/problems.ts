import { refusals } from '#platform';

/** Everything the articles service says no to. */
export const refuse = refusals({
  'article.unknown': [404, 'There is no such article.'],
  'article.retracted': [410, 'This article was taken down.'],
  'article.changed-meanwhile': [
    412,
    'The article was changed meanwhile; load it again and repeat the change.',
  ],
  'article.not-published': [409, 'The article is not published.'],
  'article.already-retracted': [409, 'The article was retracted; it can no longer be changed.'],
  'article.slug-taken': [409, 'Another article has this slug.'],
  'article.unchanged': [409, 'There is nothing new to publish.'],
  'author.unknown': [422, 'There is no author with this slug.'],
  'section.unknown': [422, 'There is no section with this slug.'],
  'topic.unknown': [422, 'There is no topic with this slug.'],
  'place.unknown': [422, 'There is no place with this slug.'],
  'list.bad-cursor': [422, 'The cursor is not one that a list has given out.'],
  'list.unknown': [404, 'There is no such section, topic, place or author.'],
});
