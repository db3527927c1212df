// The ready sanitizer: what it masks, what it leaves, and that no text makes it slow.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { load } from './support/calls.mjs';

const { sanitizer } = load('sanitizer');

const GITHUB = 'ghp_0123456789abcdefghijABCDEFGHIJ456789';
const NPM = 'npm_0123456789abcdefghijABCDEFGHIJ456789';
const WEB_TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P';

/** Names the cases by their texts. */
function check(cases) {
  for (const [text, clean] of cases) test(text, () => assert.equal(sanitizer(text), clean));
}

describe('values under a name', () => {
  check([
    ['login password=hunter2 now', 'login password=[redacted] now'],
    ['{"pw": "x y", "n": 1} pw=x DB_PW=y', '{"pw": "[redacted]", "n": 1} pw=[redacted] DB_PW=[redacted]'],
    ['password = hunter2', 'password = [redacted]'],
    ['DB_PASSWORD=x MYSQL_PWD=y', 'DB_PASSWORD=[redacted] MYSQL_PWD=[redacted]'],
    ['Token: abc, next: 1', 'Token: [redacted], next: 1'],
    ['{password: "x y", user: "ann"}', '{password: "[redacted]", user: "ann"}'],
    [
      '{"apiKey":"x","api_key":"y","API-KEY":"z"}',
      '{"apiKey":"[redacted]","api_key":"[redacted]","API-KEY":"[redacted]"}',
    ],
    ['{"token": "a\\"b", "n": 1}', '{"token": "[redacted]", "n": 1}'],
    ['{"clientSecret": 12345, "n": 1}', '{"clientSecret": [redacted], "n": 1}'],
    ["{password: 'x'}", "{password: '[redacted]'}"],
    ["{password:'x'}", "{password:'[redacted]'}"],
    ['Map(1) {"token" => "abc"}', 'Map(1) {"token" => "[redacted]"}'],
    ['["{\\"password\\":\\"x y\\",\\"n\\":1}"]', '["{\\"password\\":\\"[redacted]\\",\\"n\\":1}"]'],
    ['{"a":"{\\"token\\":\\"x\\\\\\"y\\"}"}', '{"a":"{\\"token\\":\\"[redacted]\\"}"}'],
    ['{secrets: {a: "}", b: [1]}, n: 1}', '{secrets: [redacted], n: 1}'],
    ['{password: "cut in the mid', '{password: "[redacted]'],
    ['credentials: {user: "ann", cut', 'credentials: [redacted]'],
    ['"password=my pass phrase" next', '"password=[redacted]" next'],
    ['https://h/?access_token=x&page=2#top', 'https://h/?access_token=[redacted]&page=2#top'],
    ['--token abc --tag next', '--token [redacted] --tag next'],
    ['--password "a b" --now', '--password "[redacted]" --now'],
    ['--auth-token=abc', '--auth-token=[redacted]'],
    ['key: 9f86d081884c7d659a2feaa0c55ad015', 'key: [redacted]'],
    ['signature "dGhpcyBpcyBhIHRlc3Qgb2YgMQ=="', 'signature "[redacted]"'],
    ['https://h/c?sig=Zk%2BvAbC3d%2F9KxYz01%2bqwErTyUi%3D&se=1', 'https://h/c?sig=[redacted]&se=1'],
    ['sig=%2BZk2vAbC3d%2F9KxYz01qwErTyUi=', 'sig=[redacted]'],
    ['{sessionId: "s3ssAbCdEfGhIjKlMnOp"}', '{sessionId: "[redacted]"}'],
    ['JSESSIONID=9F86D081884C7D659A2FEAA0C55AD015;', 'JSESSIONID=[redacted];'],
    ['invalid token 9f86d081884c7d659a2feaa0c55ad015', 'invalid token [redacted]'],
  ]);
});

describe('headers', () => {
  check([
    ['Authorization: Bearer abc', 'Authorization: Bearer [redacted]'],
    ['authorization: Basic eDp5', 'authorization: Basic [redacted]'],
    ['{authorization: "Bearer abc.def"}', '{authorization: "Bearer [redacted]"}'],
    ["curl -H 'Authorization: token abc' h", "curl -H 'Authorization: token [redacted]' h"],
    ['X-Api-Key:abc', 'X-Api-Key:[redacted]'],
    ['Cookie: a=b; c=d\nHost: h', 'Cookie: [redacted]\nHost: h'],
    ['"Set-Cookie: sid=1; Path=/" x', '"Set-Cookie: [redacted]" x'],
    ['sent Bearer abcDEFghi123456 to h', 'sent Bearer [redacted] to h'],
    ['proxy said Basic dXNlcjpwYXNzd29yZA==', 'proxy said Basic [redacted]'],
  ]);
});

