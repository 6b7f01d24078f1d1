import { isTime } from '../../core/clock.ts';
import { isRecord } from '../../core/record.ts';
import { type Fields, listOf } from '../homeserver/fields.ts';
import { type Allowance, type Card, type Field, type Label, type Piece, labelled, written } from './card.ts';

const MOST = 20;
const MOST_FIELDS = 30;
const MOST_ACTIONS = 20;
/** Attachments within attachments: of a message that a discussion is about, or a bot's. */
const DEPTH = 3;
/** What pruning leaves in a file's place, in versions that give it no type (cleanRoomHistory). */
const PRUNED_COLOR = '#FD745E';
/** Seconds are taken for such numbers, as Slack's webhooks write them; Rocket.Chat's own are milliseconds. */
const SECONDS_BELOW = 100_000_000_000;

/**
 * The attachments of a message that are neither its files nor quotes, which have their own way.
 *
 * @param hasFiles the message has files: their attachments say how clients show them, and change with previews.
 */
export function readAttachments(value: unknown, hasFiles: boolean, allowance: Allowance): readonly Card[] {
  return listOf(value)
    .slice(0, MOST)
    .flatMap((one) => (isRecord(one) && !isOfAnother(one, hasFiles) ? cardsOf(one, allowance, 1) : []));
}

function isOfAnother(one: Fields, hasFiles: boolean): boolean {
  if (typeof one['message_link'] === 'string' || one['type'] === 'removed-file') return true;
  if (!hasFiles) return false;
  if (one['type'] === 'file' || isPruned(one)) return true;
  return ['title_link', 'image_url', 'audio_url', 'video_url'].some((key) => {
    const link = one[key];
    return typeof link === 'string' && link.includes('/file-upload/');
  });
}

const isPruned = (one: Fields): boolean =>
  one['color'] === PRUNED_COLOR && typeof one['text'] === 'string' && Object.keys(one).length === 2;

/** In the order in which Rocket.Chat shows it: what stands before it, the attachment, those within. */
function cardsOf(one: Fields, allowance: Allowance, depth: number): Card[] {
  const before = written(allowance.text(one['pretext']));
  const pieces: Piece[] = [
    ...labelled(allowance.line(one['author_name']), allowance.link(one['author_link'])),
    ...labelled(allowance.line(one['title']), allowance.link(one['title_link']), true),
    ...written(allowance.text(one['text'])),
    ...written(allowance.text(one['description'])),
    ...fieldsOf(one['fields'], allowance),
    ...mediaOf(one, allowance),
    ...actionsOf(one['actions'], allowance),
    ...footerOf(one, allowance),
  ];
  const within =
    depth >= DEPTH
      ? []
      : listOf(one['attachments'])
          .slice(0, MOST)
          .flatMap((inner) => (isRecord(inner) ? cardsOf(inner, allowance, depth + 1) : []));
  const own = pieces.length === 0 ? [] : [{ quoted: true, pieces }];
  return [...(before.length === 0 ? [] : [{ quoted: false, pieces: before }]), ...own, ...within];
}

function fieldsOf(value: unknown, allowance: Allowance): Piece[] {
  const fields: Field[] = [];
  for (const one of listOf(value).slice(0, MOST_FIELDS)) {
    if (!isRecord(one)) continue;
    const field = { title: allowance.line(one['title']), value: allowance.text(one['value']) };
    if (field.title !== '' || field.value !== '') fields.push(field);
  }
  return fields.length === 0 ? [] : [{ kind: 'fields', fields }];
}

/**
 * Pictures and sounds of other servers stay links. Fetching an address that anybody may write into a webhook
 * would let them make the bridge ask whatever its host can reach (server-side request forgery), and would
 * tell that server of every reader's visit at once.
 */
function mediaOf(one: Fields, allowance: Allowance): Piece[] {
  const kinds = [
    ['picture', one['image_url'] ?? one['thumb_url'], one['image_alt']],
    ['audio', one['audio_url'], undefined],
    ['video', one['video_url'], undefined],
  ] as const;
  return kinds.flatMap(([kind, address, described]) => {
    const link = allowance.link(address);
    return link === undefined ? [] : labelled(allowance.line(described) || kind, link);
  });
}

/** Buttons. One without an address works in Rocket.Chat alone; its label is in brackets. */
function actionsOf(value: unknown, allowance: Allowance): Piece[] {
  const labels: Label[] = [];
  for (const one of listOf(value).slice(0, MOST_ACTIONS)) {
    if (!isRecord(one)) continue;
    const link = allowance.link(one['url']);
    const text = allowance.line(one['text']);
    if (text !== '') labels.push({ text: link === undefined ? `[${text}]` : text, link });
    else if (link !== undefined) labels.push({ text: link, link });
  }
  return labels.length === 0 ? [] : [{ kind: 'labels', bold: false, labels }];
}

/** A time is shown with a footer alone: without one it is that of the message, to the second or so. */
function footerOf(one: Fields, allowance: Allowance): Piece[] {
  const footer = allowance.line(one['footer']);
  if (footer === '') return [];
  const at = timeOf(one['ts']);
  return labelled(at === undefined ? footer : `${footer} · ${at}`, undefined);
}

function timeOf(value: unknown): string | undefined {
  const given = isRecord(value) ? value['$date'] : value;
  const number = typeof given === 'string' ? (/^\d+$/.test(given) ? Number(given) : Date.parse(given)) : given;
  if (!isTime(number)) return undefined;
  const date = new Date(number < SECONDS_BELOW ? number * 1000 : number);
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
