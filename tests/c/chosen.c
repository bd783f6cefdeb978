/* A configuration that the program chooses stays chosen, whoever reads the one before it again at that moment. */
#include "check.h"

#include <pthread.h>
#include <stdatomic.h>

#define ROUNDS 12

static opendriver_manager *manager;
static atomic_int readings, over;
static char text[400000];

static void *reload(void *user)
{
    while (!over) {
        opendriver_reload(manager);
        readings++;
    }
    return user;
}

static void *open_by_name(void *user)
{
    while (!over) {
        OpenDriver(u"nobody", NULL, 0);
        readings++;
    }
    return user;
}

int main(void)
{
    char path[4096], small[4096], large[4096];
    pthread_t thread;
    int round;

    strcpy(small, in_directory("small.ini"));
    strcpy(large, in_directory("large.ini"));
    write_file(small, "[Drivers32]\n");
    for (round = 0; round < ROUNDS; round++) {
        int of_process = round % 2;

        manager = of_process ? NULL : opendriver_manager_new(NULL);
        memset(text, ';', sizeof text - 1);
        for (size_t end = 60 + (size_t)round; end < sizeof text - 1; end += 60) {
            text[end] = '\n';
        }
        write_file(large, text);
        CHECK(opendriver_use_config(manager, large) == TRUE);
        /* Another file now, so that it is read again. */
        text[1] = '[';
        write_file(large, text);
        readings = over = 0;
        CHECK(pthread_create(&thread, NULL, of_process ? open_by_name : reload, NULL) == 0);
        while (!of_process && readings < 2) {
        }
        CHECK(opendriver_use_config(manager, small) == TRUE);
        over = 1;
        CHECK(pthread_join(thread, NULL) == 0);
        CHECK(opendriver_config_path(manager, path, sizeof path) > 0);
        CHECK_TEXT(path, small);
        CHECK(of_process || opendriver_manager_destroy(manager) == TRUE);
    }
    return 0;
}
