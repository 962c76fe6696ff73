import type { z } from 'zod';
import type { ArticleSnapshot, Block, Picture } from '#events';

/** A picture of another system, which may lack texts. */
export type ImportedPicture = Pick<Picture, 'url' | 'width' | 'height'> &
  Partial<Pick<Picture, 'alt' | 'caption' | 'credit'>>;

type WithPicture<B> = B extends { picture: Picture }
  ? Omit<B, 'picture'> & { picture: ImportedPicture }
  : B extends { pictures: Picture[] }
    ? Omit<B, 'pictures'> & { pictures: ImportedPicture[] }
    : B;
/** A block whose pictures may be incomplete. */
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

/** An article for the editorial API, without fields that the other system lacks. */
export interface ImportedArticle extends Text {
  dateline?: { place?: string; time?: string };
  leadPicture?: ImportedPicture;
  cardPicture?: ImportedPicture;
  body?: ImportedBlock[];
  embargoUntil?: string;
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

/** What was left out of a record or changed, and how often. */
export interface Note {
  readonly what: string;
  readonly count: number;
}

export class Notes {
  private readonly counts = new Map<string, number>();

  constructor(first: readonly string[] = []) {
    for (const what of first) this.add(what);
  }

  add(what: string, count = 1): void {
    if (count > 0) this.counts.set(what, (this.counts.get(what) ?? 0) + count);
  }

  get all(): Note[] {
    return [...this.counts].map(([what, count]) => ({ what, count }));
  }
}

/** A record of a file, with the line where it starts: an article, a bad record, or one that is not an article. */
export type ImportRecord = {
  readonly line: number;
  readonly sourceId?: string;
  /** Helps to find a bad record. */
  readonly title?: string;
} & (
  | { readonly request: ImportRequest; readonly notes?: readonly Note[] }
  | { readonly bad: string }
  | { readonly passedOver: string; readonly notes?: readonly Note[] }
);

export type Records = AsyncGenerator<ImportRecord, void, undefined>;

/** The issues of a schema in one line. */
export const complaintsOf = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => `/${path.join('/')} ${message}`).join('; ');
