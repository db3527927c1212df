'use strict';

// This machine's name among the platform packages, and where native parts lie. The shim needs it in a hurry, so nothing is
// loaded here that is not asked for.

const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');

/** The folder of the package. */
const ROOT = path.join(__dirname, '..');

/** The platform packages are called by this and the platform's name: `@procmon/linux-x64-gnu`. */
const PACKAGE_PREFIX = '@procmon/';

/** The platforms that there are packages for. */
const PLATFORMS = [
  'linux-x64-gnu',
  'linux-x64-musl',
  'linux-arm64-gnu',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64-msvc',
  'win32-arm64-msvc',
];

/** Where cargo has put what it built in a checkout, best first; an installed package has nothing of the kind. */
function builtFiles(name) {
  if (!existsSync(path.join(ROOT, 'Cargo.toml'))) return [];
  return ['release', 'debug'].map((profile) => path.join(ROOT, 'target', profile, name));
}

/** How to get the native parts where there are none. */
function missingRemedy() {
  if (!PLATFORMS.includes(platformName())) {
    return `there are native parts for ${PLATFORMS.join(', ')} only; elsewhere they have to be built from a checkout`;
  }
  return (
    'npm leaves optional packages out when the lockfile was made on another system ' +
    '(https://github.com/npm/cli/issues/4828) or with --omit=optional: remove node_modules and package-lock.json, ' +
    'then install again'
  );
}

/** This machine as napi-rs names it: `linux-x64-gnu`, `darwin-arm64`, `win32-x64-msvc`. */
function platformName() {
  const { platform, arch } = process;
  if (platform === 'win32') return `${platform}-${arch}-msvc`;
  if (platform !== 'linux') return `${platform}-${arch}`;
  return `${platform}-${arch}-${usesMusl() ? 'musl' : 'gnu'}`;
}

/** The package that holds the native parts for this machine. */
function platformPackage() {
  return PACKAGE_PREFIX + platformName();
}

/** Whether the C library is musl. ldd(1) is a script that names its library; it costs a small read instead of a report. */
function usesMusl() {
  try {
    return readFileSync('/usr/bin/ldd', 'latin1').includes('musl');
  } catch {
    // The header names the version of glibc that Node runs on; under musl it names none.
    return reportHeader().glibcVersionRuntime === undefined;
  }
}

function reportHeader() {
  const { report } = process;
  const { excludeNetwork } = report;
  // The report looks up the names of open connections, which can take seconds.
  report.excludeNetwork = true;
  try {
    return report.getReport().header;
  } finally {
    report.excludeNetwork = excludeNetwork;
  }
}

module.exports = { PACKAGE_PREFIX, PLATFORMS, ROOT, builtFiles, missingRemedy, platformName, platformPackage };
