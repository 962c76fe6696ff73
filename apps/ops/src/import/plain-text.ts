import { Parser } from 'htmlparser2';
import { inline, OpenElements } from './html-elements.js';

/** The text of some HTML in one line, as titles, leads and captions have it; undefined when there is none. */
export function plainText(html: string | undefined): string | undefined {
  const open = new OpenElements();
  let text = '';
  const apart = (name: string): void => {
    if (!inline.has(name)) text += ' ';
  };
  const parser = new Parser({
    onopentag: (name) => {
      apart(name);
      open.begin(name);
    },
    ontext: (more) => {
      if (!open.areUnseen) text += more;
    },
    onclosetag: (name) => {
      open.end(name);
      apart(name);
    },
  });
  parser.end(html ?? '');
  return text.replace(/\s+/g, ' ').trim() || undefined;
}
