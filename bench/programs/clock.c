/* clock PID: prints how many nanoseconds of processor time a process has used, those of its threads that have ended included. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int count, char **words) {
    clockid_t clock;
    struct timespec time;
    if (count != 2) return 125;
    clock = (clockid_t)((~(unsigned)atoi(words[1]) << 3) | 2);
    if (clock_gettime(clock, &time)) return 1;
    printf("%lld\n", time.tv_sec * 1000000000LL + time.tv_nsec);
    return 0;
}
