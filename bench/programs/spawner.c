/* spawner COUNT PROGRAM: starts a program so many times, one after the other, and waits for each. */
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

int main(int count, char **words) {
    if (count != 3) return 125;
    for (int left = atoi(words[1]); left > 0; left--) {
        pid_t child;
        int status;
        if (posix_spawn(&child, words[2], 0, 0, words + 2, environ)) return 126;
        if (waitpid(child, &status, 0) < 0 || status) return 1;
    }
    return 0;
}
