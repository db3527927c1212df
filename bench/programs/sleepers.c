/*
 * sleepers REPORT COUNT SECONDS
 *
 * COUNT processes, this one among them, that wake once a second and do next to nothing. Writes to REPORT, as JSON, what all
 * of them have used.
 *
 * sleepers sleep SECONDS: one of them.
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long long used_by(int who) {
    struct rusage used;
    getrusage(who, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000000LL + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000LL;
}

static int doze(int seconds) {
    struct timespec second = {1, 0};
    for (; seconds > 0; seconds--) nanosleep(&second, 0);
    return 0;
}

int main(int count, char **words) {
    if (count == 3 && !strcmp(words[1], "sleep")) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        return doze(atoi(words[2]));
    }
    if (count != 4) return 125;
    char verb[] = "sleep";
    char *child_words[] = {"sleeper", verb, words[3], 0};
    for (int left = atoi(words[2]); left > 1; left--) {
        pid_t child;
        if (posix_spawn(&child, "/proc/self/exe", 0, 0, child_words, environ)) return 126;
    }
    doze(atoi(words[3]));
    while (wait(0) > 0) {
    }
    FILE *report = fopen(words[1], "w");
    if (!report) return 125;
    fprintf(report, "{\"cpuNs\":%lld}\n", used_by(RUSAGE_SELF) + used_by(RUSAGE_CHILDREN));
    return fclose(report) ? 125 : 0;
}
