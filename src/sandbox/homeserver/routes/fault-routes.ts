import { faultActions, type FaultRule } from '../faults.ts';
import { jsonBody } from '../http.ts';
import { badJson } from '../matrix-error.ts';
import { param, type Routes } from '../router.ts';

/** The sandbox's own API for making things go wrong; it needs no token, since it listens on loopback only. */
export const faultRoutes: Routes = {
  'GET /_sandbox/faults': (hs) => ({ json: { faults: hs.faults.list() } }),
  'POST /_sandbox/faults': (hs, request) => {
    const rule = jsonBody(request);
    if (!isFaultRule(rule))
      throw badJson(
        `A fault needs a path that is a regular expression, and an action, one of: ${faultActions.join(', ')}`,
      );
    return { json: { id: hs.faults.add(rule) } };
  },
  'DELETE /_sandbox/faults': (hs) => {
    hs.faults.clear();
    return { json: {} };
  },
  'DELETE /_sandbox/faults/:id': (hs, request) => {
    hs.faults.remove(Number(param(request, 'id')));
    return { json: {} };
  },
};

function isFaultRule(value: Record<string, unknown>): value is Record<string, unknown> & FaultRule {
  const isNumber = (key: string): boolean => value[key] === undefined || typeof value[key] === 'number';
  const isText = (key: string): boolean => value[key] === undefined || typeof value[key] === 'string';
  return (
    faultActions.some((action) => action === value['action']) &&
    ['status', 'retryAfterMs', 'delayMs', 'times', 'skip'].every(isNumber) &&
    ['method', 'errcode'].every(isText) &&
    isPattern(value['path']) &&
    [undefined, 'request', 'push'].includes(value['on'] as string | undefined)
  );
}

function isPattern(value: unknown): boolean {
  if (typeof value !== 'string') return value === undefined;
  try {
    return new RegExp(value) instanceof RegExp;
  } catch {
    return false;
  }
}
