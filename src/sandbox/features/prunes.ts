import { timeOf } from '../../lib/rocketchat/records.ts';
import { feature, type Feature } from './feature.ts';
import type { Scene } from './scene.ts';

/** Only that message. */
async function prune({ admin, bob, place, workspaceUrl, fetch }: Scene, id: Parameters<typeof bob.getMessage>[0]) {
  const at = new Date(timeOf((await bob.getMessage(id))?.['ts'])).toISOString();
  const { userId = '', token } = admin.credentials ?? {};
  const answer = await fetch(`${workspaceUrl}/api/v1/rooms.cleanHistory`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-User-Id': userId, 'X-Auth-Token': token?.reveal() ?? '' },
    body: JSON.stringify({ roomId: place.id, oldest: at, latest: at, inclusive: true }),
  });
  if (!answer.ok) throw new Error(`rooms.cleanHistory answered ${answer.status}`);
}

const toMatrix = feature({
  feature: 'prune and retention policy',
  direction: 'to Matrix',
  says: 'What the workspace removes for its age, or an admin prunes, stays on Matrix unless the room says redact.',
  limits: 'What an admin prunes while the bridge is away counts as deleted; what the policy removes does not.',
  lasting: false,
  async prepare(scene) {
    const pruned = await scene.bobSays(`pruned ${scene.mark}`);
    const deleted = await scene.bobSays(`deleted ${scene.mark}`);
    await scene.until(() => scene.matrix.saying(`pruned ${scene.mark}`));
    const { id: deletedEvent } = await scene.until(() => scene.matrix.saying(`deleted ${scene.mark}`));
    return { pruned, deleted, deletedEvent };
  },
  async change(scene, { pruned, deleted, deletedEvent }) {
    await prune(scene, pruned);
    await scene.bob.deleteMessage(scene.place.id, deleted);
    return { pruned, deletedEvent };
  },
  async shown({ workspace, matrix, mark }, { pruned, deletedEvent }) {
    await workspace.gone(pruned);
    await matrix.gone(deletedEvent);
    await matrix.saying(`pruned ${mark}`);
    return 'the pruned message is still there, the deleted one is redacted';
  },
});

export const pruneRows: readonly Feature[] = [toMatrix];
