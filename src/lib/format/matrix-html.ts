import { linkTarget } from './link-target.ts';
import { childrenOf, isBareLink, linkParts, type Node, textOf, timestampText } from './plain-text.ts';

/** HTML of a message, within the tags that Matrix clients are asked to allow. Lines of text are divided by `<br>`. */
export function matrixHtml(nodes: readonly Node[]): string {
  let html = '';
  let afterText = false;
  for (const node of nodes) {
    const isText = TEXT_BLOCKS.has(node.type);
    if (isText && afterText) html += '<br>';
    html += block(node);
    afterText = isText;
  }
  return html;
}

const TEXT_BLOCKS = new Set(['PARAGRAPH', 'LINE_BREAK', 'BIG_EMOJI']);
const EMPHASIS: Readonly<Record<string, string>> = { BOLD: 'strong', ITALIC: 'em', STRIKE: 'del' };

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function block(node: Node): string {
  const children = childrenOf(node);
  switch (node.type) {
    case 'LINE_BREAK':
      return '';
    case 'CODE':
      return codeBlock(node, children);
    case 'QUOTE':
      return `<blockquote>${matrixHtml(children)}</blockquote>`;
    case 'SPOILER_BLOCK':
      return `<span data-mx-spoiler>${matrixHtml(children)}</span>`;
    case 'HEADING':
      return `<h${node.level ?? 1}>${inlines(children)}</h${node.level ?? 1}>`;
    case 'UNORDERED_LIST':
      return `<ul>${listItems(children)}</ul>`;
    case 'ORDERED_LIST':
      return `<ol${startAt(children)}>${listItems(children)}</ol>`;
    case 'TASKS':
      return `<ul>${children.map((task) => `<li>${task.status === true ? '☑' : '☐'} ${inlines(childrenOf(task))}</li>`).join('')}</ul>`;
    case 'HORIZONTAL_RULE':
      return '<hr>';
    case 'TABLE':
      return table(node);
    default:
      return inlines(children.length > 0 ? children : [node]);
  }
}

function codeBlock(node: Node, lines: readonly Node[]): string {
  const language = /^[\w+#.-]{1,30}$/.exec(node.language ?? 'none')?.[0] ?? 'none';
  const open = language === 'none' ? '<code>' : `<code class="language-${language}">`;
  return `<pre>${open}${lines.map((line) => `${escapeHtml(textOf(line))}\n`).join('')}</code></pre>`;
}

const listItems = (items: readonly Node[]): string =>
  items.map((item) => `<li>${inlines(childrenOf(item))}</li>`).join('');

function startAt(items: readonly Node[]): string {
  const first = items[0]?.number ?? 1;
  return first === 1 ? '' : ` start="${first}"`;
}

function table(node: Node): string {
  const { header, rows } = node.value as { header: Node[]; rows: Node[] };
  const cells = (tag: string, row: readonly Node[]): string =>
    `<tr>${row.map((cell) => `<${tag}>${inlines(childrenOf(cell))}</${tag}>`).join('')}</tr>`;
  const body = rows.map((row) => cells('td', childrenOf(row))).join('');
  return `<table><thead>${cells('th', header)}</thead><tbody>${body}</tbody></table>`;
}

const inlines = (nodes: readonly Node[]): string => nodes.map(inline).join('');

function inline(node: Node): string {
  const emphasis = EMPHASIS[node.type];
  if (emphasis !== undefined) return `<${emphasis}>${inlines(childrenOf(node))}</${emphasis}>`;
  switch (node.type) {
    case 'INLINE_CODE':
      return `<code>${escapeHtml(textOf(node))}</code>`;
    case 'SPOILER':
      return `<span data-mx-spoiler>${inlines(childrenOf(node))}</span>`;
    case 'LINK':
    case 'IMAGE':
      return link(node);
    case 'TIMESTAMP':
      return escapeHtml(timestampText(node));
    case 'PARAGRAPH':
      return inlines(childrenOf(node));
    default:
      return escapeHtml(textOf(node));
  }
}

/** A link that would run something keeps its label alone. */
function link(node: Node): string {
  const { src, label } = linkParts(node);
  const target = linkTarget(src);
  if (target === undefined || isBareLink(node)) return inlines(label);
  return `<a href="${escapeHtml(target)}">${inlines(label)}</a>`;
}
