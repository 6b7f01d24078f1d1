import type { ParserOptions } from 'htmlparser2';

export type HtmlNode = string | HtmlElement;

export interface HtmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: HtmlNode[];
}

/** The spec's limit for clients; deeper elements leave their text to the one at the limit. */
const DEPTH = 100;
/** Elements whose content is never for reading. `mx-reply` is the quotation that old clients put before a reply. */
const DROPPED = new Set([
  'mx-reply',
  'script',
  'style',
  'title',
  'head',
  'template',
  'iframe',
  'object',
  'noscript',
  'svg',
  'math',
  'textarea',
  'select',
]);

/** Kept, because even a module that is there already takes 0.1 ms to import again. */
const loadParser = () => import('htmlparser2');
let parserModule: ReturnType<typeof loadParser> | undefined;

/**
 * Reads HTML as leniently as a browser would, without what may run or hide. The result holds any tags;
 * which of them mean something is for the reader. Never throws. Loads htmlparser2 at the first call.
 */
export async function htmlTree(html: string): Promise<HtmlElement> {
  parserModule ??= loadParser();
  const { Parser } = await parserModule;
  const root: HtmlElement = { name: '', attributes: {}, children: [] };
  const open: HtmlElement[] = [root];
  let tooDeep = 0;
  let dropped = 0;
  const options: ParserOptions = { decodeEntities: true, lowerCaseTags: true };
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (dropped > 0 || DROPPED.has(name)) dropped += 1;
        else if (open.length > DEPTH) tooDeep += 1;
        else {
          const element: HtmlElement = { name, attributes, children: [] };
          open.at(-1)?.children.push(element);
          open.push(element);
        }
      },
      ontext(text) {
        if (dropped === 0) open.at(-1)?.children.push(text);
      },
      onclosetag() {
        if (dropped > 0) dropped -= 1;
        else if (tooDeep > 0) tooDeep -= 1;
        else if (open.length > 1) open.pop();
      },
    },
    options,
  );
  parser.end(html);
  return root;
}
