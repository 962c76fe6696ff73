import { createHash } from 'node:crypto';

/** The one style sheet. Its address carries its hash, so browsers may keep it for good. */
export const styles = `
:root {
  --ink: #16181d; --soft: #5a606b; --paper: #fff; --tint: #f2f3f5; --line: #dcdfe4; --signal: #c8102e; --sold: #fff6e0;
  font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #eceef2; --soft: #a4abb8; --paper: #14161a; --tint: #1e2127; --line: #343943; --signal: #ff6474; --sold: #2b2414; }
}
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--paper); line-height: 1.55; font-size: 1.0625rem; }
a { color: inherit; }
a:focus-visible, button:focus-visible, input:focus-visible, textarea:focus-visible, summary:focus-visible {
  outline: 3px solid var(--signal); outline-offset: 2px;
}
img { display: block; width: 100%; height: auto; background: var(--tint); }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 1rem; top: 1rem; padding: .5rem 1rem; background: var(--paper); z-index: 1; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
header.site { border-bottom: 4px solid var(--signal); padding: .75rem 1rem; display: flex; flex-wrap: wrap; gap: .25rem 2rem; align-items: baseline; }
.brand { font-weight: 900; font-size: 1.75rem; letter-spacing: -.03em; text-decoration: none; color: var(--signal); }
header nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
header nav a { text-decoration: none; font-weight: 600; padding: .25rem 0; }
header nav a:hover, header nav a[aria-current] { border-bottom: 3px solid var(--signal); }
main { max-width: 72rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; }
footer.site { border-top: 1px solid var(--line); color: var(--soft); padding: 1rem; text-align: center; font-size: .875rem; }
h1, h2, h3 { line-height: 1.15; letter-spacing: -.015em; text-wrap: balance; }
.kicker { color: var(--signal); font-weight: 700; margin: .5rem 0 .15rem; font-size: .9375rem; }
.paid { margin-left: .5rem; padding: 0 .4rem; border: 1px solid currentColor; border-radius: 3px; font-size: .75rem; }
.label { display: inline-block; margin: .5rem 0 0; padding: .1rem .5rem; font-size: .75rem; font-weight: 700; background: var(--ink); color: var(--paper); }
.count { color: var(--soft); font-size: .875rem; margin: .35rem 0 0; }
.grid { list-style: none; margin: 0; padding: 0; display: grid; gap: 1.5rem 1.25rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); }
.card a { display: block; text-decoration: none; height: 100%; }
.card img { aspect-ratio: 3 / 2; object-fit: cover; }
.card h2, .card h3 { margin: 0; font-size: 1.125rem; }
.card a:hover h2, .card a:hover h3 { text-decoration: underline; text-decoration-thickness: 2px; }
.card.sold { background: var(--sold); padding: .6rem; }
.card.lead { grid-column: 1 / -1; }
.card.lead h2 { font-size: clamp(1.6rem, 4.5vw, 2.75rem); font-weight: 800; }
@media (min-width: 48rem) {
  .card.lead a { display: grid; grid-template-columns: 3fr 2fr; gap: 1.5rem; align-items: center; }
}
.more { margin-top: 2rem; text-align: center; }
.more a, button { display: inline-block; padding: .6rem 1.4rem; border: 0; border-radius: 4px; background: var(--signal); color: var(--paper); font: inherit; font-weight: 700; text-decoration: none; cursor: pointer; }
article { max-width: 44rem; margin: 0 auto; }
article h1 { font-size: clamp(1.9rem, 6vw, 3.1rem); font-weight: 800; margin: .1rem 0 .75rem; }
article .intro { font-size: 1.25rem; font-weight: 600; line-height: 1.4; }
article h2 { margin: 2rem 0 .5rem; font-size: 1.35rem; }
.byline { display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; align-items: center; border-block: 1px solid var(--line); padding: .75rem 0; margin: 1rem 0; }
.author { display: flex; gap: .6rem; align-items: center; line-height: 1.25; }
.author img { width: 3rem; height: 3rem; border-radius: 50%; }
.author small, .when { color: var(--soft); font-size: .875rem; display: block; }
figure { margin: 1.5rem 0; }
figcaption { color: var(--soft); font-size: .875rem; margin-top: .35rem; }
.credit { white-space: nowrap; }
.quote { border-left: 5px solid var(--signal); padding-left: 1rem; }
.quote blockquote { margin: 0; font-size: 1.35rem; font-weight: 700; line-height: 1.3; }
.poll { background: var(--tint); padding: 1rem 1.25rem; margin: 2rem 0; border-radius: 6px; }
.poll h2 { margin-top: 0; }
fieldset { border: 0; padding: 0; margin: 0; }
.poll label { display: grid; grid-template-columns: auto 1fr 6rem 3.2rem; gap: .6rem; align-items: center; padding: .4rem 0; }
.poll meter { width: 100%; height: 1rem; }
.share { text-align: right; font-variant-numeric: tabular-nums; }
@media (max-width: 30rem) { .poll label { grid-template-columns: auto 1fr 3.2rem; } .poll meter { display: none; } }
.comments ul { list-style: none; padding: 0; }
.comments li { border-top: 1px solid var(--line); padding: .75rem 0; }
.comments li li { margin-left: 1.25rem; padding-left: .75rem; border-top: 0; border-left: 3px solid var(--line); }
.alias { margin: 0; font-weight: 700; font-size: .9375rem; }
.alias time { font-weight: 400; color: var(--soft); }
.comments .text { margin: .25rem 0; white-space: pre-line; overflow-wrap: anywhere; }
.comments form { display: grid; gap: .5rem; justify-items: start; margin: .75rem 0; }
.comments label { font-weight: 600; }
textarea { width: 100%; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--soft); border-radius: 4px; padding: .5rem; }
summary { cursor: pointer; color: var(--soft); }
[role=alert] { border-left: 5px solid var(--signal); padding: .25rem .75rem; margin: .5rem 0; font-weight: 600; }
.missing { color: var(--soft); font-style: italic; }
.rail { margin-top: 2.5rem; border-top: 2px solid var(--ink); }
.rail > h2 { font-size: 1.25rem; margin: .6rem 0 1rem; }
`;

export const stylesPath = `/styles-${createHash('sha256').update(styles).digest('hex').slice(0, 12)}.css`;
