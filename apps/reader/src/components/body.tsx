import type { ComponentChildren } from 'preact';
import type { Block, Picture, Run } from '../gateway/answers.js';
import { Image } from './card.js';
import { safeLink, webUrl } from './links.js';

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

/** A link to another site. Nothing is preloaded from that site, so that it cannot see who reads what. */
const Outbound = ({ url, title }: { url: string; title: string }) => (
  <p class="outbound">
    <a href={webUrl(url)} rel="noopener">
      {title}
    </a>
  </p>
);

const providerNames: Readonly<Record<string, string>> = {
  youtube: 'Video auf YouTube',
  vimeo: 'Video auf Vimeo',
  instagram: 'Beitrag auf Instagram',
  tiktok: 'Video auf TikTok',
  x: 'Beitrag auf X',
  facebook: 'Beitrag auf Facebook',
  spotify: 'Hören auf Spotify',
  datawrapper: 'Grafik',
};

interface BodyProps {
  readonly blocks: readonly Block[];
  /** Renders the poll with this id. */
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
        case 'gallery':
          return (
            <section class="gallery">
              {block.title && <h3>{block.title}</h3>}
              {block.pictures.map((picture) => (
                <Figure picture={picture} />
              ))}
            </section>
          );
        case 'fact-box':
          return (
            <aside class="box">
              <h3>{block.title}</h3>
              <Body blocks={block.blocks} poll={poll} />
            </aside>
          );
        case 'related-link':
          return <Outbound url={block.url} title={block.title} />;
        case 'embed':
          return (
            <Outbound
              url={block.url}
              title={`${block.title} (${providerNames[block.provider] ?? block.provider})`}
            />
          );
        case 'poll':
          return poll(block.pollId);
      }
    })}
  </>
);
