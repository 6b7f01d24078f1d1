import { escapeHtml } from '../../format/rendered.ts';
import type { MatrixText } from '../events.ts';
import type { MatrixContent } from './content.ts';

type Location = Extract<MatrixContent, { kind: 'location' }>;

/** A map's scale that shows a street. */
const ZOOM = 16;

/** The place on a map that anybody may open, below what its sender says of it. */
export function locationText({ body, description, isOwn, point }: Location): MatrixText {
  const { latitude, longitude, uncertainty } = point;
  const url = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=${ZOOM}/${latitude}/${longitude}`;
  const label = (description ?? body).replaceAll(/\s+/g, ' ').trim() || 'Location';
  const more = [
    ...(isOwn ? ['their own position'] : []),
    ...(uncertainty === undefined ? [] : [`within ${uncertainty} m`]),
  ].join(', ');
  const end = more === '' ? '' : ` (${more})`;
  return {
    msgtype: 'm.text',
    body: `📍 ${label}${end}\n${url}`,
    format: 'org.matrix.custom.html',
    formatted_body: `📍 <a href="${escapeHtml(url)}">${escapeHtml(label)}</a>${end}`,
    mentionsRoom: false,
  };
}
