/** The code for a challenge of that method (`password`, `totp`, `email`); undefined: there is none to give. */
export type SecondFactor = (method: string) => Promise<string | undefined>;

/**
 * A fetch that answers a workspace's 2FA challenges: the refused request, of which nothing was done, is
 * sent again with the code. For JSON requests only.
 * https://developer.rocket.chat/apidocs/two-factor-authentication
 */
export function answeringChallenges(fetch: typeof globalThis.fetch, code: SecondFactor): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const method = await challengeIn(response);
    const given = method === undefined ? undefined : await code(method);
    if (method === undefined || given === undefined) return response;
    const headers = new Headers(init?.headers);
    headers.set('x-2fa-method', method);
    headers.set('x-2fa-code', given);
    return await fetch(input, { ...init, headers: Object.fromEntries(headers) });
  };
}

async function challengeIn(response: Response): Promise<string | undefined> {
  if (response.status !== 400 || !/json/.test(response.headers.get('content-type') ?? '')) return undefined;
  try {
    const { errorType, details } = (await response.clone().json()) as {
      errorType?: unknown;
      details?: { method?: unknown };
    };
    if (errorType !== 'totp-required') return undefined;
    return typeof details?.method === 'string' ? details.method : 'password';
  } catch {
    return undefined;
  }
}