describe('addresses', () => {
  check([
    ['https://ann:hunter2@example.org/a/b.git', 'https://ann:[redacted]@example.org/a/b.git'],
    ['redis://:hunter2@db:6379/0', 'redis://:[redacted]@db:6379/0'],
    ['postgres://ann:a@b:c@db/x', 'postgres://ann:[redacted]@db/x'],
    ['postgres://ann:a4/5+6@db/x', 'postgres://ann:[redacted]@db/x'],
    ['["https://a:b@h/x", 1]', '["https://a:[redacted]@h/x", 1]'],
    ['write to ann.b+c@mail.example.org, please', 'write to [redacted], please'],
    ['<ann@example.co.uk>', '<[redacted]>'],
    ['{to: "ann@example.org"}', '{to: "[redacted]"}'],
    ['ann@example.org: no such user', '[redacted]: no such user'],
    ['ann@example.org:x.git@example.com', '[redacted]:[redacted]'],
  ]);
});

describe('webhooks', () => {
  check([
    [
      '"https://hooks.slack.com/services/T024BE7LD/B01/XyZ9abc" failed',
      '"https://hooks.slack.com/services/T024BE7LD/B01/[redacted]" failed',
    ],
    ['hooks.slack.com/workflows/T1/A1/12/Xy?a=1', 'hooks.slack.com/workflows/T1/A1/[redacted]?a=1'],
    ['https://discord.com/api/webhooks/12/Xy-_9, 404', 'https://discord.com/api/webhooks/12/[redacted], 404'],
    [
      'https://ptb.discordapp.com/api/v10/webhooks/12/Xy/github?wait=1',
      'https://ptb.discordapp.com/api/v10/webhooks/12/[redacted]/github?wait=1',
    ],
  ]);
});

describe('secrets known by their look', () => {
  const tokens = [
    GITHUB,
    `github_pat_${'a1'.repeat(20)}`,
    NPM,
    WEB_TOKEN,
    'glpat-0123456789_abcdefghi',
    'xoxb-0123456789-abcdef',
    'xapp-1-A0123-456',
    'AKIAIOSFODNN7EXAMPLE',
    `AIza${'Sy1'.repeat(12)}`,
    `ya29.${'a0Af'.repeat(8)}`,
    `GOCSPX-${'a0Af'.repeat(7)}`,
    `sk_live_${'a1'.repeat(12)}`,
    `rk_test_${'a1'.repeat(12)}`,
    'sk-proj-0123456789abcdefghij',
    `SG.${'a1'.repeat(11)}.${'b2'.repeat(20)}`,
    `hf_${'aB'.repeat(17)}`,
    `dop_v1_${'0f'.repeat(32)}`,
    `shpat_${'0f'.repeat(16)}`,
    `pypi-AgEIcHlwaS5vcmc${'aB'.repeat(30)}`,
  ];
  for (const token of tokens) {
    test(token, () => {
      assert.equal(sanitizer(`got "${token}" back`), 'got "[redacted]" back');
      assert.equal(sanitizer(`[${token}, 1]`), '[[redacted], 1]');
    });
  }

  const block = '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabc+/=\n-----END RSA PRIVATE KEY-----';
  check([
    [`key:\n${block}\nrest`, 'key:\n[redacted]\nrest'],
    [JSON.stringify({ pem: block, n: 1 }), '{"pem":"[redacted]","n":1}'],
    ['-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAK', '[redacted]'],
  ]);
});

describe('what is no secret stays', () => {
  const kept = [
    '[5, 10, "hello world", {a: 1, user: "ann"}]',
    '{password: null, token: undefined, secret: ""}',
    '--tokens-limit=5 --max-tokens 500 --token-file=/run/secrets/token --no-password-prompt always',
    'git show 9fceb02d0ae598e95dc970b74767f19372d61af8',
    'git+ssh://git@github.com:org/repo.git',
    'git clone git@github.com:owner/repo.git && git clone git@github.com:owner/repo',
    'git@github.com: Permission denied (publickey).',
    '["ann@git.example.org:owner/repo.git", 1]',
    'https://hooks.slack.com/services/ https://discord.com/api/webhooks/12 npm:pw DEBUG=pw:api pws=1',
    'https://example.org:8080/@scope/name?page=2#top http://[::1]:80/@x http://h:80',
    'npm install @scope/name@1.2.3 lodash@4.17.21 sk-learn-contrib-and-other-words npm_config_cache',
    '--token =[redacted] --auth : [redacted]',
    'Basic authentication, bearer of news',
    'npm run token:refresh -- --passWithNoTests',
    'TypeError: token is not a function',
    'if (token === other) return token => 5',
    '-----BEGIN CERTIFICATE-----\nMIIEpAIB\n-----END CERTIFICATE-----',
    'at build (file:///home/ann/node_modules/.pnpm/foo@1.2.3/node_modules/foo/index.js:3:5)',
    'PWD=/home/ann OLDPWD=/ author=x keyboard=de primaryKey: 5',
    'logo@2x.png images/icon-small@1.5x.webp',
    'sessionId: 550e8400-e29b-41d4-a716-446655440000, key=Some%20File%20Name%202',
    '["日本語", "é"]',
  ];
  for (const text of kept) test(text, () => assert.equal(sanitizer(text), text));
});

