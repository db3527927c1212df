// What is built, one call of cargo for each: crates that are built together get one set of features, so that the addon would
// carry what the command line alone needs.

export const CRATES = ['procmon-cli', 'procmon-node'];
