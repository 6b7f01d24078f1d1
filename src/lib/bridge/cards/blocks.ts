import { isRecord } from '../../core/record.ts';
import { type Fields, listOf } from '../homeserver/fields.ts';
import { type Allowance, type Card, type Label, type Piece, labelled, written } from './card.ts';

const MOST = 50;
const DEPTH = 12;

/** What of a block or an element is read, in the order in which Rocket.Chat shows it (ui-kit, layout blocks). */
const PARTS = [
  'title',
  'label',
  'text',
  'description',
  'hint',
  'placeholder',
  'fields',
  'rows',
  'elements',
  'render',
  'options',
  'element',
  'accessory',
  'action',
  'footer',
] as const;

/** The texts, pictures and buttons of an app's message (UiKit). A call's block says nothing: `t` does. */
export function readBlocks(value: unknown, allowance: Allowance): readonly Card[] {
  const pieces = listOf(value)
    .slice(0, MOST)
    .flatMap((block) => shownOf(block, allowance, 1));
  return pieces.length === 0 ? [] : [{ quoted: false, pieces }];
}

function shownOf(value: unknown, allowance: Allowance, depth: number): Piece[] {
  if (depth > DEPTH) return [];
  if (Array.isArray(value)) return value.slice(0, MOST).flatMap((one) => shownOf(one, allowance, depth + 1));
  if (typeof value === 'string') return written(allowance.text(value));
  if (!isRecord(value)) return [];
  switch (value['type']) {
    case 'mrkdwn':
      return written(allowance.text(value['text']));
    case 'plain_text':
      return labelled(allowance.text(value['text']), undefined);
    case 'image':
      return pictureOf(value, allowance);
    case 'button':
      return buttonOf(value, allowance);
    case 'video_conf':
      return [];
    case 'preview':
      return previewOf(value, allowance, depth);
    case 'actions':
    case 'context':
    case 'overflow':
      return inARow(partsOf(value, allowance, depth));
    default:
      return partsOf(value, allowance, depth);
  }
}

const partsOf = (value: Fields, allowance: Allowance, depth: number): Piece[] =>
  PARTS.flatMap((part) => shownOf(value[part], allowance, depth + 1));

/** A link, like every picture of another server: see `attachments.ts`. */
function pictureOf(one: Fields, allowance: Allowance): Piece[] {
  const link = allowance.link(one['imageUrl'] ?? one['image_url']);
  const title = isRecord(one['title']) ? allowance.line(one['title']['text']) : '';
  const described = title || allowance.line(one['altText'] ?? one['alt_text']);
  return labelled(described || (link === undefined ? '' : 'picture'), link);
}

/** As the buttons of an attachment: without an address it works in Rocket.Chat alone. */
function buttonOf(one: Fields, allowance: Allowance): Piece[] {
  const text = isRecord(one['text']) ? allowance.line(one['text']['text']) : '';
  const link = allowance.link(one['url']);
  return labelled(text === '' ? (link ?? '') : link === undefined ? `[${text}]` : text, link);
}

function previewOf(one: Fields, allowance: Allowance, depth: number): Piece[] {
  const link = allowance.link(one['externalUrl']);
  return [...partsOf(one, allowance, depth), ...(link === undefined ? [] : labelled(link, link))];
}

/** Labels that follow each other stand in one line. */
function inARow(pieces: readonly Piece[]): Piece[] {
  const rows: Piece[] = [];
  let row: Label[] = [];
  const end = (): void => {
    if (row.length > 0) rows.push({ kind: 'labels', bold: false, labels: row });
    row = [];
  };
  for (const piece of pieces) {
    if (piece.kind === 'labels') row.push(...piece.labels);
    else {
      end();
      rows.push(piece);
    }
  }
  end();
  return rows;
}
