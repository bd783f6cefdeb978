/* A driver that misbehaves in one way, chosen with -D when it is compiled:
 *
 *   ORDINARY      does not misbehave: opens with the identifier 7, answers DRV_USER with lParam1 + lParam2
 *   REFUSE_LOAD   answers DRV_LOAD with 0
 *   REFUSE_OPEN   answers DRV_OPEN with 0
 *   REFUSE_CLOSE  answers DRV_CLOSE with 0
 *   CRASH         aborts in DRV_USER
 *   EXIT          ends the process with exit code 0 in DRV_USER
 *   EXIT_LATE     aborts when the process ends
 *   HANG          says so on standard error in DRV_USER, and stays there
 *   EXIT_AGAIN    leaves the file `played` in the directory HOME in DRV_USER; if it was there, does as EXIT
 *   HANG_AGAIN    leaves it as well; if it was there, does as HANG
 *   ASKS          reads standard input in DRV_USER, and says on standard error how many bytes there are
 *   STARTS        starts a process in DRV_USER that says so on standard error and goes on for a minute
 *   STARTS_HANGS  does that and stays there itself
 *   CLOSES        closes all files of the process but the first three in DRV_USER
 *   CLOSES_OPENS  does that and opens files of its own in their place
 *   NOISY         writes to standard output what looks like TAP
 *   PROCESS_ID    opens with an identifier that is another one in each process
 *   NO_PROC       exports something else than DriverProc
 *   NEEDS_MISSING_SYMBOL  needs a variable that no library has
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#ifdef _WIN32
#include <process.h>
#define getpid _getpid
#else
#include <fcntl.h>
#include <unistd.h>
#endif

#ifdef STARTS_HANGS
#define STARTS
#endif
#ifdef CLOSES_OPENS
#define CLOSES
#endif
#ifdef EXIT_AGAIN
#define EXIT
#endif
#ifdef HANG_AGAIN
#define HANG
#endif

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#ifdef NO_PROC
#define DriverProc SomethingElse
#endif

#ifdef NEEDS_MISSING_SYMBOL
extern int nobody_has_this;
EXPORT int *needed = &nobody_has_this;
#endif

#if defined(EXIT_AGAIN) || defined(HANG_AGAIN)
/* Whether it misbehaves this time, which is not the first. */
static int is_time(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/played", getenv("HOME"));
    FILE *before = fopen(path, "r");
    FILE *now = before ? before : fopen(path, "w");
    if (!now)
        abort();
    fclose(now);
    return before != NULL;
}
#else
#define is_time() 1
#endif

EXPORT intptr_t DriverProc(uintptr_t id, uintptr_t driver, unsigned message, intptr_t lparam1, intptr_t lparam2)
{
    (void)id;
    (void)driver;
    switch (message) {
#ifdef REFUSE_LOAD
    case 1:
        return 0;
#endif
    case 3:
#ifdef REFUSE_OPEN
        return 0;
#elif defined(PROCESS_ID)
        return 0x10000000 + (intptr_t)getpid();
#else
        return 7;
#endif
#ifdef REFUSE_CLOSE
    case 4:
        return 0;
#endif
    case 0x4000:
#ifdef CRASH
        abort();
#endif
#ifdef EXIT
        if (is_time())
            exit(0);
#endif
#ifdef EXIT_LATE
        atexit(abort);
#endif
#ifdef HANG
        if (is_time()) {
            fputs("hanging\n", stderr);
            for (;;) {
            }
        }
#endif
#ifdef ASKS
        {
            char byte;
            fprintf(stderr, "%d\n", (int)read(0, &byte, 1));
        }
#endif
#ifdef STARTS
        if (fork() == 0) {
            fputs("started\n", stderr);
            sleep(60);
            _exit(0);
        }
#ifdef STARTS_HANGS
        for (;;)
            pause();
#endif
#endif
#ifdef CLOSES
        for (int file = 3; file < 256; file++)
            close(file);
#ifdef CLOSES_OPENS
        for (int file = 3; file < 64; file++)
            if (open("/dev/null", O_RDWR) < 0)
                abort();
#endif
#endif
#ifdef NOISY
        puts("not ok 1 - noise");
        fflush(stdout);
#endif
        return lparam1 + lparam2;
    default:
        return 1;
    }
}
