/*
 * spike MEGABYTES HOLD_MS BEFORE_MS [child]
 *
 * Waits, takes memory and touches all of it, holds it for a moment, gives it back and waits again; with `child`, in a
 * program that it starts for the purpose.
 */
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static void wait_for(long millis) {
    struct timespec time = {millis / 1000, millis % 1000 * 1000000};
    nanosleep(&time, 0);
}

int main(int count, char **words) {
    if (count == 5) {
        pid_t child;
        int status;
        words[4] = 0;
        if (posix_spawn(&child, "/proc/self/exe", 0, 0, words, environ)) return 126;
        return waitpid(child, &status, 0) < 0 || status;
    }
    if (count != 4) return 125;
    size_t size = strtoul(words[1], 0, 10) << 20;
    wait_for(atol(words[3]));
    char *memory = mmap(0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return 1;
    memset(memory, 1, size);
    wait_for(atol(words[2]));
    munmap(memory, size);
    wait_for(200);
    return 0;
}
