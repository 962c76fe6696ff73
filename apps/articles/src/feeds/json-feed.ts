import { htmlOf } from './html.js';
import { articleUrl, titleOf, urnOf, type Feed, type Site } from './site.js';

/** JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). */
export const jsonFeed = (site: Site, { title, description, path, homeUrl, articles }: Feed): object => ({
  version: 'https://jsonfeed.org/version/1.1',
  title,
  description,
  home_page_url: homeUrl,
  feed_url: site.apiUrl + path,
  language: site.language,
  items: articles.map((article) => ({
    id: urnOf(article),
    url: articleUrl(site, article),
    title: titleOf(article),
    summary: article.lead,
    content_html: htmlOf(article, articleUrl(site, article)),
    image: article.leadPicture.url,
    date_published: article.publishedAt,
    date_modified: article.updatedAt,
    authors: article.byline.map(({ slug, name, portrait }) => ({
      name,
      url: `${site.apiUrl}/v1/authors/${slug}`,
      ...(portrait && { avatar: portrait }),
    })),
    tags: [article.section, ...article.topics].map(({ name }) => name),
    language: site.language,
  })),
});
