import type { ComponentChildren } from 'preact';
import type { Block, Picture, Run } from '../gateway/answers.js';
import { Image } from './card.js';
import { safeLink } from './text.js';

export const Figure = ({ picture, eager }: { picture: Picture; eager?: boolean }) => (
  <figure>
    <Image picture={picture} eager={eager} />
    <figcaption>
      {picture.caption} <span class="credit">Bild: {picture.credit}</span>
    </figcaption>
  </figure>
);

const Text = ({ run }: { run: Run }) => {
  let content: ComponentChildren = run.text;
  if (run.emphasis) content = <em>{content}</em>;
  if (run.strong) content = <strong>{content}</strong>;
  const link = run.link && safeLink(run.link);
  return link ? (
    <a href={link} rel="noopener">
      {content}
    </a>
  ) : (
    <>{content}</>
  );
};

const Runs = ({ runs }: { runs: readonly Run[] }) => (
  <>
    {runs.map((run) => (
      <Text run={run} />
    ))}
  </>
);

interface BodyProps {
  readonly blocks: readonly Block[];
  /** What stands where the article has the poll with this id. */
  readonly poll: (pollId: string) => ComponentChildren;
}

export const Body = ({ blocks, poll }: BodyProps) => (
  <>
    {blocks.map((block) => {
      switch (block.type) {
        case 'paragraph':
          return (
            <p>
              <Runs runs={block.runs} />
            </p>
          );
        case 'crosshead':
          return <h2>{block.text}</h2>;
        case 'picture':
          return <Figure picture={block.picture} />;
        case 'quote':
          return (
            <figure class="quote">
              <blockquote>«{block.text}»</blockquote>
              <figcaption>{block.attribution}</figcaption>
            </figure>
          );
        case 'list': {
          const items = block.items.map((runs) => (
            <li>
              <Runs runs={runs} />
            </li>
          ));
          return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
        }
        case 'poll':
          return poll(block.pollId);
      }
    })}
  </>
);
