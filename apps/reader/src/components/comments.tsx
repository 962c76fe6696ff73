import type { Comment, Comments, Conversation } from '../gateway/answers.js';
import { timeText } from './text.js';

/** What a refused form gives back: why, and what was typed, so that nothing has to be typed again. */
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

const Form = ({ slug, parentId, refused }: FormProps) => {
  const id = `text-${parentId ?? 'neu'}`;
  return (
    <form method="post" action={`/a/${slug}/comments`}>
      {refused && <p role="alert">{refused.refusal}</p>}
      {parentId && <input type="hidden" name="parentId" value={parentId} />}
      <label for={id}>{parentId ? 'Ihre Antwort' : 'Ihr Kommentar'}</label>
      <textarea id={id} name="text" rows={3} maxLength={2000} required>
        {refused?.text}
      </textarea>
      <button type="submit">Veröffentlichen</button>
    </form>
  );
};

const One = ({ comment }: { comment: Comment }) => (
  <>
    <p class="alias">
      {comment.alias ? `${comment.alias} (nicht angemeldet)` : 'Entfernt'} ·{' '}
      <time dateTime={comment.createdAt}>{timeText(comment.createdAt)}</time>
    </p>
    <p class="text">{comment.text ?? 'Dieser Kommentar wurde entfernt.'}</p>
  </>
);

const Thread = ({ thread, slug, refused }: { thread: Conversation; slug: string; refused?: RefusedComment }) => {
  const isRefused = refused?.parentId === thread.id;
  return (
    <li id={`k-${thread.id}`}>
      <One comment={thread} />
      {thread.replies.length > 0 && (
        <ul>
          {thread.replies.map((reply) => (
            <li id={`k-${reply.id}`}>
              <One comment={reply} />
            </li>
          ))}
        </ul>
      )}
      {thread.text !== null && (
        <details open={isRefused}>
          <summary>Antworten</summary>
          <Form slug={slug} parentId={thread.id} refused={isRefused ? refused : undefined} />
        </details>
      )}
    </li>
  );
};

export const CommentSection = (props: { comments: Comments | null; slug: string; refused?: RefusedComment }) => {
  const { comments, slug, refused } = props;
  return (
    <section class="comments" id="kommentare" aria-labelledby="kommentare-titel">
      <h2 id="kommentare-titel">Kommentare{comments && comments.count > 0 && ` (${comments.count})`}</h2>
      {!comments && <p class="missing">Die Kommentare sind zurzeit nicht verfügbar.</p>}
      {comments && !comments.open && <p class="missing">Dieser Artikel nimmt zurzeit keine Kommentare an.</p>}
      {comments?.open && <Form slug={slug} refused={refused?.parentId ? undefined : refused} />}
      <ul>
        {comments?.items.map((thread) => (
          <Thread thread={thread} slug={slug} refused={refused} />
        ))}
      </ul>
    </section>
  );
};
