import { Parser } from 'htmlparser2';

/** What clients are asked to allow (https://spec.matrix.org/v1.17/client-server-api/#mroommessage-msgtypes), by tag. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = Object.fromEntries([
  ...(
    'del h1 h2 h3 h4 h5 h6 blockquote p ul sup sub li b i u strong em s hr br table thead tbody tr th td caption pre ' +
    'details summary'
  )
    .split(' ')
    .map((tag) => [tag, []] as const),
  ['span', ['data-mx-bg-color', 'data-mx-color', 'data-mx-spoiler', 'data-mx-maths']],
  ['a', ['target', 'href']],
  ['img', ['width', 'height', 'alt', 'title', 'src', 'data-mx-emoticon']],
  ['ol', ['start']],
  ['code', ['class']],
  ['div', ['data-mx-maths']],
]);
const VALUES: Readonly<Record<string, RegExp>> = {
  href: /^(?:https?|ftp|mailto|magnet):/,
  src: /^mxc:\/\/[^/\s]+\/[^/\s]+$/,
  class: /^language-\S+$/,
  start: /^\d+$/,
  height: /^\d+$/,
  'data-mx-color': /^#[\da-f]{6}$/i,
};
const DEPTH = 100;
const VOID = new Set(['br', 'hr', 'img']);

/** Everything in the HTML that a client may drop: tags, attributes, values, what is nested too deep or never closed. */
export function outsideAllowList(html: string): string[] {
  const wrong: string[] = [];
  const open: string[] = [];
  const parser = new Parser({
    onopentag(tag, attributes, isImplied) {
      const allowed = ALLOWED[tag];
      if (allowed === undefined) wrong.push(`<${tag}>`);
      if (isImplied) wrong.push(`implied <${tag}>`);
      for (const [name, value] of Object.entries(attributes)) {
        if (allowed?.includes(name) !== true) wrong.push(`<${tag} ${name}>`);
        if (VALUES[name]?.test(value) === false) wrong.push(`<${tag} ${name}="${value}">`);
      }
      open.push(tag);
      if (open.length > DEPTH) wrong.push('too deep');
    },
    onclosetag(tag, isImplied) {
      if (isImplied && !VOID.has(tag)) wrong.push(`unclosed <${tag}>`);
      if (open.pop() !== tag) wrong.push(`unexpected </${tag}>`);
    },
    oncomment: () => wrong.push('a comment'),
    onprocessinginstruction: (name) => wrong.push(`<${name}>`),
  });
  parser.end(html);
  return wrong;
}
