import { createHash } from 'node:crypto';

/** The style sheet. Its path contains its hash, so that browsers can keep it forever. */
export const styles = `
:root {
  --ink: #14161b; --soft: #575d68; --paper: #fff; --tint: #f3f4f6; --line: #d9dce2;
  --signal: #c8102e; --band: #c8102e; --on-signal: #fff; --sold: #fdf3d7; --bar: #d9a0a9;
  --serif: Georgia, 'Times New Roman', serif;
  font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #eceef2; --soft: #a9b0bc; --paper: #121418; --tint: #1d2026; --line: #363b45;
    --signal: #ff6b7a; --band: #a50d26; --on-signal: #121418; --sold: #2c2515; --bar: #8a3a45;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; color: var(--ink); background: var(--paper); font-size: 1.0625rem; line-height: 1.55; overflow-wrap: break-word; }
a { color: inherit; }
:focus-visible { outline: 3px solid var(--signal); outline-offset: 3px; border-radius: 2px; }
img { display: block; width: 100%; height: auto; background: var(--tint); }
h1, h2, h3 { margin: 0; line-height: 1.15; letter-spacing: -.018em; font-weight: 800; text-wrap: balance; hyphens: auto; }
p { text-wrap: pretty; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.skip { position: absolute; left: -999px; top: .5rem; padding: .5rem 1rem; background: var(--paper); color: var(--ink); z-index: 1; }
.skip:focus { left: .5rem; }

header.site { background: var(--band); color: #fff; }
header.site :focus-visible { outline-color: #fff; outline-offset: 0; }
header.site > * { max-width: 74rem; margin: 0 auto; padding-inline: 1rem; }
.brand { display: block; padding-block: .7rem .5rem; font-weight: 900; font-size: clamp(1.9rem, 6vw, 2.6rem); line-height: 1; letter-spacing: -.045em; text-decoration: none; }
header.site nav { display: flex; flex-wrap: wrap; gap: 0 1.5rem; }
header.site nav a { padding: .5rem 0 .4rem; border-bottom: 4px solid transparent; text-decoration: none; font-weight: 700; white-space: nowrap; }
header.site nav a:hover, header.site nav a[aria-current] { border-color: #fff; }
main { max-width: 74rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
footer.site { border-top: 1px solid var(--line); padding: 1.25rem 1rem; color: var(--soft); font-size: .875rem; text-align: center; }

.kicker { margin: 0 0 .2rem; color: var(--signal); font-size: .9375rem; font-weight: 800; line-height: 1.3; }
.access { display: inline-block; margin-left: .5rem; padding: 0 .4rem; border-radius: 3px; background: var(--signal); color: var(--on-signal); font-size: .75rem; }
.label { width: fit-content; margin: 0 0 .4rem; padding: .1rem .5rem; border-radius: 3px; background: var(--ink); color: var(--paper); font-size: .75rem; font-weight: 700; }
.count { margin: .4rem 0 0; color: var(--soft); font-size: .875rem; }
.missing { margin: 1rem 0; color: var(--soft); font-style: italic; }
.note { padding: .75rem 1rem; border-left: 5px solid var(--line); background: var(--tint); }
[role=alert], [role=status] { margin: .5rem 0; padding: .6rem .9rem; border-left: 5px solid var(--signal); background: var(--tint); font-weight: 600; }
[role=status] { border-color: #1a8a4c; }

h1.section { margin-bottom: 1.25rem; padding-bottom: .5rem; border-bottom: 2px solid var(--ink); font-size: 2rem; }
.grid { list-style: none; margin: 0; padding: 0; display: grid; gap: 2rem 1.5rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15.5rem), 1fr)); }
.card a { display: block; height: 100%; text-decoration: none; }
.card img { aspect-ratio: 3 / 2; object-fit: cover; border-radius: 6px; margin-bottom: .7rem; }
.card h2, .card h3 { font-size: 1.1875rem; font-weight: 750; line-height: 1.22; }
.card a:hover :is(h2, h3) { text-decoration: underline; text-decoration-thickness: 2px; text-underline-offset: 3px; }
.card.sold { margin: -.6rem; padding: .6rem; border-radius: 10px; background: var(--sold); }
.card.lead { grid-column: 1 / -1; padding-bottom: 2rem; border-bottom: 1px solid var(--line); }
.card.lead h2 { font-size: clamp(1.75rem, 4.6vw, 3rem); font-weight: 850; line-height: 1.08; letter-spacing: -.03em; }
.card.lead .kicker { font-size: 1.0625rem; }
.card.lead .intro { margin: .7rem 0 0; font-size: 1.0625rem; }
@media (min-width: 48rem) {
  .card.lead a { display: grid; grid-template-columns: 3fr 2fr; gap: 2rem; align-items: center; }
  .card.lead img { margin: 0; }
}
@media (max-width: 33rem) {
  .rail .card a { display: grid; grid-template-columns: 8rem 1fr; column-gap: .9rem; grid-template-rows: repeat(4, auto) 1fr; }
  .rail .card a > * { grid-column: 2; }
  .rail .card img { grid-column: 1; grid-row: 1 / -1; margin: 0; }
  .rail .grid { gap: 1.4rem; }
  .byline .when { margin: 0; }
}
.more { display: flex; flex-wrap: wrap; gap: .75rem; margin: 2rem 0 0; }
.more:empty { display: none; }
.more a, button { padding: .6rem 1.3rem; border: 2px solid var(--signal); border-radius: 6px; font: inherit; font-weight: 700; text-decoration: none; cursor: pointer; }
.more a { color: var(--signal); }
.more a:hover, button { background: var(--signal); color: var(--on-signal); }
button:hover { filter: brightness(.9); }

article { max-width: 46rem; margin: 0 auto; }
article h1 { font-size: clamp(2rem, 6.4vw, 3.4rem); font-weight: 850; line-height: 1.06; letter-spacing: -.035em; }
article header .kicker { font-size: 1.125rem; }
article .intro { margin: .9rem 0 1.2rem; font-size: 1.25rem; font-weight: 600; line-height: 1.42; }
article > p, article > ol, article > ul { font-family: var(--serif); font-size: 1.1875rem; line-height: 1.65; }
article > .missing, article > .more, article > .note { font-family: inherit; font-size: 1rem; }
article > p a { color: var(--signal); text-underline-offset: 3px; }
article > h2, .comments > h2 { margin: 2.2rem 0 .6rem; font-size: 1.5rem; }
article li { margin: .25rem 0; }
.byline { display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; align-items: center; padding: .75rem 0; border-block: 1px solid var(--line); }
.author { display: flex; gap: .65rem; align-items: center; line-height: 1.25; }
.author img { width: 3rem; height: 3rem; border-radius: 50%; object-fit: cover; }
.author small { display: block; color: var(--soft); font-size: .875rem; }
.when { margin: 0 0 0 auto; color: var(--soft); font-size: .875rem; }
figure { margin: 1.6rem 0; }
figure img { border-radius: 6px; }
figcaption { margin-top: .45rem; color: var(--soft); font-size: .875rem; line-height: 1.4; }
.quote { padding: .2rem 0 .2rem 1.2rem; border-left: 6px solid var(--signal); }
.quote blockquote { margin: 0; font-size: 1.5rem; font-weight: 750; line-height: 1.25; letter-spacing: -.015em; }

.box { margin: 2rem 0; padding: 1.1rem 1.25rem; border-radius: 10px; background: var(--tint); }
.box h3, .gallery h3, .corrections h2 { margin: 0 0 .5rem; font-size: 1.125rem; }
.box p, .corrections p { margin: .4rem 0; }
.outbound a { display: block; padding: .7rem 1rem; border-left: 6px solid var(--signal); background: var(--tint); color: inherit; font-family: system-ui, sans-serif; font-size: 1rem; font-weight: 700; text-decoration: none; }
.outbound a:hover { text-decoration: underline; }
.corrections { margin: 2rem 0; padding-top: .8rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .9375rem; }
.rest { margin: 2rem 0; padding: 1.1rem 1.25rem; border-radius: 10px; background: var(--tint); font-weight: 700; }
.find { display: flex; gap: .5rem; margin: 1rem 0 1.5rem; }
.find input { flex: 1; min-width: 0; padding: .6rem .8rem; border: 1px solid var(--soft); border-radius: 6px; background: var(--paper); color: inherit; font: inherit; }
mark { border-radius: 3px; background: var(--sold); color: inherit; box-shadow: 0 0 0 .12em var(--sold); }

.poll { margin: 2rem 0; padding: 1.25rem; border-radius: 10px; background: var(--tint); }
.poll h2 { font-size: 1.3rem; }
.poll fieldset, .poll ul { margin: .75rem 0; padding: 0; border: 0; list-style: none; min-width: 0; }
.option { display: grid; grid-template-columns: auto 1fr auto; gap: .35rem .7rem; align-items: center; padding: .5rem 0; line-height: 1.3; }
li.option { grid-template-columns: 1fr auto; }
label.option { cursor: pointer; }
.option input { width: 1.2rem; height: 1.2rem; margin: 0; accent-color: var(--signal); }
.bar { grid-column: 1 / -1; width: 100%; border-radius: 4px; background: var(--line); }
.bar rect { fill: var(--bar); }
label.option:has(:checked) .bar rect { fill: var(--signal); }
.share { font-weight: 700; font-variant-numeric: tabular-nums; }

.comments { margin-top: 3rem; border-top: 2px solid var(--ink); }
.comments > h2 { margin-top: .9rem; }
.comments ul { list-style: none; margin: 0; padding: 0; }
.comments > ul { margin-top: 1.5rem; }
.comments > ul > li { padding: 1rem 0; border-top: 1px solid var(--line); }
.comments li:target { background: var(--tint); }
.comments li li { margin: .75rem 0 0; padding-left: 1rem; border-left: 3px solid var(--line); }
.alias { margin: 0; font-size: .9375rem; font-weight: 700; }
.alias time { white-space: nowrap; color: var(--soft); font-size: .875rem; font-weight: 400; }
.comments .text { margin: .3rem 0 .4rem; white-space: pre-line; overflow-wrap: anywhere; }
.comments form { display: grid; gap: .5rem; justify-items: start; margin: .75rem 0; }
.comments label { font-weight: 700; }
textarea { width: 100%; padding: .65rem .8rem; border: 1px solid var(--soft); border-radius: 6px; background: var(--paper); color: inherit; font: inherit; resize: vertical; }
textarea[aria-invalid] { border: 2px solid var(--signal); }
summary { width: fit-content; padding: .2rem 0; color: var(--soft); font-size: .9375rem; font-weight: 600; cursor: pointer; }
summary:hover { color: var(--ink); text-decoration: underline; }

.rail { margin-top: 3rem; padding-top: .8rem; border-top: 4px solid var(--signal); }
.rail > h2 { margin-bottom: 1rem; font-size: 1.5rem; }
@media print { header.site nav, form, details, .more, .rail { display: none; } }
`;

export const stylesPath = `/styles-${createHash('sha256').update(styles).digest('hex').slice(0, 12)}.css`;
