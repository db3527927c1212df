// Both at once: the outer one catches what the function throws, and both records have the same id.
//
//   node combined.js

import { setTimeout as sleep } from 'node:timers/promises';
import { errorCatcher, sanitizer, timer } from 'procmon';

class Example {
  @errorCatcher({ sanitize: sanitizer })
  @timer({ maxArgLength: 100, sanitize: sanitizer })
  async combinedFunction(a: number, b: number): Promise<number> {
    console.log('Combined function started');
    await sleep(100);
    if (a < 0) throw new RangeError('Invalid value for a!');
    console.log('Combined function completed');
    return a * b;
  }
}

const example = new Example();
console.log('Combined function result:', await example.combinedFunction(3, 7));
try {
  await example.combinedFunction(-1, 7);
} catch (error) {
  console.log(`Caught an exception: ${(error as Error).message}`);
}
