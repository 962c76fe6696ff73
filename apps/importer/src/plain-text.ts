import { Parser } from 'htmlparser2';
import { inline, OpenElements } from './html-elements.js';
import { MAX_HTML_DEPTH } from './limits.js';

/**
 * The text of HTML in one line, for titles, leads and captions. @returns undefined if there is none.
 * @throws Error when elements are nested deeper than MAX_HTML_DEPTH.
 */
export function plainText(html: string | undefined): string | undefined {
  const open = new OpenElements();
  let text = '';
  let depth = 0;
  const apart = (name: string): void => {
    if (!inline.has(name)) text += ' ';
  };
  const parser = new Parser({
    onopentag: (name) => {
      if (++depth > MAX_HTML_DEPTH) {
        throw new Error(`has HTML that is nested deeper than ${MAX_HTML_DEPTH} levels`);
      }
      apart(name);
      open.begin(name);
    },
    ontext: (more) => {
      if (!open.areUnseen) text += more;
    },
    onclosetag: (name) => {
      depth--;
      open.end(name);
      apart(name);
    },
  });
  parser.end(html ?? '');
  return text.replace(/\s+/g, ' ').trim() || undefined;
}
