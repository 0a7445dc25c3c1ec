/** The look of the report: readable on paper, in the light and in the dark. */
export const STYLE = `
:root { --ink: #1c2330; --soft: #55617a; --line: #d5dbe5; --paper: #fff; --card: #f5f7fa; --critical: #a3160b; --high: #b5530a; --medium: #7a6200; --low: #2f6b3a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8f0; --soft: #9aa7bf; --line: #343c4b; --paper: #12161d; --card: #1b212b; --critical: #ff8577; --high: #ffb066; --medium: #e6cf6a; --low: #86cf95; } }
* { box-sizing: border-box; }
body { font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; padding-bottom: .3rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1rem; margin: 0 0 .5rem; } h4 { font-size: .8rem; text-transform: uppercase; letter-spacing: .05em; color: var(--soft); margin: 0 0 .25rem; }
p { margin: .25rem 0 .5rem; } ul { margin: .25rem 0; padding-left: 1.2rem; } li { margin: .3rem 0; }
.kind, .note, footer, time { color: var(--soft); } .kind { text-transform: uppercase; letter-spacing: .06em; font-size: .8rem; margin: 0 0 .5rem; } .note { font-size: .9rem; margin: .1rem 0; }
.headline { font-size: 1.1rem; margin-top: 1rem; } .arrow { color: var(--soft); padding: 0 .3rem; }
.first { background: var(--card); border-left: 4px solid var(--critical); border-radius: 4px; padding: .5rem 1rem; } .first ul { list-style: none; padding: 0; }
article { border: 1px solid var(--line); border-radius: 6px; padding: 1rem; margin: .75rem 0; break-inside: avoid; }
.sides { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; background: var(--card); border-radius: 4px; padding: .75rem; margin-bottom: .75rem; }
@media (max-width: 40rem) { .sides { grid-template-columns: 1fr; } }
.tier { display: inline-block; font-size: .72rem; font-weight: 700; text-transform: uppercase; letter-spacing: .04em; border: 1px solid currentColor; border-radius: 3px; padding: 0 .35rem; }
.critical { color: var(--critical); } .high, .unclassified { color: var(--high); } .medium { color: var(--medium); } .low, .protective { color: var(--low); }
pre { background: var(--card); padding: .75rem; font-size: .8rem; overflow-x: auto; white-space: pre-wrap; } code { font-size: .85em; } summary { cursor: pointer; color: var(--soft); } footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; font-size: .85rem; }
@media print { body { font-size: 11pt; max-width: none; padding: 0; } details { display: none; } }
`;
