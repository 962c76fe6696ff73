import type { Comment, Comments, Conversation, Part } from '../gateway/answers.js';
import { missing, STALE, timeText } from './words.js';

/** A refused form: the reason, and the typed text, so that the reader need not type it again. */
export interface RefusedComment {
  readonly refusal: string;
  readonly text: string;
  readonly parentId?: string;
}

interface FormProps {
  readonly slug: string;
  readonly parentId?: string;
  readonly refused?: RefusedComment;
}

export const CommentForm = ({ slug, parentId, refused }: FormProps) => {
  const id = `text-${parentId ?? 'neu'}`;
  // The anchor also applies to the page that shows a refusal.
  const anchor = parentId ? `k-${parentId}` : 'kommentare';
  return (
    <form method="post" action={`/a/${slug}/comments#${anchor}`}>
      {refused && (
        <p role="alert" id={`${id}-refusal`}>
          {refused.refusal}
        </p>
      )}
      {parentId && <input type="hidden" name="parentId" value={parentId} />}
      <label for={id}>{parentId ? 'Ihre Antwort' : 'Ihr Kommentar'}</label>
      <textarea
        id={id}
        name="text"
        rows={parentId ? 3 : 4}
        maxLength={2000}
        required
        autofocus={refused !== undefined}
        aria-invalid={refused ? 'true' : undefined}
        aria-describedby={refused ? `${id}-refusal` : undefined}
      >
        {refused?.text}
      </textarea>
      <button type="submit">{parentId ? 'Antworten' : 'Kommentieren'}</button>
    </form>
  );
};

const CommentText = ({ comment }: { comment: Comment }) => (
  <>
    <p class="alias">
      {comment.alias === null ? 'Entfernt' : `${comment.alias} (nicht angemeldet)`}{' '}
      <time dateTime={comment.createdAt}>{timeText(comment.createdAt)}</time>
    </p>
    {comment.text === null ? (
      <p class="missing">Dieser Kommentar wurde entfernt.</p>
    ) : (
      <p class="text" dir="auto">
        {comment.text}
      </p>
    )}
  </>
);

interface ThreadProps {
  readonly thread: Conversation;
  readonly slug: string;
  readonly canReply: boolean;
  readonly refused?: RefusedComment;
}

const Thread = ({ thread, slug, canReply, refused }: ThreadProps) => (
  <li id={`k-${thread.id}`}>
    <CommentText comment={thread} />
    {canReply && thread.text !== null && (
      <details open={refused !== undefined}>
        <summary>Antworten</summary>
        <CommentForm slug={slug} parentId={thread.id} refused={refused} />
      </details>
    )}
    {thread.replies.length > 0 && (
      <ul>
        {thread.replies.map((reply) => (
          <li id={`k-${reply.id}`}>
            <CommentText comment={reply} />
          </li>
        ))}
      </ul>
    )}
  </li>
);

interface SectionProps {
  readonly comments: Part<Comments>;
  readonly slug: string;
  /** Whether these are older than the comments of the first page. */
  readonly isOlder?: boolean;
  readonly refused?: RefusedComment;
  /** Confirmation of the form that was just sent. */
  readonly thanks?: string;
}

export const CommentSection = (props: SectionProps) => {
  const { slug, isOlder, refused, thanks } = props;
  const { status, data: comments } = props.comments;
  const items = comments?.items ?? [];
  // The main form shows a refused reply whose conversation is not on this page, so that its text is not lost.
  const refusedIn = items.find(({ id, text }) => comments?.open && text !== null && id === refused?.parentId);
  const refusedHere = refusedIn ? undefined : refused;
  return (
    <section class="comments" id="kommentare" aria-labelledby="kommentare-titel">
      <h2 id="kommentare-titel">Kommentare{comments && comments.count > 0 && ` (${comments.count})`}</h2>
      {thanks && <p role="status">{thanks}</p>}
      {!comments && <p class="missing">{missing.comments}</p>}
      {comments && !comments.open && <p class="missing">Dieser Artikel nimmt zurzeit keine Kommentare an.</p>}
      {status === 'stale' && <p class="missing">{STALE}</p>}
      {(comments?.open || refusedHere) && <CommentForm slug={slug} refused={refusedHere} />}
      {comments?.open && items.length === 0 && !isOlder && (
        <p class="missing">Schreiben Sie den ersten Kommentar.</p>
      )}
      {items.length > 0 && (
        <ul>
          {items.map((thread) => (
            <Thread
              thread={thread}
              slug={slug}
              canReply={comments?.open ?? false}
              refused={thread === refusedIn ? refused : undefined}
            />
          ))}
        </ul>
      )}
      <p class="more">
        {isOlder && <a href={`/a/${slug}#kommentare`}>Neueste Kommentare</a>}
        {comments?.nextCursor && (
          <a href={`/a/${slug}?kommentare=${encodeURIComponent(comments.nextCursor)}#kommentare`}>
            Ältere Kommentare
          </a>
        )}
      </p>
    </section>
  );
};
