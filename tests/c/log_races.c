/* The log is set while other threads open, send and set it as well. */
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

#define OPENERS 4

/* How long each race goes on; a checker gets fewer rounds into it. */
#define SECONDS 1.0

static opendriver_manager *manager;
static HDRVR driver;
static atomic_int over, opens, lines, above;

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void OPENDRIVER_CALL count(void *user, int level, const char *target, const char *text)
{
    (void)user, (void)level, (void)target, (void)text;
    lines++;
}

static void OPENDRIVER_CALL errors_only(void *user, int level, const char *target, const char *text)
{
    (void)user, (void)target, (void)text;
    above += level > OPENDRIVER_LOG_ERROR;
}

static void *open_nothing(void *user)
{
    while (!over) {
        opendriver_open(manager, "C:\\x.drv", NULL, 0);
        opens++;
        sched_yield();
    }
    return user;
}

static void *want_all(void *user)
{
    while (!over) {
        opendriver_set_log(count, NULL, OPENDRIVER_LOG_TRACE);
        sched_yield();
    }
    return user;
}

static void *want_errors(void *user)
{
    while (!over) {
        opendriver_set_log(errors_only, NULL, OPENDRIVER_LOG_ERROR);
        sched_yield();
    }
    return user;
}

/* Whoever sets the log is told of each message from then on. */
static void beside_opens(void)
{
    pthread_t threads[OPENERS];
    double end = now() + SECONDS;
    int n;

    do {
        over = opens = 0;
        for (n = 0; n < OPENERS; n++) {
            CHECK(pthread_create(&threads[n], NULL, open_nothing, NULL) == 0);
        }
        while (opens < 20) {
            sched_yield();
        }
        over = 1;
        CHECK(opendriver_set_log(count, NULL, OPENDRIVER_LOG_TRACE) == TRUE);
        for (n = 0; n < OPENERS; n++) {
            CHECK(pthread_join(threads[n], NULL) == 0);
        }
        lines = 0;
        CHECK(opendriver_send(manager, driver, DRV_USER, 30, 4) == 34);
        CHECK(lines == 2);
        CHECK(opendriver_set_log(NULL, NULL, OPENDRIVER_LOG_OFF) == TRUE);
    } while (now() < end);
}

/* A function is told of nothing above the level that was given with it. */
static void beside_each_other(void)
{
    void *(*const wants[])(void *) = {want_all, want_errors};
    pthread_t threads[2];
    double end = now() + SECONDS;
    int n;

    over = 0;
    for (n = 0; n < 2; n++) {
        CHECK(pthread_create(&threads[n], NULL, wants[n], NULL) == 0);
    }
    do {
        CHECK(opendriver_send(manager, driver, DRV_USER, 30, 4) == 34);
    } while (now() < end);
    over = 1;
    for (n = 0; n < 2; n++) {
        CHECK(pthread_join(threads[n], NULL) == 0);
    }
    CHECK(above == 0);
}

int main(void)
{
    manager = opendriver_manager_new(NULL);
    driver = opendriver_open_file(manager, in_directory("recorder.drv"), NULL, 0);
    CHECK(driver != NULL);
    beside_opens();
    beside_each_other();
    CHECK(opendriver_set_log(NULL, NULL, OPENDRIVER_LOG_OFF) == TRUE);
    CHECK(opendriver_manager_destroy(manager) == TRUE);
    return 0;
}
