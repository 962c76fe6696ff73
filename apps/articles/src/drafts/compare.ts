import { isDeepStrictEqual } from 'node:util';
import { diffArrays } from 'diff';
import type { ArticleSnapshot, Block } from '#events';

/** A field outside the body that differs. */
export interface FieldChange {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** The change of one block of the body, in the order of the newer revision. */
export type BlockChange =
  | { readonly change: 'same' | 'added' | 'removed'; readonly block: Block }
  | { readonly change: 'changed'; readonly from: Block; readonly to: Block };

export interface Comparison {
  readonly fields: FieldChange[];
  readonly blocks: BlockChange[];
}

/** How `to` differs from `from`, field by field and block by block. Ignores the times of publication. */
export function compare(from: ArticleSnapshot, to: ArticleSnapshot): Comparison {
  return { fields: fieldChanges(from, to), blocks: blockChanges(from.body, to.body) };
}

const notCompared = ['body', 'updatedAt', 'publishedAt'];

function fieldChanges(from: ArticleSnapshot, to: ArticleSnapshot): FieldChange[] {
  const fields = [...new Set([...Object.keys(from), ...Object.keys(to)])] as (keyof ArticleSnapshot)[];
  return fields
    .filter((field) => !notCompared.includes(field) && !isDeepStrictEqual(from[field], to[field]))
    .map((field) => ({ field, from: from[field], to: to[field] }));
}

function blockChanges(from: readonly Block[], to: readonly Block[]): BlockChange[] {
  const runs = diffArrays([...from], [...to], { comparator: isDeepStrictEqual });
  const changes: BlockChange[] = [];
  for (let i = 0; i < runs.length; i++) {
    const { removed, added, value } = runs[i]!;
    const next = runs[i + 1];
    if (removed && next?.added) {
      changes.push(...replaced(value, next.value));
      i++;
    } else {
      const change = added ? 'added' : removed ? 'removed' : 'same';
      changes.push(...value.map((block) => ({ change, block }) as const));
    }
  }
  return changes;
}

/** Pairs each added block with the next removed one of its type, as a change. */
function replaced(removed: readonly Block[], added: readonly Block[]): BlockChange[] {
  const left = [...removed];
  const changes: BlockChange[] = [];
  for (const to of added) {
    const index = left.findIndex(({ type }) => type === to.type);
    if (index < 0) {
      changes.push({ change: 'added', block: to });
      continue;
    }
    const before = left.splice(0, index + 1);
    const from = before.pop()!;
    changes.push(...before.map((block) => ({ change: 'removed', block }) as const), {
      change: 'changed',
      from,
      to,
    });
  }
  return [...changes, ...left.map((block) => ({ change: 'removed', block }) as const)];
}
