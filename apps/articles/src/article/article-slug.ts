import { Slug } from '#events';

/** Whether a text looks like an id. An address of that form is looked up as an id first. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

/** A slug that an article can be given. */
export const ArticleSlug = Slug.refine((slug) => !isUuid(slug), 'must not look like the id of an article');
