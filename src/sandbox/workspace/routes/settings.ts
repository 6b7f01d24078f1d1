import { MeteorError } from '../meteor.ts';
import { WORKSPACE_ROLES } from '../permissions.ts';
import { type Call, optionalText, paged, type Route } from '../route.ts';
import { anything, list, maybe, nullable, number, shape, text } from '../validation.ts';

export const settingRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'settings.public',
    open: true,
    params: shape({
      count: nullable(number()),
      offset: nullable(number()),
      sort: nullable(text()),
      _id: maybe(text()),
      query: maybe(text()),
    }),
    act: publicSettings,
  },
  {
    method: 'GET',
    path: 'settings/:id',
    permission: 'view-privileged-setting',
    act({ workspace, path }) {
      const id = knownSetting(path['id'], workspace.settings.has);
      return { _id: id, value: workspace.settings.get<unknown>(id) };
    },
  },
  {
    method: 'POST',
    path: 'settings/:id',
    permission: 'edit-privileged-setting',
    twoFactor: () => true,
    params: shape({ value: anything() }, true),
    act({ workspace, path, params }) {
      const id = knownSetting(path['id'], workspace.settings.has);
      workspace.settings.set(id, params['value']);
      if (workspace.settings.publicEntries().some(([known]) => known === id)) {
        workspace.bus.emit({
          kind: 'notify-all',
          event: 'public-settings-changed',
          args: ['updated', { _id: id, value: params['value'] }],
        });
      }
      return {};
    },
  },
  {
    method: 'GET',
    path: 'permissions.listAll',
    params: shape({ updatedSince: maybe(text()) }),
    act: ({ workspace }) => ({ update: workspace.permissions.entries(), remove: [] }),
  },
  {
    method: 'POST',
    path: 'permissions.update',
    permission: 'access-permissions',
    act({ workspace, params }) {
      const wanted = Array.isArray(params['permissions'])
        ? (params['permissions'] as { _id: string; roles: string[] }[])
        : [];
      for (const { _id, roles } of wanted) {
        if (!workspace.permissions.set(_id, roles))
          throw new MeteorError('error-invalid-permission', 'Invalid permission');
      }
      return { permissions: workspace.permissions.entries() };
    },
  },
  {
    method: 'GET',
    path: 'roles.list',
    params: shape({ fields: maybe(list(text())) }),
    act: () => ({
      roles: [
        ...[...WORKSPACE_ROLES].map((_id) => ({ _id, name: _id, scope: 'Users', protected: true })),
        ...['owner', 'moderator', 'leader'].map((_id) => ({
          _id,
          name: _id,
          scope: 'Subscriptions',
          protected: true,
        })),
      ],
    }),
  },
];

function publicSettings(call: Call): Record<string, unknown> {
  const wanted = optionalText(call.params, '_id')?.split(',');
  const entries = call.workspace.settings
    .publicEntries()
    .filter(([id]) => wanted === undefined || wanted.includes(id))
    .map(([_id, value]) => ({ _id, value, enterprise: false }));
  const { items, ...page } = paged(call, entries);
  return { settings: items, ...page };
}

function knownSetting(id: string | undefined, exists: (id: string) => boolean): string {
  if (id !== undefined && exists(id)) return id;
  throw new MeteorError('error-setting-not-found', 'Setting not found');
}
