/** The explanation as one HTML page: no script, nothing from elsewhere. */
import { html } from 'hono/html';
import { EXPLANATION_TITLE, type ExplanationSection } from './explanation.ts';

/** Kept in a file of its own, because the content security policy allows no style inside the page. */
export const EXPLANATION_STYLE = `:root { color-scheme: light dark; font: 1.05rem/1.6 system-ui, sans-serif; }
body { max-width: 38rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.2; }
h2 { font-size: 1.1rem; margin: 2rem 0 0.25rem; }
p { margin: 0.5rem 0; }
@media print { body { max-width: none; padding: 0; } }
`;

/** A whole document; texts are escaped. */
export function explanationPage(sections: readonly ExplanationSection[]): ReturnType<typeof html> {
  const body = sections.map(
    ({ heading, paragraphs }) =>
      html`<section>
        <h2>${heading}</h2>
        ${paragraphs.map((paragraph) => html`<p>${paragraph}</p>`)}
      </section>`,
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${EXPLANATION_TITLE}</title>
        <link rel="stylesheet" href="/about-this-call.css" />
      </head>
      <body>
        <main>
          <h1>${EXPLANATION_TITLE}</h1>
          ${body}
        </main>
      </body>
    </html> `;
}
