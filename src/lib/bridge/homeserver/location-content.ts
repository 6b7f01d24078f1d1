import type { GeoPoint } from './content-location.ts';
import type { TextContent } from './text-content.ts';

/** Some ten centimetres. */
const DIGITS = 6;

/**
 * The content of a message that says where its sender is: the spec's `m.location` with the fields of MSC3488
 * under the prefix that clients use (https://spec.matrix.org/v1.17/client-server-api/#mlocation). Clients that
 * show no map have a link to one in the body.
 *
 * @param at when it was written, ms.
 */
export function locationContent(text: TextContent, { latitude, longitude }: GeoPoint, at: number): TextContent {
  const [north, east] = [decimal(latitude), decimal(longitude)];
  const uri = `geo:${north},${east}`;
  const place = `Location ${north}, ${east}: https://www.openstreetmap.org/?mlat=${north}&mlon=${east}`;
  const description = text.body.trim();
  const body = description === '' ? place : `${description}\n${place}`;
  return {
    msgtype: 'm.location',
    body,
    geo_uri: uri,
    'org.matrix.msc3488.location': { uri, description: description === '' ? place : description },
    'org.matrix.msc3488.asset': { type: 'm.self' },
    'org.matrix.msc3488.ts': at,
    'org.matrix.msc1767.text': body,
  };
}

/** Never with an exponent, which no geo URI has. */
const decimal = (degrees: number): string => {
  const text = degrees.toFixed(DIGITS).replace(/\.?0+$/, '');
  return text === '-0' ? '0' : text;
};
