import { type Fields, fieldsOf, textOf } from './fields.ts';

/** WGS 84, in degrees. */
export interface GeoPoint {
  readonly latitude: number;
  readonly longitude: number;
  /** Metres around the point; undefined: not said. */
  readonly uncertainty: number | undefined;
}

/** https://www.rfc-editor.org/rfc/rfc5870: `geo:48.2,16.37,183;crs=wgs84;u=40`. */
const GEO = /^geo:(-?\d{1,3}(?:\.\d{1,15})?),(-?\d{1,3}(?:\.\d{1,15})?)(?:,-?\d{1,6}(?:\.\d{1,15})?)?((?:;[^;]*)*)$/i;

/** Of the three places where clients write it; undefined for what is no point on earth. */
export function readLocation(content: Fields): GeoPoint | undefined {
  const uris = [
    content['geo_uri'],
    fieldsOf(content['m.location'])['uri'],
    fieldsOf(content['org.matrix.msc3488.location'])['uri'],
  ];
  return parseGeo(uris.map(textOf).find((uri) => uri !== undefined) ?? '');
}

/** https://spec.matrix.org/v1.17/client-server-api/#mlocation has neither: MSC3488, by both of its names. */
export function readPlace(content: Fields): { readonly description: string | undefined; readonly isOwn: boolean } {
  const place = fieldsOf(content['m.location'] ?? content['org.matrix.msc3488.location']);
  const asset = fieldsOf(content['m.asset'] ?? content['org.matrix.msc3488.asset']);
  return { description: textOf(place['description']), isOwn: textOf(asset['type']) === 'm.self' };
}

function parseGeo(uri: string): GeoPoint | undefined {
  // The length of the parameters is the sender's choice; only so many are looked at.
  const [, north, east, rest = ''] = GEO.exec(uri.slice(0, 500)) ?? [];
  if (north === undefined || east === undefined) return undefined;
  const parameters = new Map(rest.split(';').map((one) => splitOnce(one.toLowerCase())));
  if ((parameters.get('crs') ?? 'wgs84') !== 'wgs84') return undefined;
  const [latitude, longitude] = [Number(north), Number(east)];
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return undefined;
  const u = parameters.get('u') ?? '';
  return { latitude, longitude, uncertainty: /^\d{1,9}(\.\d{1,9})?$/.test(u) ? Number(u) : undefined };
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
