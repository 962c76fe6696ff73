import { childOf, textOf, type Element } from './xml/elements.js';

export interface BloggerKind {
  /** Why the entry is not an article. */
  readonly passedOver?: string;
  readonly isDraft: boolean;
}

/** The kind of an entry of a Blogger export, in the format until 2018. Entries of other feeds are articles. */
export function bloggerKindOf(entry: Element): BloggerKind {
  const term = entry.children.find(
    ({ name, attributes }) => name === 'category' && attributes['scheme']?.endsWith('#kind'),
  )?.attributes['term'];
  const kind = (textOf(entry, 'blogger:type') ?? term?.split('#').at(-1) ?? 'post').toLowerCase();
  const status = textOf(entry, 'blogger:status')?.toLowerCase() ?? 'live';
  const control = childOf(entry, 'control');
  const isDraft = status === 'draft' || (control && textOf(control, 'draft')) === 'yes';
  if (kind === 'comment' || childOf(entry, 'thr:in-reply-to')) return { passedOver: 'comment', isDraft };
  if (kind !== 'post') return { passedOver: `${kind.slice(0, 40)} of the blog`, isDraft };
  if (status.includes('trash')) return { passedOver: 'post in the trash', isDraft };
  return { isDraft };
}
