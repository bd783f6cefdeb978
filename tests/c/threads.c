/* Eight threads open and close one module; two others destroy managers that are in use. */
#include "check.h"

#include <pthread.h>

#define THREADS 8
#define ROUNDS 50

static pthread_barrier_t start;

static void *open_and_close(void *number)
{
    LPARAM mine = (LPARAM)number;
    int round;

    pthread_barrier_wait(&start);
    for (round = 0; round < ROUNDS; round++) {
        HDRVR driver = OpenDriver(u"recorder", NULL, mine);

        CHECK(driver != NULL);
        CHECK(SendDriverMessage(driver, DRV_USER, mine, round) == mine + round);
        CHECK(SendDriverMessage(driver, DRV_USER + 2, 0, 0) == (LRESULT)driver);
        CHECK(CloseDriver(driver, mine, 0) == 1);
        CHECK(SendDriverMessage(driver, DRV_USER, 1, 1) == 0);
        CHECK_CODE(OPENDRIVER_ERROR_HANDLE);
    }
    return NULL;
}

/* Sends to a manager until it is gone. */
static void *send_until_destroyed(void *manager)
{
    HDRVR driver = opendriver_open(manager, "recorder", NULL, 0);

    CHECK(driver != NULL);
    pthread_barrier_wait(&start);
    for (;;) {
        LRESULT answer = opendriver_send(manager, driver, DRV_USER, 20, 3);
        DWORD code = opendriver_last_error_code();

        if (code != OPENDRIVER_OK) {
            CHECK(code == OPENDRIVER_ERROR_HANDLE || code == OPENDRIVER_ERROR_MANAGER);
            return NULL;
        }
        CHECK(answer == 23);
    }
}

static int count(const char *log, const char *begin)
{
    int found = 0;

    for (; log != NULL && *log != '\0'; log = strchr(log, '\n') != NULL ? strchr(log, '\n') + 1 : NULL) {
        found += strncmp(log, begin, strlen(begin)) == 0;
    }
    return found;
}

int main(void)
{
    pthread_t threads[THREADS];
    opendriver_manager *manager;
    const char *path = getenv("RECORDER_LOG");
    static char log[1 << 20];
    FILE *file;
    LPARAM number;

    CHECK(pthread_barrier_init(&start, NULL, THREADS) == 0);
    for (number = 0; number < THREADS; number++) {
        CHECK(pthread_create(&threads[number], NULL, open_and_close, (void *)number) == 0);
    }
    for (number = 0; number < THREADS; number++) {
        CHECK(pthread_join(threads[number], NULL) == 0);
    }
    CHECK(path != NULL && (file = fopen(path, "r")) != NULL);
    log[fread(log, 1, sizeof log - 1, file)] = '\0';
    fclose(file);
    CHECK(count(log, "OPEN") == THREADS * ROUNDS && count(log, "CLOSE") == THREADS * ROUNDS);
    CHECK(count(log, "LOAD") >= 1 && count(log, "LOAD") == count(log, "FREE"));
    CHECK(count(log, "ENABLE") == count(log, "LOAD") && count(log, "DISABLE") == count(log, "LOAD"));
    CHECK(strncmp(log, "LOAD", 4) == 0 && GetNextDriver(NULL, GND_FORWARD) == NULL);

    manager = opendriver_manager_new(in_directory("system.ini"));
    CHECK(manager != NULL);
    CHECK(pthread_barrier_destroy(&start) == 0 && pthread_barrier_init(&start, NULL, 3) == 0);
    CHECK(pthread_create(&threads[0], NULL, send_until_destroyed, manager) == 0);
    CHECK(pthread_create(&threads[1], NULL, send_until_destroyed, manager) == 0);
    pthread_barrier_wait(&start);
    CHECK(opendriver_manager_destroy(manager) == TRUE);
    CHECK(pthread_join(threads[0], NULL) == 0 && pthread_join(threads[1], NULL) == 0);
    CHECK(pthread_barrier_destroy(&start) == 0);
    return 0;
}
