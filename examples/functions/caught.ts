// A method whose errors are kept: each stands in logs/error.log with its stack and causes, and goes on to the caller.
//
//   node caught.js

import { errorCatcher } from 'procmon';

class Example {
  @errorCatcher({ sanitize: (text) => text.replaceAll('password', '*****') })
  errorFunction(): never {
    console.log('Error function starting');
    throw new RangeError('This is a test error with a secret password!');
  }
}

try {
  new Example().errorFunction();
} catch (error) {
  console.log(`Caught an exception as expected: ${(error as Error).message}`);
}
