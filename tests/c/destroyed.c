/* What is left of a destroyed manager: nothing that is sent later, and no memory. */
#include "check.h"

#include <pthread.h>

static opendriver_manager *manager;
static HDRVR driver;
static pthread_barrier_t sent, destroyed;

/* Remembers the manager as the one that it has called last, and ends after that has gone. */
static void *send_once(void *unused)
{
    (void)unused;
    CHECK(opendriver_send(manager, driver, DRV_USER, 20, 3) == 23);
    pthread_barrier_wait(&sent);
    pthread_barrier_wait(&destroyed);
    return NULL;
}

int main(void)
{
    static const char settings[] = "personality = 'win31'\nsearch_path = ['.']\n";
    pthread_t thread;
    char text[1000];

    manager = opendriver_manager_from_toml(settings, strlen(settings), getenv("TEST_DIRECTORY"));
    driver = opendriver_open(manager, "recorder.drv keep", NULL, 0);
    CHECK(driver != NULL);
    pthread_barrier_init(&sent, NULL, 2);
    pthread_barrier_init(&destroyed, NULL, 2);
    CHECK(pthread_create(&thread, NULL, send_once, NULL) == 0);
    pthread_barrier_wait(&sent);
    take_log();

    /* The driver keeps its instance open, and is asked once. */
    CHECK(opendriver_manager_destroy(manager) == TRUE);
    CHECK_CODE(OPENDRIVER_ERROR_CLOSE_REFUSED);
    CHECK(opendriver_last_error_text(text, sizeof text) > 0 && strstr(text, "recorder.drv") != NULL);
    CHECK_TEXT(take_log(), "CLOSE id=1000 l1=0 l2=0\n");
    pthread_barrier_wait(&destroyed);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK_TEXT(take_log(), "");
    CHECK(opendriver_send(manager, driver, DRV_USER, 20, 3) == 0);
    CHECK_CODE(OPENDRIVER_ERROR_MANAGER);
    return 0;
}
