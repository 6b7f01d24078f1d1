import type { Rest, RestRequest } from './rest.ts';
import type { JsonObject } from './rest-answer.ts';
import { listIn } from './records.ts';

/** `API_Upper_Count_Limit` is 100 unless the workspace's admin changed it; a lower one just makes more pages. */
const PAGE = 100;

/**
 * All pages of a list. Goes by what each page holds, since a server may cap `count`; ends at `total`,
 * or where the answer has none, at the first short page.
 */
export async function allPages(
  rest: Rest,
  endpoint: string,
  query: NonNullable<RestRequest['query']>,
  key: string,
): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  for (let offset = 0; ;) {
    const { body } = await rest.get(endpoint, { query: { ...query, count: PAGE, offset } });
    const page = listIn(body, key, `GET /api/v1/${endpoint}`);
    for (const one of page) found.push(one);
    offset += page.length;
    const total = body['total'];
    if (page.length === 0 || (typeof total === 'number' ? offset >= total : page.length < PAGE)) return found;
  }
}
