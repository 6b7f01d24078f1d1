/** `mxc://server name/id`; the id is `[A-Za-z0-9_-]+` by the spec ("Matrix Content (mxc://) URIs"). */
const MXC = /^mxc:\/\/([0-9A-Za-z.:[\]-]{1,255})\/([0-9A-Za-z_-]{1,255})$/;

/** The two parts of an address of media, undefined for what is none. A server name of dots alone would be a step in a path. */
export function parseMxc(uri: unknown): { readonly serverName: string; readonly mediaId: string } | undefined {
  const [, serverName, mediaId] = typeof uri === 'string' ? (MXC.exec(uri) ?? []) : [];
  if (serverName === undefined || mediaId === undefined || /^\.+$/.test(serverName)) return undefined;
  return { serverName, mediaId };
}
