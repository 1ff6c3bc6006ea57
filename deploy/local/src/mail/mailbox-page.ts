import type { Mail } from './mail-store.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** Addresses become links; everything else of a mail is shown as the text that it is. */
function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"']+)/)
    .map((piece, index) =>
      index % 2 === 1
        ? `<a href="${escapeHtml(piece)}" rel="noreferrer">${escapeHtml(piece)}</a>`
        : escapeHtml(piece),
    )
    .join('');
}

function article(mail: Mail): string {
  return `<article>
<h2>${escapeHtml(mail.subject)}</h2>
<p class="head">to ${escapeHtml(mail.to)} · from ${escapeHtml(mail.from)} · <time>${escapeHtml(mail.at)}</time></p>
<pre>${withLinks(mail.text)}</pre>
</article>`;
}

export const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
article { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: 8px;
  padding: 0 1rem; margin: 1rem 0; }
.head { opacity: .75; font-size: .875rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
`;

export function mailboxPage(mails: readonly Mail[]): string {
  const content =
    mails.length === 0
      ? '<p>No mail yet. What the product sends appears here.</p>'
      : mails.map(article).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5">
<title>Local mailbox</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<h1>Local mailbox</h1>
<p>Mails of this installation end here and go no further. Newest first; the page renews itself.</p>
<main>
${content}
</main>
</body>
</html>
`;
}
