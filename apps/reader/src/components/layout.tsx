import type { ComponentChildren } from 'preact';
import { render } from 'preact-render-to-string';
import type { Term } from '../gateway/answers.js';
import { stylesPath } from './styles.js';

interface LayoutProps {
  readonly siteName: string;
  /** Without the name of the site; undefined on the front page. */
  readonly title?: string;
  readonly description?: string;
  /** The URL of the preview picture for shared links. */
  readonly picture?: string;
  readonly sections: readonly Term[];
  readonly current?: string;
  readonly children: ComponentChildren;
}

export const Layout = ({
  siteName,
  description,
  picture,
  sections,
  current,
  children,
  ...props
}: LayoutProps) => {
  const title = props.title ? `${props.title} – ${siteName}` : `${siteName} – was die Region bewegt`;
  return (
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
            {siteName}
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
          <p>«{siteName}» ist eine Demo. Personen, Orte, Firmen und Ereignisse sind erfunden.</p>
        </footer>
      </body>
    </html>
  );
};

/** A complete HTML document. The renderer escapes all text. */
export const page = (props: LayoutProps): string => `<!doctype html>${render(<Layout {...props} />)}`;
