import { inlines, maths, type Scene } from './matrix-inline.ts';
import { childrenOf, type Node, textOf } from './plain-text.ts';
import { EMPTY, escapeHtml, joined, type Rendered } from './rendered.ts';

/**
 * A message in both forms. Its HTML stays within the tags that Matrix clients are asked to allow
 * (https://spec.matrix.org/v1.17/client-server-api/#mroommessage-msgtypes); lines of text are divided by
 * `<br>`. Its body keeps Rocket.Chat's markers, which read well enough.
 */
export function rendered(nodes: readonly Node[], scene: Scene): Rendered {
  const shown = nodes.filter(
    (node, at) => node.type !== 'LINE_BREAK' || !COUNTS_ITS_LINE.has(nodes[at - 1]?.type ?? ''),
  );
  const bodies: string[] = [];
  let html = '';
  let afterText = false;
  for (const node of shown) {
    const isText = TEXT_BLOCKS.has(node.type);
    const piece = block(node, scene);
    bodies.push(piece.body);
    html += isText && afterText ? `<br>${piece.html}` : piece.html;
    afterText = isText;
  }
  return { body: bodies.join('\n'), html };
}

/** After these the parser has a line break for the end of their last line; after other blocks, and text, it has none. */
const COUNTS_ITS_LINE = new Set(['CODE', 'KATEX', 'SPOILER_BLOCK']);
/** What is inline in HTML. */
const TEXT_BLOCKS = new Set(['PARAGRAPH', 'LINE_BREAK', 'BIG_EMOJI', 'SPOILER_BLOCK']);

function block(node: Node, scene: Scene): Rendered {
  const children = childrenOf(node);
  switch (node.type) {
    case 'LINE_BREAK':
      return EMPTY;
    case 'CODE':
      return codeBlock(node, children);
    case 'QUOTE':
      return quote(rendered(children, scene));
    case 'SPOILER_BLOCK': {
      const inner = rendered(children, scene);
      return { body: `||\n${inner.body}\n||`, html: `<span data-mx-spoiler>${inner.html}</span>` };
    }
    case 'HEADING':
      return heading(node.level ?? 1, inlines(children, scene));
    case 'UNORDERED_LIST':
    case 'TASKS':
      return list('ul', children, scene);
    case 'ORDERED_LIST':
      return list('ol', children, scene);
    case 'HORIZONTAL_RULE':
      return { body: '---', html: '<hr>' };
    case 'TABLE':
      return table(node, scene);
    case 'KATEX':
      return maths(textOf(node), 'div');
    case 'BIG_EMOJI':
      return bigEmoji(children, scene);
    default:
      return inlines(children.length > 0 ? children : [node], scene);
  }
}

/** A message of up to three emoji and nothing else; the parser forgets whether blanks part them. */
function bigEmoji(children: readonly Node[], scene: Scene): Rendered {
  const between = /\s/.test(scene.source.trim()) ? ' ' : '';
  const each = children.map((child) => inlines([child], scene));
  return joined(each, between, between);
}

function codeBlock(node: Node, lines: readonly Node[]): Rendered {
  const language = /^[\w+#.-]{1,30}$/.exec(node.language ?? 'none')?.[0] ?? 'none';
  const open = language === 'none' ? '<code>' : `<code class="language-${language}">`;
  const text = lines.map((line) => `${textOf(line)}\n`).join('');
  return {
    body: `\`\`\`${language === 'none' ? '' : language}\n${text}\`\`\``,
    html: `<pre>${open}${escapeHtml(text)}</code></pre>`,
  };
}

function quote(inner: Rendered): Rendered {
  const body = inner.body.split('\n').map((line) => (line === '' ? '>' : `> ${line}`));
  return { body: body.join('\n'), html: `<blockquote>${inner.html}</blockquote>` };
}

const heading = (level: number, inner: Rendered): Rendered => ({
  body: `${'#'.repeat(level)} ${inner.body}`,
  html: `<h${level}>${inner.html}</h${level}>`,
});

function list(tag: 'ul' | 'ol', items: readonly Node[], scene: Scene): Rendered {
  const bodies: string[] = [];
  let html = '';
  let expected: number | undefined;
  for (const item of items) {
    const { body, html: text } = inlines(childrenOf(item), scene);
    bodies.push(`${markerOf(item)} ${body}`);
    // HTML that Matrix allows numbers a list by its start alone, so that a gap begins another list.
    if (item.number !== expected || html === '') {
      const start = (item.number ?? 1) === 1 ? '' : ` start="${item.number}"`;
      html += `${html === '' ? '' : `</${tag}>`}<${tag}${start}>`;
    }
    html += `<li>${boxOf(item)}${text}</li>`;
    expected = item.number === undefined ? undefined : item.number + 1;
  }
  return { body: bodies.join('\n'), html: `${html}</${tag}>` };
}

const boxOf = (item: Node): string => (item.type === 'TASK' ? `${item.status === true ? '☑' : '☐'} ` : '');

function markerOf(item: Node): string {
  if (item.type === 'TASK') return `- [${item.status === true ? 'x' : ' '}]`;
  return item.number === undefined ? '-' : `${item.number}.`;
}

function table(node: Node, scene: Scene): Rendered {
  const { header, rows } = node.value as { header: Node[]; rows: Node[] };
  const row = (tag: 'th' | 'td', cells: readonly Node[]): Rendered => {
    const made = cells.map((cell) => inlines(childrenOf(cell), scene));
    return {
      body: `| ${made.map((cell) => cell.body).join(' | ')} |`,
      html: `<tr>${made.map((cell) => `<${tag}>${cell.html}</${tag}>`).join('')}</tr>`,
    };
  };
  const head = row('th', header);
  const body = joined(
    rows.map((one) => row('td', childrenOf(one))),
    '\n',
  );
  const rule = `|${' --- |'.repeat(header.length)}`;
  return {
    body: [head.body, rule, body.body].join('\n'),
    html: `<table><thead>${head.html}</thead><tbody>${body.html}</tbody></table>`,
  };
}
