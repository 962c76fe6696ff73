import type { Block, Correction, Picture, TextRun } from '#events';
import type { ReadableArticle } from '../article/paywall.rules.js';
import { markup, Markup } from './markup.js';

/**
 * The body of an article as HTML for feed readers: without scripts, styles and frames. Blocks that need our own page,
 * such as polls, are left out; embedded content becomes a link. @param url of the article's page, linked when text is withheld.
 */
export const htmlOf = ({ body, corrections = [], restricted }: ReadableArticle, url: string): string =>
  markup`${body.map(blockHtml)}${restricted && restHtml(url)}${correctionsHtml(corrections)}`.text;

const restHtml = (url: string): Markup =>
  markup`<p><a href="${url}">Der ganze Artikel ist für Abonnentinnen und Abonnenten.</a></p>`;

function blockHtml(block: Block): Markup {
  switch (block.type) {
    case 'paragraph':
      return markup`<p>${block.runs.map(runHtml)}</p>`;
    case 'crosshead':
      return markup`<h2>${block.text}</h2>`;
    case 'picture':
      return figureHtml(block.picture);
    case 'gallery':
      return markup`${block.title && markup`<h3>${block.title}</h3>`}${block.pictures.map(figureHtml)}`;
    case 'quote':
      return markup`<figure><blockquote>${block.text}</blockquote><figcaption>${block.attribution}</figcaption></figure>`;
    case 'list': {
      const items = block.items.map((runs) => markup`<li>${runs.map(runHtml)}</li>`);
      return block.ordered ? markup`<ol>${items}</ol>` : markup`<ul>${items}</ul>`;
    }
    case 'fact-box':
      return markup`<aside><h3>${block.title}</h3>${block.blocks.map(blockHtml)}</aside>`;
    case 'related-link':
    case 'embed':
      return markup`<p><a href="${block.url}">${block.title}</a></p>`;
    case 'poll':
      return markup``;
  }
}

function runHtml({ text, strong, emphasis, link }: TextRun): Markup {
  let html = markup`${text}`;
  if (emphasis) html = markup`<em>${html}</em>`;
  if (strong) html = markup`<strong>${html}</strong>`;
  return link && /^(https?|mailto):/i.test(link) ? markup`<a href="${link}">${html}</a>` : html;
}

const figureHtml = ({ url, width, height, alt, caption, credit }: Picture): Markup =>
  markup`<figure><img src="${url}" width="${width}" height="${height}" alt="${alt}"><figcaption>${
    caption ? `${caption} ` : undefined
  }Bild: ${credit}</figcaption></figure>`;

const day = new Intl.DateTimeFormat('de-CH', {
  timeZone: 'Europe/Zurich',
  dateStyle: 'long',
  timeStyle: 'short',
});

const correctionsHtml = (corrections: readonly Correction[]): Markup =>
  corrections.length === 0
    ? markup``
    : markup`<section><h3>Korrekturen</h3>${corrections.map(
        ({ at, note }) => markup`<p>${day.format(new Date(at))}: ${note}</p>`,
      )}</section>`;
