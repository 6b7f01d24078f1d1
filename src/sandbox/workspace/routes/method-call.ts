import { countRealtimeCall } from '../ddp-limiter.ts';
import { fromEjson, MeteorError, toEjson } from '../meteor.ts';
import { methodError } from '../method-error.ts';
import { callMethod } from '../methods.ts';
import { type AuthenticatedCall, type RawAnswer, type Route, textOf } from '../route.ts';
import { shape, text } from '../validation.ts';

/** `method.call/:method`: a realtime method over REST, its EJSON packed into a string both ways, under the limits of realtime. */
export const methodCallRoutes: readonly Route[] = [
  { method: 'POST', path: 'method.call/:method', limited: false, params: shape({ message: text() }), act: perform },
];

function perform({
  workspace,
  caller,
  token,
  limiter,
  params,
  path,
}: AuthenticatedCall): Record<string, unknown> | RawAnswer {
  const request = parse(textOf(params, 'message'));
  const { id } = request;
  try {
    if (request.method !== decodeURIComponent(path['method'] ?? ''))
      throw new MeteorError('invalid-params', 'Invalid method');
    // A token counts as a connection.
    countRealtimeCall(workspace, limiter, {
      connectionId: token.hashed,
      userId: caller.user._id,
      name: request.method,
    });
    const result = callMethod(workspace, caller, request.method, request.params);
    return { message: JSON.stringify({ msg: 'result', id, result: toEjson(result) }) };
  } catch (error) {
    const message = JSON.stringify({ msg: 'result', id, error: methodError(error) });
    if (!workspace.dialect.methodCallFails) return { message };
    return {
      raw: true,
      status: 400,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ message, success: false }),
    };
  }
}

function parse(packed: string): { id: unknown; method: string; params: unknown[] } {
  let value: unknown;
  try {
    value = fromEjson(JSON.parse(packed));
  } catch {
    throw new MeteorError('invalid-params', 'Invalid message');
  }
  const { id, method, params } = value as Record<string, unknown>;
  if (typeof method !== 'string' || !Array.isArray(params)) throw new MeteorError('invalid-params', 'Invalid message');
  return { id, method, params };
}
