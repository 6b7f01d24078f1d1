import { linkTarget } from '../../format/link-target.ts';
import type { MatrixText } from '../../format/lookups.ts';
import { type Rendered, escapeHtml, joined, plain } from '../../format/rendered.ts';
import { toMatrix } from '../../format/to-matrix.ts';
import type { Card, Field, Label, Piece } from './card.ts';

/** What ends with such a tag, or begins with one, needs no line break beside it. */
const BLOCK = 'blockquote|ul|ol|pre|h[1-6]|table|div|p|hr';
const ENDS_BLOCK = new RegExp(`(?:</(?:${BLOCK})>|<hr>)$`);
const BEGINS_BLOCK = new RegExp(`^<(?:${BLOCK})[ >]`);

/**
 * A text with the cards below it. Names in cards notify nobody, as in Rocket.Chat, and stay text.
 *
 * @param siteUrl what addresses of the workspace's own begin with; undefined: they stay text.
 */
export async function withCards(
  text: MatrixText,
  cards: readonly Card[],
  siteUrl: string | undefined,
): Promise<MatrixText> {
  if (cards.length === 0) return text;
  const own = text.body.trim() === '' ? [] : [{ body: text.body, html: text.formatted_body ?? plain(text.body).html }];
  const shown = await Promise.all(cards.map((card) => cardToMatrix(card, siteUrl)));
  const { body, html } = stacked([...own, ...shown]);
  return { body, format: 'org.matrix.custom.html', formatted_body: html };
}

async function cardToMatrix({ quoted, pieces }: Card, siteUrl: string | undefined): Promise<Rendered> {
  const inner = stacked(await Promise.all(pieces.map((piece) => pieceToMatrix(piece, siteUrl))));
  if (!quoted) return inner;
  const lines = inner.body.split('\n').map((line) => (line === '' ? '>' : `> ${line}`));
  return { body: lines.join('\n'), html: `<blockquote>${inner.html}</blockquote>` };
}

async function pieceToMatrix(piece: Piece, siteUrl: string | undefined): Promise<Rendered> {
  switch (piece.kind) {
    case 'text':
      return formatted(piece.text);
    case 'labels': {
      const line = joined(
        piece.labels.map((label) => labelToMatrix(label, siteUrl)),
        ' · ',
        ' · ',
      );
      return piece.bold ? { body: `*${line.body}*`, html: `<strong>${line.html}</strong>` } : line;
    }
    case 'fields':
      return fieldsToMatrix(piece.fields);
  }
}

function labelToMatrix({ text, link }: Label, siteUrl: string | undefined): Rendered {
  const shown = plain(text.toWellFormed());
  const address = link?.startsWith('/') === true && !link.startsWith('//') ? ownAddress(link, siteUrl) : link;
  const target = address === undefined ? undefined : linkTarget(address);
  if (target === undefined) return shown;
  const body = text === address || text === target ? target : `[${shown.body}](${target})`;
  return { body, html: `<a href="${escapeHtml(target)}">${shown.html}</a>` };
}

const ownAddress = (path: string, siteUrl: string | undefined): string | undefined =>
  siteUrl === undefined ? undefined : `${siteUrl}${path}`;

async function fieldsToMatrix(fields: readonly Field[]): Promise<Rendered> {
  const items = await Promise.all(
    fields.map(async ({ title, value }) => {
      const shown = await formatted(value);
      const name = title === '' ? '' : `${title.toWellFormed()}:`;
      const between = title === '' || value === '' ? '' : ' ';
      const html = name === '' ? '' : `<strong>${escapeHtml(name)}</strong>`;
      return { body: `- ${name}${between}${shown.body}`, html: `<li>${html}${between}${shown.html}</li>` };
    }),
  );
  const { body, html } = joined(items, '\n');
  return { body, html: `<ul>${html}</ul>` };
}

async function formatted(markdown: string): Promise<Rendered> {
  const { text } = await toMatrix(markdown);
  return { body: text.body, html: text.formatted_body ?? plain(text.body).html };
}

function stacked(pieces: readonly Rendered[]): Rendered {
  let html = '';
  for (const piece of pieces) {
    const isApart = html === '' || ENDS_BLOCK.test(html) || BEGINS_BLOCK.test(piece.html);
    html += `${isApart ? '' : '<br>'}${piece.html}`;
  }
  return { body: pieces.map(({ body }) => body).join('\n'), html };
}
