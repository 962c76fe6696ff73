import type { z } from 'zod';
import type { ArticleSnapshot, Block, Picture } from '#events';

/** A picture as far as another system describes it. */
export type ImportedPicture = Pick<Picture, 'url' | 'width' | 'height'> &
  Partial<Pick<Picture, 'alt' | 'caption' | 'credit'>>;

type WithPicture<B> = B extends { picture: Picture }
  ? Omit<B, 'picture'> & { picture: ImportedPicture }
  : B extends { pictures: Picture[] }
    ? Omit<B, 'pictures'> & { pictures: ImportedPicture[] }
    : B;
/** A block whose pictures may lack something. */
export type ImportedBlock = WithPicture<Block>;

interface Named {
  readonly slug: string;
  readonly name: string;
}

type Text = Partial<
  Pick<
    ArticleSnapshot,
    'slug' | 'kicker' | 'headline' | 'shortHeadline' | 'lead' | 'access' | 'label' | 'sponsor'
  >
>;

/** Content as the editorial API takes it; whatever another system does not have is left out. */
export interface ImportedArticle extends Text {
  dateline?: { place?: string; time?: string };
  leadPicture?: ImportedPicture;
  cardPicture?: ImportedPicture;
  body?: ImportedBlock[];
  authors?: string[];
  section?: string;
  topics?: string[];
  places?: string[];
}

/** The body of `POST /v1/editorial/imports`. */
export interface ImportRequest {
  sourceId: string;
  state: 'published' | 'draft';
  publishedAt?: string;
  terms?: { authors?: Named[]; section?: Named; topics?: Named[]; places?: Named[] };
  article: ImportedArticle;
}

/** What a reader found, and on which line it began. */
export type ImportRecord = { readonly line: number; readonly sourceId?: string } & (
  { readonly request: ImportRequest } | { readonly bad: string }
);

export type Records = AsyncGenerator<ImportRecord, void, undefined>;

/** The complaints of a schema in one line. */
export const complaintsOf = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => `/${path.join('/')} ${message}`).join('; ');
