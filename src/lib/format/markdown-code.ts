import { disarmEverybody, ZERO_WIDTH } from './escape-markdown.ts';
import type { HtmlElement, HtmlNode } from './html-tree.ts';
import type { Block, Page } from './markdown-block.ts';
import { markdownLine } from './markdown-line.ts';

/** Languages whose name the grammar does not bear: with another sign in it the whole block would be text. */
const LANGUAGES: Readonly<Record<string, string>> = {
  'c++': 'cpp',
  'c#': 'csharp',
  'f#': 'fsharp',
  'objective-c++': 'objectivec',
};

/** A fence with its language. A fence within the code is parted, else it would end the block. */
export function codeBlock(element: HtmlElement): Block[] {
  const code = disarmEverybody(codeOf(element).replace(/``(?=`)/g, `\`\`${ZERO_WIDTH}`));
  if (code.trim() === '') return [];
  return [{ kind: 'code', lines: [`\`\`\`${languageOf(element)}`, ...code.split('\n'), '```'] }];
}

/** A code block would show what is to be hidden: it is hidden line by line. */
export function hiddenCode(element: HtmlElement, page: Page): Block[] {
  const marks = new Set([...page.marks, 'code' as const]);
  const lines = codeOf(element)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((text) => markdownLine([{ text, marks }], page.reader, page.place));
  return lines.length === 0 ? [] : [{ kind: 'text', lines }];
}

function codeOf(element: HtmlElement): string {
  return rawText(element).replace(/\r\n?/g, '\n').replace(/^\n/, '').replace(/\n+$/, '');
}

function languageOf(element: HtmlElement): string {
  const inner = element.children.find((child) => typeof child !== 'string' && child.name === 'code');
  const names = typeof inner === 'object' ? (inner.attributes['class'] ?? '') : '';
  const name = /(?:^|\s)language-([\w+#.-]{1,30})(?:\s|$)/.exec(names)?.[1]?.toLowerCase() ?? '';
  return (Object.hasOwn(LANGUAGES, name) ? LANGUAGES[name] : undefined) ?? name.replace(/[^\w.-]/g, '');
}

function rawText(node: HtmlNode): string {
  if (typeof node === 'string') return node;
  return node.name === 'br' ? '\n' : node.children.map(rawText).join('');
}
