import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { By } from '../articles/audit.js';
import { refuse } from '../problems.js';
import { isListed } from '../publishing/listing.js';
import { Retelling } from './retelling.js';
import { Term, type TermKind } from './term.entity.js';
import { termResponse, type TermRequest, type TermResponse } from './term.rules.js';

/** Sections, topics, places and authors, each known by its slug and by every slug it had before. */
@Injectable()
export class TermsService {
  constructor(
    private readonly db: DataSource,
    private readonly retelling: Retelling,
  ) {}

  /** In the order in which they were created; at most `limit`, after the slug `after`; for readers those that they know. */
  async list(
    kind: TermKind,
    { after, limit }: { after?: string; limit: number },
    { forReaders }: { forReaders: boolean },
  ): Promise<TermResponse[]> {
    const rows: (Term & { parent: string | null })[] = await this.db.query(
      `SELECT term.*, larger.slug AS parent FROM term LEFT JOIN term AS larger ON larger.id = term.parent_id
       WHERE term.kind = $1 AND term.merged_into IS NULL AND (NOT $4 OR ${isListed('term')})
         AND term.id > coalesce((SELECT id FROM term WHERE kind = $1 AND slug = $2), '00000000-0000-0000-0000-000000000000')
       ORDER BY term.id LIMIT $3`,
      [kind, after ?? null, limit, forReaders],
    );
    return rows.map(({ parent, ...term }) => termResponse(term, parent ?? undefined));
  }

  /**
   * Creates a term or changes what is said of it; articles that name it are told anew.
   * @throws Refused `term.slug-taken` for a slug that a renamed or merged term had, `term.not-found` for its parent,
   * `term.itself` for a parent that lies in it.
   */
  put(kind: TermKind, slug: string, { parent, ...request }: TermRequest, by: By): Promise<TermResponse> {
    return this.db.transaction(async (tx) => {
      const found = await findTerm(tx, kind, slug);
      if (found && found.slug !== slug) throw refuse('term.slug-taken', { leadsTo: found.slug });
      const larger = parent === undefined ? undefined : await needTerm(tx, kind, parent);
      const term = found ?? (await create(tx, kind, slug, request.name));
      if (larger) await mustNotLieIn(tx, larger, term);
      const { role, portrait, biography, country } = request;
      const said = {
        name: request.name,
        role: role ?? null,
        portrait: portrait ?? null,
        biography: biography ?? null,
        country: country ?? null,
        parentId: larger?.id ?? null,
      };
      const changed = Object.entries(said).some(
        ([field, value]) => term[field as keyof typeof said] !== value,
      );
      if (changed) {
        Object.assign(term, said);
        await tx.update(Term, { id: term.id }, said);
        if (found) await this.retelling.request(tx, term.id, by);
      }
      return termResponse(term, larger?.slug);
    });
  }

  /** Gives it another slug; the one before leads there. @throws Refused `term.not-found`, `term.slug-taken`. */
  rename(kind: TermKind, slug: string, to: string, by: By): Promise<TermResponse> {
    return this.db.transaction(async (tx) => {
      const term = await needTerm(tx, kind, slug);
      const taken = await findTerm(tx, kind, to);
      if (taken && taken.id !== term.id) throw refuse('term.slug-taken', { leadsTo: taken.slug });
      if (!taken) await keepSlug(tx, kind, to, term.id);
      await tx.update(Term, { id: term.id }, { slug: to });
      await this.retelling.request(tx, term.id, by);
      return termResponse({ ...term, slug: to });
    });
  }

