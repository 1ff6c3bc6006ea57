import { SCOPES, DEFAULT_SCOPES } from '../domain/scopes.ts';
import { SELLERS } from '../domain/seller.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

const LABELS: Readonly<Record<(typeof SCOPES)[number], string>> = {
  'seller.authorization.info': 'Shop Authorized Information',
  'seller.shop.info': 'Global Shop Information',
  'seller.order.info': 'Order Information',
  'seller.product.basic': 'Product Basic',
  'seller.finance.info': 'Finance Information',
  'seller.return_refund.basic': 'Return & Refund Basic',
};

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; background: Canvas; color: CanvasText; }
main { max-width: 34rem; margin: 6vh auto; padding: 0 1.25rem; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; }
p { margin: .25rem 0 1rem; }
fieldset { border: 1px solid color-mix(in srgb, CanvasText 25%, transparent); border-radius: .6rem;
  margin: 0 0 1rem; padding: .75rem 1rem; }
legend { font-weight: 600; padding: 0 .35rem; }
label { display: flex; gap: .6rem; align-items: baseline; padding: .3rem 0; }
code { font-size: .8rem; opacity: .8; }
.actions { display: flex; gap: .75rem; flex-wrap: wrap; }
button { font: inherit; font-weight: 600; padding: .6rem 1.4rem; border-radius: .5rem; cursor: pointer;
  border: 1px solid CanvasText; background: Canvas; color: CanvasText; }
button[value="approve"] { background: CanvasText; color: Canvas; }
button:focus-visible, input:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
`;

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body><main>${body}</main></body>
</html>
`;
}

/** `carried` are the request's own parameters, which come back with the answer. */
export function authorizePage(carried: Readonly<Record<string, string>>): string {
  const hidden = Object.entries(carried)
    .map(
      ([name, value]) =>
        `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
    )
    .join('');
  const sellers = Object.values(SELLERS)
    .map(
      ({ key, label }, index) =>
        `<label><input type="radio" name="seller" value="${key}"${index === 0 ? ' checked' : ''}> ` +
        `<span>${escapeHtml(label)}</span></label>`,
    )
    .join('');
  const scopes = SCOPES.map(
    (scope) =>
      `<label><input type="checkbox" name="scope" value="${scope}"` +
      `${DEFAULT_SCOPES.includes(scope) ? ' checked' : ''}> ` +
      `<span>${escapeHtml(LABELS[scope])}<br><code>${scope}</code></span></label>`,
  ).join('');
  return page(
    'Authorize an app · TikTok Shop sandbox',
    `<h1>Authorize this app?</h1>
<p>This is the local TikTok Shop sandbox. The app asks to read the shop data ticked below.</p>
<form method="post" action="">
${hidden}
<fieldset><legend>Seller account</legend>${sellers}</fieldset>
<fieldset><legend>Access</legend>${scopes}</fieldset>
<div class="actions">
<button type="submit" name="decision" value="approve">Approve</button>
<button type="submit" name="decision" value="deny">Deny</button>
</div>
</form>`,
  );
}

export function refusalPage(reason: string): string {
  return page(
    'Not possible · TikTok Shop sandbox',
    `<h1>This link does not work</h1><p>${escapeHtml(reason)}</p>`,
  );
}
