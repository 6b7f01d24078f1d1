import { parseDocument } from 'htmlparser2';

interface Element {
  readonly name: string;
  readonly attribs: Readonly<Record<string, string>>;
  readonly children?: readonly unknown[];
}

/** In the order of the document. */
export function elementsOf(xml: string, name: string): readonly Element[] {
  const walk = (node: unknown): Element[] => {
    const { name: found, attribs, children = [] } = node as Partial<Element>;
    const inner = children.flatMap(walk);
    return found === name && attribs !== undefined ? [{ name: found, attribs }, ...inner] : inner;
  };
  return walk(parseDocument(xml, { xmlMode: true }));
}