  /** Makes one out of two: articles and slugs of the first go over to `into`. @throws Refused `term.not-found`, `term.itself`. */
  merge(kind: TermKind, slug: string, into: string, by: By): Promise<TermResponse> {
    return this.db.transaction(async (tx) => {
      const [from, target] = [await needTerm(tx, kind, slug), await needTerm(tx, kind, into)];
      if (from.id === target.id) throw refuse('term.itself');
      // In one order for everyone, so that two mergers never wait for each other in a circle.
      await tx.query(`SELECT FROM term WHERE id = ANY($1) ORDER BY id FOR UPDATE`, [[from.id, target.id]]);
      await this.retelling.request(tx, from.id, by);
      await tx.query(`UPDATE term_slug SET term_id = $2 WHERE term_id = $1`, [from.id, target.id]);
      await tx.query(`UPDATE term SET merged_into = $2, slug = id::text WHERE id = $1`, [from.id, target.id]);
      await tx.query(`UPDATE term SET merged_into = $2 WHERE merged_into = $1`, [from.id, target.id]);
      await tx.query(
        `UPDATE term SET parent_id = CASE WHEN id = $2 THEN $3::uuid ELSE $2 END WHERE parent_id = $1`,
        [from.id, target.id, from.parentId],
      );
      return termResponse(target);
    });
  }

  /** @throws Refused `term.not-found`, `term.in-use` with what uses it. */
  remove(kind: TermKind, slug: string): Promise<void> {
    return this.db.transaction(async (tx) => {
      const { id } = await needTerm(tx, kind, slug);
      await tx.query(`SELECT FROM term WHERE id = $1 FOR UPDATE`, [id]);
      const [used]: [{ articles: string; places: string }] = await tx.query(
        `SELECT (SELECT count(*) FROM article WHERE term_ids @> ARRAY[$1::uuid]) AS articles,
           (SELECT count(*) FROM term WHERE parent_id = $1) AS places`,
        [id],
      );
      const [articles, places] = [Number(used.articles), Number(used.places)];
      if (articles + places > 0) throw refuse('term.in-use', { articles, places });
      await tx.delete(Term, { id });
    });
  }

  /** Finds terms by their slugs, creating those that are missing; what is said of the others stays. */
  async ensure(
    tx: EntityManager,
    kind: TermKind,
    terms: readonly { slug: string; name: string }[],
  ): Promise<void> {
    // In one order for everyone, so that two imports that bring the same terms never wait for each other in a circle.
    for (const { slug, name } of terms.toSorted((a, b) => (a.slug < b.slug ? -1 : 1)))
      if (!(await findTerm(tx, kind, slug))) await create(tx, kind, slug, name);
  }
}

/** By the slug it has or had. */
export async function findTerm(tx: EntityManager, kind: TermKind, slug: string): Promise<Term | null> {
  const [row]: { term_id: string }[] = await tx.query(
    `SELECT term_id FROM term_slug WHERE kind = $1 AND slug = $2`,
    [kind, slug],
  );
  return row ? tx.findOneBy(Term, { id: row.term_id }) : null;
}

async function needTerm(tx: EntityManager, kind: TermKind, slug: string): Promise<Term> {
  const term = await findTerm(tx, kind, slug);
  if (!term) throw refuse('term.not-found', { kind, slug });
  return term;
}

async function create(tx: EntityManager, kind: TermKind, slug: string, name: string): Promise<Term> {
  const id = uuidv7();
  await tx.query(
    `INSERT INTO term (id, kind, slug, name) SELECT $1, $2, $3, $4
     WHERE NOT EXISTS (SELECT FROM term_slug WHERE kind = $2 AND slug = $3) ON CONFLICT DO NOTHING`,
    [id, kind, slug, name],
  );
  await keepSlug(tx, kind, slug, id);
  return (await findTerm(tx, kind, slug))!;
}

/** Somebody else may have been quicker with the same slug; then the term is theirs. */
async function keepSlug(tx: EntityManager, kind: TermKind, slug: string, termId: string): Promise<void> {
  await tx.query(
    `INSERT INTO term_slug (kind, slug, term_id) SELECT $1, $2, id FROM term WHERE id = $3 ON CONFLICT DO NOTHING`,
    [kind, slug, termId],
  );
}

async function mustNotLieIn(tx: EntityManager, place: Term, within: Term): Promise<void> {
  let larger: Term | null = place;
  for (let depth = 0; larger && depth < 20; depth++) {
    if (larger.id === within.id) throw refuse('term.itself');
    larger = larger.parentId ? await tx.findOneBy(Term, { id: larger.parentId }) : null;
  }
}
