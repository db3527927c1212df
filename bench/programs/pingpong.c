/* pingpong COUNT: two processes on one processor hand one byte to and fro through two pipes: nothing but context switches. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int pass(int from, int to) {
    char byte;
    return read(from, &byte, 1) == 1 && write(to, &byte, 1) == 1;
}

int main(int count, char **words) {
    int there[2], back[2];
    cpu_set_t here;
    CPU_ZERO(&here);
    CPU_SET(sched_getcpu(), &here);
    if (count != 2 || pipe(there) || pipe(back) || sched_setaffinity(0, sizeof here, &here)) return 125;
    pid_t child = fork();
    if (child == 0) {
        close(there[1]);
        close(back[0]);
        while (pass(there[0], back[1])) {
        }
        _exit(0);
    }
    if (child < 0 || write(there[1], "!", 1) != 1) return 125;
    for (int left = atoi(words[1]); left > 0; left--)
        if (!pass(back[0], there[1])) return 1;
    close(there[1]);
    return waitpid(child, 0, 0) < 0;
}
