/** Of a hundred mutants of a module so many have to be noticed. */
export const LEAST = 85;

/** The five modules that everything rests on: what is mutated, and the small tests that must notice. */
export const MODULES = {
  difference: {
    mutate: [
      'src/drift/{collect,context,explain,hints,holdings,latest,net,net-effects,net-roles,side-effects,units,windows}.ts',
      'src/drift/explain-{attributes,catalogue,grants,links,members,scopes}.ts',
    ],
    tests: [/^src\/drift\/.*\.spec\.ts$/],
  },
  judge: {
    mutate: [
      'src/rules/judge.ts',
      'src/rules/judging/*.ts',
      '!src/rules/judging/*.spec.ts',
      'src/findings/{finding,judge,life,waiver,why-due}.ts',
    ],
    tests: [
      /^src\/rules\/(judge|packs)(\.property)?\.spec\.ts$/,
      /^src\/(rules\/judging|findings)\/.*\.spec\.ts$/,
    ],
  },
  slots: {
    mutate: ['src/platform/slots.ts', 'src/runs/{catch-up,plan}.ts'],
    tests: [/^src\/(platform\/slots|runs\/(catch-up|plan))\..*spec\.ts$/],
  },
  outbox: {
    mutate: [
      'src/alerts/{route,source-troubles}.ts',
      'src/alerts/delivery/back-off.ts',
      'src/alerts/message/{hook,message}.ts',
    ],
    tests: [
      /^src\/alerts\/(route|source-troubles|outbox\.property|delivery\/back-off|message\/.*)\.spec\.ts$/,
    ],
  },
  canonical: {
    mutate: [
      'src/platform/canonical.ts',
      'src/access/dn.ts',
      'src/snapshots/{manifest,merkle,record-form}.ts',
      'src/sources/{ivanti-epmm,mambo-emm}/normalise.ts',
    ],
    tests: [
      /^src\/(platform\/canonical|access\/dn)\..*spec\.ts$/,
      /^src\/snapshots\/(manifest|merkle|record-form)\..*spec\.ts$/,
      /^src\/sources\/.*\/normalise\..*spec\.ts$/,
    ],
  },
};
