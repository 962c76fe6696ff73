import type { ComponentChildren } from 'preact';
import { render } from 'preact-render-to-string';
import type { Term } from '../gateway/answers.js';
import { stylesPath } from './styles.js';

interface LayoutProps {
  readonly title: string;
  readonly description?: string;
  /** The address of the picture that stands for the page where it is shared. */
  readonly picture?: string;
  readonly sections: readonly Term[];
  readonly current?: string;
  readonly children: ComponentChildren;
}

export const Layout = ({ title, description, picture, sections, current, children }: LayoutProps) => (
  <html lang="de-CH">
    <head>
      <meta charSet="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{title}</title>
      {description && <meta name="description" content={description} />}
      <meta property="og:title" content={title} />
      {description && <meta property="og:description" content={description} />}
      {picture && <meta property="og:image" content={picture} />}
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href={stylesPath} />
    </head>
    <body>
      <a class="skip" href="#inhalt">
        Zum Inhalt
      </a>
      <header class="site">
        <a class="brand" href="/">
          Seeblatt
        </a>
        <nav aria-label="Rubriken">
          {[...sections, { slug: 'suche', name: 'Suche' }].map(({ slug, name }) => (
            <a href={`/${slug}`} aria-current={slug === current ? 'true' : undefined}>
              {name}
            </a>
          ))}
        </nav>
      </header>
      <main id="inhalt">{children}</main>
      <footer class="site">
        <p>Das «Seeblatt» ist eine Demo. Personen, Orte, Firmen und Ereignisse sind erfunden.</p>
      </footer>
    </body>
  </html>
);

/** A whole document. Every text in it is escaped by the renderer. */
export const page = (props: LayoutProps): string => `<!doctype html>${render(<Layout {...props} />)}`;
