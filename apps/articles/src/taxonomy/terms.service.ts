import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { By } from '../article/audit.js';
import { refuse } from '../problems.js';
import { auditTerm } from './term-audit.js';
import { Term, type TermKind } from './term.entity.js';
import { TermPropagation } from '../publishing/term-propagation.js';
import { addSlug, findTerm, insertTerm, liesIn, lockTerms, needTerm, usesOf } from './term.queries.js';
import {
  contentOf,
  differences,
  mustBeVersion,
  mustNameVersion,
  newTerm,
  type TermContent,
  type TermRequest,
} from './term.rules.js';

/**
 * Sections, topics, places and authors, each known by its slug and by every slug it had before. Changes of one kind come
 * one after another. Every change of a term there is throws Refused `term.not-found`, `term.slug-taken` under an earlier
 * slug, and `term.changed-meanwhile` when it has another version than `expected`.
 */
@Injectable()
export class TermsService {
  constructor(
    private readonly db: DataSource,
    private readonly propagation: TermPropagation,
  ) {}

  /**
   * Creates a term, or changes what is said of it and republishes the articles that name it. What is said already needs
   * no `expected` version, so that creating a term twice is safe.
   * @throws Refused `precondition.required`, `term.not-found` for its parent, `term.itself` for a parent that lies in it.
   */
  put(
    kind: TermKind,
    slug: string,
    { parent, ...request }: TermRequest,
    expected: number | undefined,
    by: By,
  ): Promise<Term> {
    return this.change(kind, async (tx) => {
      const term = await findTerm(tx, kind, slug);
      if (term) mustHaveSlug(term, slug);
      mustBeVersion(term, expected);
      const larger = parent === undefined ? undefined : await needTerm(tx, kind, parent);
      const content = contentOf(request, larger);
      if (!term) return create(tx, kind, slug, content, by);
      const changes = differences(term, content);
      if (Object.keys(changes).length === 0) return term;
      mustNameVersion(expected);
      if (larger && (await liesIn(tx, larger.id, term.id))) throw refuse('term.itself');
      await save(tx, term, content);
      await this.propagation.request(tx, term.id, by);
      await auditTerm(tx, by, 'change', term, changes);
      return term;
    });
  }

  /** Gives it another slug; the one before leads there. @throws Refused `term.slug-taken` for one that leads elsewhere. */
  rename(kind: TermKind, slug: string, to: string, expected: number, by: By): Promise<Term> {
    return this.change(kind, async (tx) => {
      const term = await needVersion(tx, kind, slug, expected);
      const holder = await findTerm(tx, kind, to);
      if (holder && holder.id !== term.id) throw refuse('term.slug-taken', { leadsTo: holder.slug });
      await addSlug(tx, term, to);
      await save(tx, term, { slug: to });
      await auditTerm(tx, by, 'rename', { ...term, slug }, { to });
      await this.propagation.request(tx, term.id, by);
      return term;
    });
  }

  /**
   * Makes one out of two: articles, slugs and smaller places of the first go over to `into`.
   * @returns `into`. @throws Refused `term.itself`.
   */
  merge(kind: TermKind, slug: string, into: string, expected: number, by: By): Promise<Term> {
    return this.change(kind, async (tx) => {
      const from = await needVersion(tx, kind, slug, expected);
      const target = await needTerm(tx, kind, into);
      if (from.id === target.id) throw refuse('term.itself');
      // Waits for articles that are being written and name it: the job below must find them.
      await tx.query(`SELECT FROM term WHERE id = $1 FOR UPDATE`, [from.id]);
      await this.propagation.request(tx, from.id, by);
      // A place that lies in the one it replaces takes that one's place, or the places between would lie in themselves.
      if (await liesIn(tx, target.id, from.id)) await moveTo(tx, target, from.parentId, by);
      for (const child of await tx.findBy(Term, { parentId: from.id }))
        await moveTo(tx, child, target.id, by);
      await tx.query(`UPDATE term_slug SET term_id = $2 WHERE term_id = $1`, [from.id, target.id]);
      await tx.query(`UPDATE term SET merged_into = $2 WHERE merged_into = $1`, [from.id, target.id]);
      // Its slug is the other one's now, which may want to be known by it.
      await save(tx, from, { slug: from.id, mergedInto: target.id, parentId: null });
      await auditTerm(tx, by, 'merge', { ...from, slug }, { into: target.slug });
      await save(tx, target, {});
      await auditTerm(tx, by, 'merge', target, { merged: { slug, name: from.name } });
      return target;
    });
  }

  /** @throws Refused `term.in-use` with what uses it. */
  async remove(kind: TermKind, slug: string, expected: number, by: By): Promise<void> {
    await this.change(kind, async (tx) => {
      const term = await needVersion(tx, kind, slug, expected);
      await tx.query(`SELECT FROM term WHERE id = $1 FOR UPDATE`, [term.id]);
      const uses = await usesOf(tx, term.id);
      if (uses.articles + uses.places > 0) throw refuse('term.in-use', uses);
      await tx.delete(Term, { id: term.id });
      await auditTerm(tx, by, 'delete', term, { name: term.name });
    });
  }

  /** Creates those of the named terms that are missing; what is said of the others stays. */
  async ensure(
    tx: EntityManager,
    kind: TermKind,
    terms: readonly { readonly slug: string; readonly name: string }[],
    by: By,
  ): Promise<void> {
    for (const { slug, name } of terms) {
      if (await findTerm(tx, kind, slug)) continue;
      await lockTerms(tx, kind);
      // Somebody may have been quicker.
      if (await findTerm(tx, kind, slug)) continue;
      await create(tx, kind, slug, contentOf({ name }, undefined), by);
    }
  }

  private change<T>(kind: TermKind, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.db.transaction(async (tx) => {
      await lockTerms(tx, kind);
      return work(tx);
    });
  }
}

async function create(
  tx: EntityManager,
  kind: TermKind,
  slug: string,
  content: TermContent,
  by: By,
): Promise<Term> {
  const term = newTerm(kind, slug, content);
  await insertTerm(tx, term);
  await auditTerm(tx, by, 'create', term, { name: term.name });
  return term;
}

/** Changes a term, here and in the database. */
async function save(tx: EntityManager, term: Term, change: Partial<Term>): Promise<void> {
  const all = { ...change, version: term.version + 1 };
  await tx.update(Term, { id: term.id }, all);
  Object.assign(term, all);
}

/** Puts a place into another larger one. */
async function moveTo(tx: EntityManager, term: Term, parentId: string | null, by: By): Promise<void> {
  const changes = { parentId: { from: term.parentId, to: parentId } };
  await save(tx, term, { parentId });
  await auditTerm(tx, by, 'change', term, changes);
}

async function needVersion(tx: EntityManager, kind: TermKind, slug: string, expected: number): Promise<Term> {
  const term = await needTerm(tx, kind, slug);
  mustHaveSlug(term, slug);
  mustBeVersion(term, expected);
  return term;
}

/** Whoever names an earlier slug may not know what became of the term. */
function mustHaveSlug(term: Term, slug: string): void {
  if (term.slug !== slug) throw refuse('term.slug-taken', { leadsTo: term.slug });
}
