import { inlines, maths, type Scene } from './matrix-inline.ts';
import { childrenOf, type Node, textOf } from './plain-text.ts';
import { EMPTY, escapeHtml, joined, type Rendered } from './rendered.ts';

/**
 * A message in both forms. Its HTML stays within the tags that Matrix clients are asked to allow
 * (https://spec.matrix.org/v1.17/client-server-api/#mroommessage-msgtypes); lines of text are divided by
 * `<br>`. Its body keeps Rocket.Chat's markers, which read well enough.
 */
export function rendered(nodes: readonly Node[], scene: Scene): Rendered {
  const bodies: string[] = [];
  let html = '';
  let before: Node | undefined;
  for (const node of nodes) {
    // The parser counts the end of the line that a formula stands in.
    const endsFormula = node.type === 'LINE_BREAK' && before?.type === 'KATEX';
    const piece = block(node, scene);
    if (!endsFormula) {
      if (isText(node) && before !== undefined && isText(before)) html += '<br>';
      bodies.push(piece.body);
      html += piece.html;
    }
    before = endsFormula ? undefined : node;
  }
  return { body: bodies.join('\n'), html };
}

const TEXT_BLOCKS = new Set(['PARAGRAPH', 'LINE_BREAK', 'BIG_EMOJI']);
const isText = (node: Node): boolean => TEXT_BLOCKS.has(node.type);

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
  const rows = items.map((item): Rendered => {
    const { body, html } = inlines(childrenOf(item), scene);
    if (item.type === 'TASK') {
      const done = item.status === true;
      return { body: `- [${done ? 'x' : ' '}] ${body}`, html: `<li>${done ? '☑' : '☐'} ${html}</li>` };
    }
    return { body: `${tag === 'ol' ? `${item.number ?? 1}.` : '-'} ${body}`, html: `<li>${html}</li>` };
  });
  const first = items[0]?.number ?? 1;
  const { body, html } = joined(rows, '\n');
  return { body, html: `<${tag}${first === 1 ? '' : ` start="${first}"`}>${html}</${tag}>` };
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
