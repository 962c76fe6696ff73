import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { commentPublished } from '#events';
import { Outbox } from '#messaging';
import { ReaderTokens } from '#http';
import {
  BatchWriter,
  boundedTransaction,
  Busy,
  Clock,
  CONFIG,
  currentTrace,
  isTransient,
  LOGGER,
  CommitOutcomeUnknown,
  type Logger,
  type Outcome,
} from '#platform';
import type { CommentsConfig } from '../config.js';
import { refuse } from '../problems.js';
import { AliasNumbers, aliasOf } from '../readers/alias.rules.js';
import { numberReaders } from '../readers/alias.queries.js';
import type { Comment } from './comment.entity.js';
import { cleanText } from './comment.rules.js';
import { publicComment, type AddCommentRequest } from './comments.dto.js';
import { insertComments, knownPosts, type KnownPost } from './posting.queries.js';
import { judge, type Post, type Verdict } from './posting.rules.js';
import { lockThread, Thread } from './thread.entity.js';

type Accepted = Extract<Verdict, { kind: 'new' }>;

/** Bytes a waiting post holds besides its text: pseudonym, ids, key, timer, promise. */
const POST_BYTES = 1_000;
/** Seconds after which a reader who was turned away may come again. */
const RETRY_AFTER = 2;

/**
 * Publishes readers' comments. Those of one article share a transaction, since they take turns at its row anyway: to
 * get their place, their number, their count and their event one after another.
 */
@Injectable()
export class Posting implements BeforeApplicationShutdown {
  private readonly writer: BatchWriter<Post, Comment>;

  constructor(
    db: DataSource,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly readers: ReaderTokens,
    @Inject(CONFIG) private readonly config: CommentsConfig,
    @Inject(LOGGER) log: Logger,
    registry: Registry,
  ) {
    const writer = new BatchWriter<Post, Comment>({
      write: (articleId, posts) => boundedTransaction(db, (tx) => this.write(tx, articleId, posts)),
      bytesOf: ({ text }) => Buffer.byteLength(text) + POST_BYTES,
      keysAtOnce: Math.max(1, Math.floor(config.databasePool / 2)),
      log,
    });
    this.writer = writer;
    const waiting = new Gauge({
      name: 'comments_waiting',
      help: 'Comments that wait to be written.',
      registers: [],
      collect() {
        this.set(writer.waiting);
      },
    });
    registry.registerMetric(waiting);
  }

  /**
   * Publishes a reader's comment. The same `idempotencyKey` again gives the comment that is already there.
   * @param signal drops the comment as long as nothing was done about it.
   * @throws Refused `comments.closed`, `comment.unknown-parent`, `comment.repeated`, `comment.empty`,
   * `comment.too-long`; `comments.busy` when it was not stored and never will be; `outcome.unknown`.
   */
  async add(
    articleId: string,
    { text, parentId: replyTo }: AddCommentRequest,
    readerId: string,
    { idempotencyKey, signal }: { idempotencyKey?: string; signal?: AbortSignal } = {},
  ): Promise<Comment> {
    const post: Post = {
      text: cleanText(text),
      reader: this.readers.pseudonym(readerId, `comments ${articleId}`),
      replyTo,
      idempotencyKey,
      traceparent: currentTrace()?.traceparent,
    };
    try {
      return await this.writer.submit(articleId, post, signal);
    } catch (error) {
      throw refusalOf(error);
    }
  }

  /** Answers what waits. Requests that come later are refused, and another replica takes them. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.writer.close();
  }

  private async write(
    tx: EntityManager,
    articleId: string,
    posts: readonly Post[],
  ): Promise<Outcome<Comment>[]> {
    const thread = await lockThread(tx, articleId);
    const now = this.clock.now();
    const known = await knownPosts(tx, articleId, posts, now);
    const verdicts = judge(thread, posts, (post) => known.get(post)!);
    const accepted = verdicts.filter((verdict) => verdict.kind === 'new');
    const comments = thread ? await this.publish(tx, thread, accepted, known, now) : new Map();
    return verdicts.map((verdict) => outcomeOf(verdict, comments));
  }

  private async publish(
    tx: EntityManager,
    thread: Thread,
    accepted: readonly Accepted[],
    known: ReadonlyMap<Post, KnownPost>,
    now: Date,
  ): Promise<Map<Post, Comment>> {
    if (accepted.length === 0) return new Map();
    const { articleId, published, rev } = thread;
    const strangers = accepted.filter(({ post }) => known.get(post)!.number === null);
    const numbers = new AliasNumbers(this.config.readerKey, articleId);
    const newReaders = [...new Set(strangers.map(({ post }) => post.reader))];
    const { given, used } = await numberReaders(tx, thread, numbers, newReaders);
    const comments = accepted.map(({ post, parentId }): Comment => {
      const { text, reader, idempotencyKey = null } = post;
      const alias = aliasOf(known.get(post)!.number ?? given.get(reader)!);
      const place = { id: uuidv7(), articleId, parentId, createdAt: now };
      const removal = { removedAt: null, removedBy: null, removalReason: null };
      return { ...place, reader, alias, text, idempotencyKey, state: 'published', ...removal };
    });
    await insertComments(tx, comments);
    const count = { published: published + comments.length, rev: rev + comments.length };
    await tx.update(Thread, { articleId }, { ...count, aliases: used });
    await this.outbox.addAll(
      tx,
      commentPublished,
      comments.map((comment, i) => ({
        subject: articleId,
        data: {
          comment: publicComment(comment),
          count: { published: published + i + 1, rev: rev + i + 1 },
        },
        traceparent: accepted[i]!.post.traceparent,
      })),
    );
    return new Map(accepted.map(({ post }, i) => [post, comments[i]!]));
  }
}

/** What the caller learns. The cause goes to the log only. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof CommitOutcomeUnknown || error instanceof Busy || isTransient(error))) return error;
  const code = error instanceof CommitOutcomeUnknown ? 'outcome.unknown' : 'comments.busy';
  return Object.assign(refuse(code, { retryAfter: RETRY_AFTER }), { cause: error });
}

function outcomeOf(verdict: Verdict, comments: ReadonlyMap<Post, Comment>): Outcome<Comment> {
  switch (verdict.kind) {
    case 'new':
      return { result: comments.get(verdict.post)! };
    case 'same':
      return { result: comments.get(verdict.as)! };
    case 'earlier':
      return { result: verdict.comment };
    case 'refused':
      return verdict;
  }
}
