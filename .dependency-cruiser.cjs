/**
 * The map of the house (docs/architecture.md): which room may import which, and what a file's name promises.
 * There are no exceptions here; where one is needed, a decision record says why and the rule itself changes.
 */

const { builtinModules } = require('node:module');

/** In the order of the flow. A room imports only rooms before it. */
const ROOMS = [
  'access',
  'platform',
  'accounts',
  'sources',
  'snapshots',
  'drift',
  'rules',
  'findings',
  'alerts',
  'reviews',
  'evidence',
  'runs',
];
/** Rooms that stand on less than everything before them. */
const STANDS_ON = { access: [], platform: [], rules: ['access', 'platform'] };

const path = (pattern, ...except) => ({
  path: pattern,
  ...(except.length > 0 && { pathNot: except.join('|') }),
});

const SPEC = '\\.spec\\.ts$';
const ENTRY = '^src/[^/]+\\.ts$';
/** What Node is started with. */
const STARTED = '^src/(main|cli)\\.ts$|^demo/main\\.ts$|^bench/[^/]+\\.ts$';
/** `thing.ts`, or any suffix that promises nothing else. Not plumbing and entries: docs/decisions/0015. */
const PURE = path(
  '^src/[^/]+/',
  '^src/(platform|generated)/',
  '\\.(store|view|client|job|command|controller|module|spec)\\.ts$',
);
/** What a pure file may use. */
const COMPUTING_PLUMBING = [
  '^src/platform/(alike|canonical|errors|html|slots|steps|visible)\\.ts$',
  '^src/platform/config/',
  '^src/platform/http/(actor|permissions|shape)\\.ts$',
];
const COMPUTING_PACKAGES = [
  'canonicalize',
  'croner',
  'csv-parse',
  'csv-stringify',
  'fastest-levenshtein',
  'ipaddr.js',
  're2js',
  'yaml',
  'zod',
];
const COMPUTING_BUILTINS = ['assert', 'buffer', 'crypto', 'path', 'string_decoder', 'url', 'util', 'zlib'];
const EFFECTFUL_BUILTINS = builtinModules.filter((name) => !COMPUTING_BUILTINS.includes(name.split('/')[0]));
const NETWORK = ['^(dns|http|http2|https|net|tls)$', '^dns/promises$', '^node_modules/undici/'];

const suffix = (...names) => `\\.(${names.join('|')})\\.ts$`;
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const roomRules = ROOMS.map((room, place) => {
  const allowed = STANDS_ON[room] ?? ROOMS.slice(0, place);
  const within = [room, ...allowed, ...(room === 'access' ? [] : ['generated'])];
  return rule(
    `room-${room}`,
    `${room}/ imports ${allowed.length > 0 ? allowed.join(', ') : 'no other room'}; never an entry.`,
    path(`^src/${room}/`),
    path('^src/', `^src/(${within.join('|')})/`),
  );
});

const entryRules = [
  rule(
    'entries-compose-rooms',
    'Folders of src/ are the rooms of the table; add a room there first.',
    path(ENTRY),
    path('^src/[^/]+/', `^src/(${ROOMS.join('|')})/`),
  ),
  rule(
    'edges-are-composed',
    'Commands and controllers are the outermost layer: only modules and entries know them.',
    path('^src/', suffix('module', 'command', 'controller', 'spec'), ENTRY),
    path(suffix('command', 'controller')),
  ),
];

