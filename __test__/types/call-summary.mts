// What a module may write that asks for the table of calls. tsc checks it; nothing runs it.

import { type CallSummary, type FunctionCalls, load, summarizeCalls, summarizeCallsSync } from 'procmon';

const summary: CallSummary = await summarizeCalls('logs/', { sort: 'p95', top: 10 });
const [first]: FunctionCalls[] = summary.functions;
const cpuMs: number | null | undefined = first?.cpuMs;
const forms: (FunctionCalls['form'] | undefined)[] = [first?.form, summary.thrown[0]?.form];
const entry = { id: 'a', name: 'f', outcome: 'returned', wallNs: 5, pid: 1, more: true };
const calls: number = summarizeCallsSync([new URL('file:///x'), await load('run.jsonl'), entry]).calls;

// @ts-expect-error: there is no such order
summarizeCalls('logs/', { sort: 'size' });
// @ts-expect-error: an entry has an id
summarizeCalls([{ name: 'f', outcome: 'returned', wallNs: 5, pid: 1 }]);
// @ts-expect-error: it is a promise
summarizeCalls('logs/').calls.toFixed();

export { calls, cpuMs, forms };
