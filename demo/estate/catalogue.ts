/**
 * The role catalogue of a freshly installed EPMM server: 12 categories, 35 roles, 43 permissions.
 * Ids, texts and `defaultSpaceOnly` are the vendor's public sample; see catalogue.spec.ts for the sums.
 */
import type { EstateRole } from './model.js';

/** The internal names are public for these 19 ids only. */
const PUBLIC_NAMES: Readonly<Record<number, string>> = {
  1: 'ROLE_ADMIN_MGMT',
  3: 'ROLE_DEVICE_VIEW_APP',
  4: 'ROLE_DEVICE',
  6: 'ROLE_DEVICE_LOCATE',
  7: 'ROLE_DEVICE_WIPE',
  8: 'ROLE_DEVICE_ADD',
  9: 'ROLE_DEVICE_ACTIVESYNC',
  10: 'ROLE_APP_TUNNEL',
  11: 'ROLE_DEVICE_ENROLLMENT',
  14: 'ROLE_LABEL',
  16: 'ROLE_USER_MANAGEMENT',
  17: 'ROLE_APP',
  19: 'ROLE_CONFIG',
  22: 'ROLE_POLICY',
  25: 'ROLE_SETTINGS',
  27: 'ROLE_LOGS_EVENTS',
  28: 'ROLE_VSP_CONNECTOR',
  29: 'ROLE_VSP_API',
  34: 'ROLE_CONTENT',
};

/** The name a summary gives for a role; ids without a public name get one that nobody can mistake for the vendor's. */
export function roleName(id: number): string {
  return PUBLIC_NAMES[id] ?? `SIMULATED_ROLE_${id}`;
}

type Line = readonly [
  id: number,
  description: string,
  defaultSpaceOnly: boolean,
  permissions: readonly string[],
];

const CATALOGUE: Readonly<Record<string, readonly Line[]>> = {
  'Device Management': [
    [
      2,
      'View dashboard, device page, device details',
      false,
      ['View dashboard', 'View device', 'View device details'],
    ],
    [
      4,
      'Manage devices',
      false,
      [
        'View dashboard',
        'View device',
        'Retire device',
        'Other device actions',
        'View device details',
        'Push profiles in device details',
        'Edit comments in device details',
      ],
    ],
    [
      5,
      'Manage devices, restricted',
      false,
      [
        'View dashboard',
        'View device',
        'Other device actions',
        'View device details',
        'Edit comments in device details',
      ],
    ],
    [7, 'Wipe device', false, ['View dashboard', 'View device', 'Wipe device', 'View device details']],
    [8, 'Add device', false, ['View dashboard', 'View device', 'Add device', 'View device details']],
    [
      9,
      'Manage ActiveSync device',
      true,
      [
        'View dashboard',
        'View device',
        'View device details',
        'View ActiveSync device',
        'Edit ActiveSync device',
      ],
    ],
    [10, 'Manage AppTunnel', true, ['AppTunnel']],
    [
      11,
      'Manage device enrollment (iOS only)',
      true,
      ['View dashboard', 'View device', 'View device details', 'Device enrollment (iOS only)'],
    ],
    [
      12,
      'Delete retired device (API only)',
      true,
      ['View dashboard', 'View device', 'Delete retired device', 'View device details'],
    ],
  ],
  'Privacy Control': [
    [
      3,
      'View apps in device details',
      false,
      ['View dashboard', 'View device', 'View device details', 'View apps in device details'],
    ],
    [6, 'Locate device', false, ['View dashboard', 'View device', 'Locate device', 'View device details']],
  ],
  'Label Management': [
    [13, 'View label', false, ['View label']],
    [14, 'Manage label', false, ['View device', 'View device details', 'View label', 'Edit label']],
  ],
  'User Management': [
    [15, 'View user', false, ['View user']],
    [16, 'Manage user', false, ['View user', 'Edit user']],
  ],
  'App Management': [
    [17, 'Manage app', true, ['Manage app', 'View app, apply and remove application label']],
    [33, 'Apply and remove application label', false, ['View app, apply and remove application label']],
  ],
  'Configuration Management': [
    [18, 'View configuration', false, ['View configuration']],
    [
      19,
      'Manage configuration',
      true,
      ['View configuration', 'Edit configuration', 'Apply and remove configuration label'],
    ],
    [
      20,
      'Apply and remove configuration label',
      false,
      ['View configuration', 'Apply and remove configuration label'],
    ],
  ],
  'Policy Management': [
    [21, 'View policy', false, ['View policy']],
    [
      22,
      'Manage policy',
      true,
      [
        'View policy',
        'Edit policy',
        'Apply and remove policy label',
        'View and edit ActiveSync policy',
        'View and edit compliance action',
      ],
    ],
    [23, 'Apply and remove policy label', false, ['View policy', 'Apply and remove policy label']],
  ],
  'Settings Management': [
    [24, 'View settings', true, ['View settings']],
    [25, 'Manage settings', true, ['View settings', 'Edit settings']],
  ],
  'Logs and Events Management': [
    [26, 'View logs and events', true, ['View logs and events']],
    [27, 'Manage logs and events', true, ['View logs and events', 'Edit logs and events']],
  ],
  'Admin Management': [
    [1, 'Manage administrators and device spaces', true, ['Manage administrators and device spaces']],
  ],
  'Content Management': [
    [34, 'Manage Content', true, ['Manage Content', 'View content; apply and remove content labels']],
    [
      35,
      'View content; apply and remove content labels',
      false,
      ['View content; apply and remove content labels'],
    ],
  ],
  Others: [
    [28, 'Connector', true, ['Connector']],
    [29, 'API', true, ['Access V1 API']],
    [30, 'Mobile App', true, ['Mobile App Access']],
    [31, 'Enforce single session (all spaces)', false, ['Enforce single session']],
    [
      32,
      'Perform system operations functions',
      true,
      ['View search index settings and state', 'Rebuild search index'],
    ],
  ],
};

/** A fresh copy of the catalogue, in the order in which the server lists it. */
export function freshCatalogue(): EstateRole[] {
  return Object.entries(CATALOGUE).flatMap(([category, lines]) =>
    lines.map(([id, description, defaultSpaceOnly, permissions]) => ({
      id,
      name: roleName(id),
      category,
      description,
      defaultSpaceOnly,
      permissions: [...permissions],
    })),
  );
}
