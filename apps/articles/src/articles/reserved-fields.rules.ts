import type { Role } from '#platform';
import { refuse } from '../problems.js';
import type { ArticleDraft } from './article-content.js';

/**
 * Fields that hold a promise to somebody: to readers that advertising is labelled, to a sponsor that it is named, to a
 * source that nothing is published too early. The right to edit the text does not include them.
 */
type Reserved = Pick<ArticleDraft, 'label' | 'sponsor' | 'embargoUntil'>;

const reserved: { [field in keyof Required<Reserved>]: readonly Role[] } = {
  label: ['editor', 'sales'],
  sponsor: ['editor', 'sales'],
  embargoUntil: ['editor'],
};
const fields = Object.keys(reserved) as (keyof Reserved)[];

/** @throws Refused `article.fields-reserved` with each field that none of `roles` may change so. */
export function mustBeFreeToChange(before: Reserved, after: Reserved, roles: readonly Role[]): void {
  const errors = fields
    .filter((field) => !isSame(field, before[field], after[field]))
    .filter((field) => !reserved[field].some((role) => roles.includes(role)))
    .map((field) => ({ pointer: `/${field}`, detail: `takes the role ${reserved[field].join(' or ')}` }));
  if (errors.length > 0) throw refuse('article.fields-reserved', { errors });
}

/** No label yet and «none» promise the same; an embargo is one moment, however it is written. */
function isSame(field: keyof Reserved, before: string | undefined, after: string | undefined): boolean {
  if (field === 'label') return (before ?? 'none') === (after ?? 'none');
  if (field === 'embargoUntil' && before && after) return Date.parse(before) === Date.parse(after);
  return before === after;
}

/**
 * An earlier content as the new working copy. The present label, sponsor and embargo stay; where there are none, those of
 * the earlier content come back with its text. Restoring neither lifts an embargo nor drops a label.
 */
export function restoredOver(current: ArticleDraft, earlier: ArticleDraft): ArticleDraft {
  const isLabelled = current.label === 'paid' || current.label === 'partner';
  const { label, sponsor } = isLabelled ? current : earlier;
  return { ...earlier, label, sponsor, embargoUntil: current.embargoUntil ?? earlier.embargoUntil };
}
