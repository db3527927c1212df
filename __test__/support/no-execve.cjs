// Makes a newer Node one that cannot replace itself, as those before 22.15.
process.execve = undefined;
