import type { ArticleDraft } from '#api';
import type { Role } from '#platform';
import { refuse } from '../problems.js';

/**
 * Fields that keep a promise: to readers (advertising is labelled), to sponsors (they are named), to sources (nothing is
 * published early). Permission to edit the text does not cover them.
 */
type Reserved = Pick<ArticleDraft, 'label' | 'sponsor' | 'embargoUntil'>;

const reserved: { [field in keyof Required<Reserved>]: readonly Role[] } = {
  label: ['editor', 'sales'],
  sponsor: ['editor', 'sales'],
  embargoUntil: ['editor'],
};
const fields = Object.keys(reserved) as (keyof Reserved)[];

/** @throws Refused `article.fields-reserved` with each changed field that none of `roles` may change. */
export function mustBeFreeToChange(before: Reserved, after: Reserved, roles: readonly Role[]): void {
  const errors = fields
    .filter((field) => !isSame(field, before[field], after[field]))
    .filter((field) => !reserved[field].some((role) => roles.includes(role)))
    .map((field) => ({ pointer: `/${field}`, detail: `requires the role ${reserved[field].join(' or ')}` }));
  if (errors.length > 0) throw refuse('article.fields-reserved', { errors });
}

/** A missing label equals "none", and embargoes are compared as moments. */
function isSame(field: keyof Reserved, before: string | undefined, after: string | undefined): boolean {
  if (field === 'label') return (before ?? 'none') === (after ?? 'none');
  if (field === 'embargoUntil' && before && after) return Date.parse(before) === Date.parse(after);
  return before === after;
}

/**
 * Earlier content as the new working copy. The current label, sponsor and embargo stay; if there are none, those of the
 * earlier content are restored. Restoring never lifts an embargo or drops a label.
 */
export function restoredOver(current: ArticleDraft, earlier: ArticleDraft): ArticleDraft {
  const isLabelled = current.label === 'paid' || current.label === 'partner';
  const { label, sponsor } = isLabelled ? current : earlier;
  return { ...earlier, label, sponsor, embargoUntil: current.embargoUntil ?? earlier.embargoUntil };
}