const suffixRules = [
  rule(
    'pure-knows-no-effects',
    'A file without a middle suffix computes; of what has effects it may know the types, to compute on answers.',
    PURE,
    {
      path: [suffix('store', 'view', 'client', 'job', 'command', 'controller', 'module'), '^src/generated/'],
      dependencyTypesNot: ['type-only'],
    },
  ),
  rule(
    'pure-stands-on-pure-plumbing',
    'A file without a middle suffix uses only plumbing that computes; it may name the types of the rest in a port.',
    PURE,
    { ...path('^src/platform/', ...COMPUTING_PLUMBING), dependencyTypesNot: ['type-only'] },
  ),
  rule(
    'pure-uses-computing-packages',
    'A file without a middle suffix uses no framework, database or network package, nor their types.',
    PURE,
    path('^node_modules/', ...COMPUTING_PACKAGES.map((name) => `/${name}/`)),
  ),
  rule(
    'pure-uses-computing-builtins',
    'A file without a middle suffix knows no file, network, process or timer.',
    PURE,
    { path: EFFECTFUL_BUILTINS.map((name) => `^${name}$`) },
  ),
  rule(
    'views-only-read',
    'A view answers one question with one query; it writes nothing and starts nothing.',
    path(suffix('view')),
    path(suffix('store', 'job', 'client', 'command', 'controller')),
  ),
  rule(
    'stores-only-write',
    'A store writes inside the transaction it is handed; stories, networks and edges are not its business.',
    path(suffix('store')),
    path(suffix('job', 'client', 'command', 'controller')),
  ),
  rule(
    'clients-only-talk',
    'A client talks to another system; what is kept of the answer is decided elsewhere.',
    path(suffix('client')),
    path(`${suffix('store', 'view', 'job', 'command', 'controller')}|^node_modules/pg/|^src/generated/`),
  ),
  rule(
    'network-is-in-clients',
    'Whoever opens a connection to another system is called thing.client.ts.',
    path('^src/', '^src/platform/', suffix('client', 'spec')),
    { path: NETWORK, dependencyTypesNot: ['type-only'] },
  ),
  rule(
    'edges-write-nothing-of-others',
    'A controller or command that needs another room to write calls its job.',
    path('^src/([^/]+)/.*\\.(controller|command)\\.ts$'),
    path(suffix('store'), '^src/$1/'),
  ),
  rule(
    'prisma-stays-inside',
    "Prisma's types stay in stores and views; the rest of the house speaks its own words.",
    path('^src/', '^src/(platform|generated)/', suffix('store', 'view', 'spec')),
    path('^src/generated/|^node_modules/(@prisma|\\.prisma)/'),
  ),
];

const treeRules = [
  rule(
    'no-cycles',
    'Two files that import each other are one file, or hide a third.',
    {},
    { circular: true },
  ),
  rule('every-file-is-reached', 'What no entry reaches is dead, or forgotten in the wiring.', path(STARTED), {
    ...path('^(src|bench)/', STARTED, SPEC, '^src/generated/'),
    reachable: false,
  }),
  rule(
    'estate-is-used',
    'The simulated estate serves demo and tests: what neither reaches is dead.',
    path(`${STARTED}|^test/`),
    {
      ...path('^demo/', STARTED, SPEC),
      reachable: false,
    },
  ),
  rule(
    'product-knows-no-tests',
    'What is shipped imports nothing that is not.',
    path('^src/', SPEC),
    path('^(demo|test|bench|tools|web)/'),
  ),
  rule(
    'demo-knows-no-tests',
    'Tests stand on the demo, not it on them.',
    path('^demo/'),
    path('^(test|bench|tools|web)/'),
  ),
  rule('nothing-imports-tests', 'What two tests share lives in test/support.', path('.', SPEC), path(SPEC)),
  rule(
    'desk-knows-only-the-api',
    'The desk knows the service by its generated API client.',
    path('^web/'),
    path('^(src|demo|test|bench|tools)/'),
  ),
  rule('imports-resolve', 'An import that leads nowhere fails at start.', {}, { couldNotResolve: true }),
  rule(
    'packages-are-declared',
    'A package that comes by way of another leaves without notice.',
    {},
    { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
  ),
  rule(
    'product-needs-no-dev-packages',
    'Development packages are not installed in production.',
    path('^src/', SPEC),
    { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  ),
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [...roomRules, ...entryRules, ...suffixRules, ...treeRules],
  options: {
    doNotFollow: { path: ['node_modules', '^src/generated/'] },
    exclude: { path: '^(dist|data|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    skipAnalysisNotInRules: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'types'],
    },
  },
};
