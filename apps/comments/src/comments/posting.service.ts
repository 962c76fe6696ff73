import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { commentPublished } from '#events';
import { ReaderTokens, RequestBatches, RETRY_SOON, type Refused } from '#http';
import { Outbox } from '#messaging';
import {
  Busy,
  Clock,
  CommitOutcomeUnknown,
  CONFIG,
  currentTrace,
  isTransient,
  LOGGER,
  type Logger,
  type Outcome,
} from '#platform';
import type { CommentsConfig } from '../config.js';
import { refuse } from '../problems.js';
import { numberReaders } from '../readers/alias.queries.js';
import { AliasNumbers, aliasOf } from '../readers/alias.rules.js';
import type { Comment } from './comment.entity.js';
import { cleanText } from './comment.rules.js';
import { publicComment, type AddCommentRequest } from './comments.dto.js';
import { factsAbout, insertComments } from './posting.queries.js';
import { decideBatch, type Accepted, type Post } from './posting.rules.js';
import { lockThread, Thread } from './thread.entity.js';

/** Approximate bytes of a waiting post besides its text: pseudonym, ids, key, timer, promise. */
const POST_BYTES = 1_000;

/** Publishes readers' comments in batches, one transaction for several comments on one article. */
@Injectable()
export class PostingService implements BeforeApplicationShutdown {
  private readonly batches: RequestBatches<Post, Comment>;

  constructor(
    db: DataSource,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly readers: ReaderTokens,
    @Inject(CONFIG) private readonly config: CommentsConfig,
    @Inject(LOGGER) log: Logger,
    registry: Registry,
  ) {
    this.batches = new RequestBatches<Post, Comment>({
      db,
      databasePool: config.databasePool,
      log,
      write: (tx, articleId, posts) => this.write(tx, articleId, posts),
      bytesOf: ({ text }) => Buffer.byteLength(text) + POST_BYTES,
      refusalOf,
    });
    registry.registerMetric(waitingIn(this.batches));
  }

  /**
   * Publishes a reader's comment. A repeated `idempotencyKey` returns the existing comment.
   * @param signal discards the comment if it aborts before the batch starts.
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
    return this.batches.submit(articleId, post, signal);
  }

  /** Completes the waiting requests and refuses new ones, which clients can send to another replica. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.batches.close();
  }

  private async write(
    tx: EntityManager,
    articleId: string,
    posts: readonly Post[],
  ): Promise<Outcome<Comment>[]> {
    const thread = await lockThread(tx, articleId);
    const now = this.clock.now();
    const decisions = decideBatch(await factsAbout(tx, { articleId, thread }, posts, now));
    const accepted = new Set(
      decisions.flatMap((decision) => ('accepted' in decision ? [decision.accepted] : [])),
    );
    const comments = await this.publish(tx, [...accepted], now);
    return decisions.map((decision) =>
      'accepted' in decision ? { result: comments.get(decision.accepted)! } : decision,
    );
  }

  private async publish(
    tx: EntityManager,
    accepted: readonly Accepted[],
    now: Date,
  ): Promise<Map<Accepted, Comment>> {
    const [first] = accepted;
    if (!first) return new Map();
    const { articleId, published, rev, aliases } = first.thread;
    const numbers = new AliasNumbers(this.config.readerKey, articleId);
    const newReaders = new Set(accepted.filter(({ number }) => number === null).map(({ reader }) => reader));
    const { numberOf, used } = await numberReaders(tx, { articleId, used: aliases }, numbers, [
      ...newReaders,
    ]);
    const comments = new Map(
      accepted.map((post) => [post, newComment(post, post.number ?? numberOf.get(post.reader)!, now)]),
    );
    await insertComments(tx, [...comments.values()]);
    const count = { published: published + comments.size, rev: rev + comments.size };
    await tx.update(Thread, { articleId }, { ...count, aliases: used });
    await this.outbox.addAll(
      tx,
      commentPublished,
      [...comments].map(([{ traceparent }, comment], i) => ({
        subject: articleId,
        data: {
          comment: publicComment(comment),
          count: { published: published + i + 1, rev: rev + i + 1 },
        },
        traceparent,
      })),
    );
    return comments;
  }
}

const newComment = (post: Accepted, number: number, now: Date): Comment => ({
  id: uuidv7(),
  articleId: post.thread.articleId,
  parentId: post.parentId,
  reader: post.reader,
  alias: aliasOf(number),
  text: post.text,
  state: 'published',
  idempotencyKey: post.idempotencyKey ?? null,
  createdAt: now,
  removedAt: null,
  removedBy: null,
  removalReason: null,
});

function refusalOf(error: unknown): Refused | undefined {
  if (error instanceof CommitOutcomeUnknown) return refuse('outcome.unknown', RETRY_SOON);
  if (error instanceof Busy || isTransient(error)) return refuse('comments.busy', RETRY_SOON);
  return undefined;
}

const waitingIn = (batches: RequestBatches<Post, Comment>): Gauge =>
  new Gauge({
    name: 'comments_waiting',
    help: 'Comments waiting to be stored.',
    registers: [],
    collect() {
      this.set(batches.waiting);
    },
  });
