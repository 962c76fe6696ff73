import { textsOf, type ArticleSnapshot, type Picture, type Term } from '#events';

/** What a rail shows of an article. Interactions are stored separately, because they change far more often. */
export interface Card {
  readonly id: string;
  readonly slug: string;
  readonly kicker: string;
  readonly headline: string;
  readonly picture: Picture;
  readonly label: ArticleSnapshot['label'];
  readonly access: ArticleSnapshot['access'];
  readonly section: Term;
  readonly topics: readonly Term[];
  readonly places: readonly Term[];
  readonly publishedAt: string;
}

export const cardOf = (article: ArticleSnapshot): Card => ({
  id: article.id,
  slug: article.slug,
  kicker: article.kicker,
  headline: article.shortHeadline ?? article.headline,
  picture: article.cardPicture ?? article.leadPicture,
  label: article.label,
  access: article.access,
  section: article.section,
  topics: article.topics,
  places: article.places,
  publishedAt: article.publishedAt,
});

/** The words of an article, for finding its neighbours. Headline and lead appear twice to count more. */
export const wordsOf = ({ kicker, headline, lead, body }: ArticleSnapshot): string =>
  [kicker, headline, headline, lead, lead, ...body.flatMap(textsOf)].join('\n');
