// A method that is timed: what it took stands in logs/timing.log and logs/timing_results.csv, and on stderr.
//
//   node timed.js       (after tsc, with standard decorators or with experimentalDecorators: it is the same file)

import { setTimeout as sleep } from 'node:timers/promises';
import { timer } from 'procmon';

class Example {
  @timer({ maxArgLength: 100, sanitize: (text) => text.replaceAll('secret', '*****') })
  async myFunction(x: number, y: number, note: string): Promise<number> {
    console.log('My function started', note.length);
    await sleep(200);
    console.log('My function completed');
    return x + y;
  }
}

const result = await new Example().myFunction(5, 10, 'my secret note');
console.log(`Result: ${result}`);