/** Random numbers below `most` that are the same in each run. */
function numbers(seed) {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % most;
  };
}

/** Pieces that the sanitizer knows, so that random texts come near to its corners. */
const PIECES = [
  ...[
    '--token',
    '--auth',
    'A_SECRET',
    'Authorization',
    'X-Key',
    'password',
    'Bearer',
    'basic',
    'token',
    'key',
    'cookie',
  ],
  ...[
    '=',
    ':',
    ': ',
    ' ',
    ' ',
    '=>',
    '\n',
    '"',
    "'",
    '\\',
    '\\"',
    '`',
    '$',
    '://',
    'u:p',
    '@',
    '/',
    '?',
    '&',
    '#',
    ';',
  ],
  ...['-', '--', '.', '_', 'a', 'Z', '9', 'é', '日本', '[redacted]', '{', '}', '[', ']', ',', '(', ')', 'null'],
  ...['ghp_01234567', 'sk-', 'npm_', 'eyJ', 'eyJhbGciOiJ', '.eyJz.', 'AKIA', 'abcdefghijkl1', '0123456789abcdef0123'],
  ...['hooks.slack.com/services/T0/B0/', 'discord.com/api/webhooks/1/', 'git@a.bc:', '.git', 'pw'],
  ...['ann@example.org', 'a.bc', '-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----', '-----END '],
];

describe('random texts', () => {
  test('a text that is sanitized again stays as it is', () => {
    const next = numbers(7);
    for (let round = 0; round < 50_000; round += 1) {
      const text = Array.from({ length: next(16) + 1 }, () => PIECES[next(PIECES.length)]).join('');
      const once = sanitizer(text);
      assert.equal(sanitizer(once), once, JSON.stringify(text));
    }
  });

  test('no password outlives its name', () => {
    const next = numbers(11);
    // A value that begins like these is read as something else: a bracket, a quote, an option.
    const letters = Array.from({ length: 94 }, (_, code) => String.fromCharCode(33 + code)).join('');
    const plain = letters.replace(/["'`\\;)&|,}\]>[({<$=#-]/g, '');
    const word = () => Array.from({ length: 12 }, () => plain[next(plain.length)]).join('');
    for (let round = 0; round < 5_000; round += 1) {
      const secret = word();
      for (const text of [
        `x password=${secret}`,
        `{"password":"${secret}"}`,
        `X-Auth-Token: ${secret}`,
        `--token ${secret} y`,
      ]) {
        assert.equal(sanitizer(text).includes(secret), false, text);
      }
    }
  });

  test('plain words stay', () => {
    const next = numbers(13);
    const letters = 'abcdefghijlmnoqruvwxyz';
    for (let round = 0; round < 2_000; round += 1) {
      const word = () => Array.from({ length: next(12) + 1 }, () => letters[next(letters.length)]).join('');
      const text = Array.from({ length: next(8) }, word).join(' ');
      assert.equal(sanitizer(text), text);
    }
  });
});

test('the time grows as the text does, whatever it is made of', { timeout: 120_000 }, () => {
  const more = [
    'a@',
    'a@a.aa',
    'x@a.b.c.d.e.f.g.h.',
    '://a:',
    '://a:b/',
    'token: [',
    'token: "',
    '\\"',
    '"\\',
    'token   ',
    'key%2f',
    'a@a.aa:a/',
    'hooks.slack.com/a/',
  ];
  const ends = [
    '-----BEGIN ',
    'eyJhbGciOi.',
    'key a1Aaaaaaaaaaaaaaaaaaaaaaaaaa',
    'sk-aaaaaaaaaaaaaaaaaaaaaaaa ',
    'cookie: a',
  ];
  for (const piece of [...PIECES, ...more, ...ends]) {
    for (const start of ['', '"', 'password=']) {
      const text = start + piece.repeat(Math.ceil(1_000_000 / piece.length));
      const begun = performance.now();
      sanitizer(text);
      const took = performance.now() - begun;
      assert.ok(took < 5_000, `${JSON.stringify(start + piece)}: ${took} ms`);
    }
  }
});

test('what is no text is refused', () => {
  assert.throws(() => sanitizer(5), {
    name: 'TypeError',
    code: 'ERR_INVALID_ARG_TYPE',
    message: 'The "text" argument must be of type string. Received type number (5)',
  });
});
