/*
 * burners REPORT COUNT FROM_US TO_US LONG_US [CPU_STAT]
 *
 * Starts two processes that each use LONG_US of processor time (none for 0), and beside them COUNT processes one after
 * the other that use between FROM_US and TO_US. Writes to REPORT, as JSON, what the kernel says that all have used: a log
 * with a line for each moment at which a process had just been waited for, and the final figures. CPU_STAT is the cpu.stat
 * of the cgroup that all of this runs in.
 *
 * burners burn US: uses so much.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long long read_clock(clockid_t clock) {
    struct timespec time = {0, 0};
    clock_gettime(clock, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static long long nanos(struct timeval time) { return time.tv_sec * 1000000000LL + time.tv_usec * 1000LL; }

static long long used_by(int who) {
    struct rusage used;
    getrusage(who, &used);
    return nanos(used.ru_utime) + nanos(used.ru_stime);
}

/* Reads usage_usec, which is the first figure of cpu.stat; -1 where there is none. */
static long long used_by_cgroup(const char *path) {
    char text[64] = {0};
    long long micros;
    int file = path ? open(path, O_RDONLY) : -1;
    if (file < 0) return -1;
    ssize_t count = read(file, text, sizeof text - 1);
    close(file);
    return count > 0 && sscanf(text, "usage_usec %lld", &micros) == 1 ? micros * 1000 : -1;
}

static pid_t start(long micros) {
    char program[] = "/proc/self/exe", verb[] = "burn", amount[32];
    char *words[] = {"burner", verb, amount, 0};
    pid_t child;
    snprintf(amount, sizeof amount, "%ld", micros);
    if (posix_spawn(&child, program, 0, 0, words, environ)) exit(126);
    return child;
}

static int burn(long micros) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read_clock(CLOCK_PROCESS_CPUTIME_ID) < micros * 1000LL) {
    }
    return 0;
}

/* All that this program and its children have used so far, those included that still run. */
static long long used_so_far(const pid_t *living, int count) {
    long long used = read_clock(CLOCK_PROCESS_CPUTIME_ID) + used_by(RUSAGE_CHILDREN);
    for (int at = 0; at < count; at++) used += read_clock((clockid_t)(~living[at] << 3 | 2));
    return used;
}

int main(int count, char **words) {
    if (count == 3 && !strcmp(words[1], "burn")) return burn(atol(words[2]));
    if (count < 6) return 125;
    long from = atol(words[3]), to = atol(words[4]), length = atol(words[5]);
    const char *cgroup = count > 6 ? words[6] : 0;
    FILE *report = fopen(words[1], "w");
    pid_t companions[2];
    int living = 0;
    if (!report) return 125;
    for (; length > 0 && living < 2; living++) companions[living] = start(length);
    fprintf(report, "{\"log\":[");
    for (int number = 0; number < atoi(words[2]); number++) {
        /* A step that shares no factor with the range goes through all of it in no apparent order. */
        pid_t child = start(from + (number * 7919L) % (to - from + 1));
        if (waitpid(child, 0, 0) < 0) return 1;
        for (int at = living - 1; at >= 0; at--)
            if (waitpid(companions[at], 0, WNOHANG) > 0) companions[at] = companions[--living];
        long long used = used_so_far(companions, living);
        fprintf(report, "%s[%lld,%lld,%lld]", number ? "," : "", read_clock(CLOCK_REALTIME), used, used_by_cgroup(cgroup));
    }
    while (living > 0) waitpid(companions[--living], 0, 0);
    fprintf(report, "],\"cpuNs\":%lld,\"cgroupNs\":%lld}\n", used_by(RUSAGE_SELF) + used_by(RUSAGE_CHILDREN),
            used_by_cgroup(cgroup));
    return fclose(report) ? 125 : 0;
}
