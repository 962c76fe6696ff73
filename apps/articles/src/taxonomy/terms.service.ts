import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { ActorRef } from '../article/audit.js';
import { refuse } from '../problems.js';
import { auditTerm } from './term-audit.js';
import { requestPropagation } from './term-changes.js';
import { Term, type TermKind } from './term.entity.js';
import { findTerm, liesIn, needTerm, usesOf } from './term.queries.js';
import {
  contentOf,
  differences,
  mustBeVersion,
  mustNameVersion,
  newTerm,
  type TermContent,
} from './term.rules.js';
import { addSlug, awaitArticlesNaming, insertTerm, lockTerms, moveSlugs, saveTerm } from './term-store.js';
import type { TermRequest } from './terms.dto.js';

/**
 * Sections, topics, places and authors, each found by its slug and by every earlier slug. Changes to one kind are
 * serialized. Every change of an existing term throws Refused `term.not-found`, `term.slug-taken` for an earlier slug,
 * and `term.changed-meanwhile` when its version is not `expected`.
 */
@Injectable()
export class TermsService {
  constructor(private readonly db: DataSource) {}

  /**
   * Creates a term, or changes its description and republishes the articles that name it. A request that changes nothing
   * needs no `expected` version, so that creating a term twice is safe.
   * @throws Refused `precondition.required`, `term.not-found` for its parent, `term.itself` for a parent that lies in it.
   */
  put(
    kind: TermKind,
    slug: string,
    { parent, ...request }: TermRequest,
    expected: number | undefined,
    by: ActorRef,
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
      await saveTerm(tx, term, content);
      await requestPropagation(tx, term.id, by);
      await auditTerm(tx, by, 'change', term, changes);
      return term;
    });
  }

  /** Changes the slug; the old one redirects. @throws Refused `term.slug-taken` when `to` belongs to another term. */
  rename(kind: TermKind, slug: string, to: string, expected: number, by: ActorRef): Promise<Term> {
    return this.change(kind, async (tx) => {
      const term = await needVersion(tx, kind, slug, expected);
      const holder = await findTerm(tx, kind, to);
      if (holder && holder.id !== term.id) throw refuse('term.slug-taken', { leadsTo: holder.slug });
      await addSlug(tx, term, to);
      await saveTerm(tx, term, { slug: to });
      await auditTerm(tx, by, 'rename', { ...term, slug }, { to });
      await requestPropagation(tx, term.id, by);
      return term;
    });
  }

  /**
   * Merges one term into another: its articles, slugs and smaller places move to `into`.
   * @returns `into`. @throws Refused `term.itself`.
   */
  merge(kind: TermKind, slug: string, into: string, expected: number, by: ActorRef): Promise<Term> {
    return this.change(kind, async (tx) => {
      const from = await needVersion(tx, kind, slug, expected);
      const target = await needTerm(tx, kind, into);
      if (from.id === target.id) throw refuse('term.itself');
      await awaitArticlesNaming(tx, from);
      await requestPropagation(tx, from.id, by);
      // When the target lies in the merged place, it moves up first; otherwise the places in between would lie in themselves.
      if (await liesIn(tx, target.id, from.id)) await moveTo(tx, target, from.parentId, by);
      for (const child of await tx.findBy(Term, { parentId: from.id })) {
        await moveTo(tx, child, target.id, by);
      }
      await moveSlugs(tx, from, target);
      // Its slug belongs to the target now, which may be renamed to it.
      await saveTerm(tx, from, { slug: from.id, mergedInto: target.id, parentId: null });
      await auditTerm(tx, by, 'merge', { ...from, slug }, { into: target.slug });
      await saveTerm(tx, target, {});
      await auditTerm(tx, by, 'merge', target, { merged: { slug, name: from.name } });
      return target;
    });
  }

  /** @throws Refused `term.in-use` with the number of uses. */
  async remove(kind: TermKind, slug: string, expected: number, by: ActorRef): Promise<void> {
    await this.change(kind, async (tx) => {
      const term = await needVersion(tx, kind, slug, expected);
      await awaitArticlesNaming(tx, term);
      const uses = await usesOf(tx, term.id);
      if (uses.articles + uses.places > 0) throw refuse('term.in-use', uses);
      await tx.delete(Term, { id: term.id });
      await auditTerm(tx, by, 'delete', term, { name: term.name });
    });
  }

  /** Creates the named terms that are missing. Existing ones keep their description. */
  async ensure(
    tx: EntityManager,
    kind: TermKind,
    terms: readonly { readonly slug: string; readonly name: string }[],
    by: ActorRef,
  ): Promise<void> {
    for (const { slug, name } of terms) {
      if (await findTerm(tx, kind, slug)) continue;
      await lockTerms(tx, kind);
      // Another transaction may have created it before the lock.
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
  by: ActorRef,
): Promise<Term> {
  const term = newTerm(kind, slug, content);
  await insertTerm(tx, term);
  await auditTerm(tx, by, 'create', term, { name: term.name });
  return term;
}

/** Moves a place into another larger place. */
async function moveTo(tx: EntityManager, term: Term, parentId: string | null, by: ActorRef): Promise<void> {
  const changes = { parentId: { from: term.parentId, to: parentId } };
  await saveTerm(tx, term, { parentId });
  await auditTerm(tx, by, 'change', term, changes);
}

async function needVersion(tx: EntityManager, kind: TermKind, slug: string, expected: number): Promise<Term> {
  const term = await needTerm(tx, kind, slug);
  mustHaveSlug(term, slug);
  mustBeVersion(term, expected);
  return term;
}

/** A client that uses an earlier slug may not know that the term was renamed or merged. */
function mustHaveSlug(term: Term, slug: string): void {
  if (term.slug !== slug) throw refuse('term.slug-taken', { leadsTo: term.slug });
}
