/* The log: whose code it calls, and what its lines look like. */
#include "check.h"

static char lines[20000];
static int calls, calls_of_own;

/* Called while the manager of the process, or another, loads and calls drivers: the Windows names mean that of the process
 * all the same, which has a configuration file, while the other has none. */
static void OPENDRIVER_CALL take_line(void *user, int level, const char *target, const char *text)
{
    char path[4096];

    CHECK(user == NULL && level >= OPENDRIVER_LOG_ERROR && target[0] != '\0');
    CHECK(opendriver_config_path(NULL, path, sizeof path) > 0);
    CHECK_TEXT(path, in_directory("system.ini"));
    CHECK(GetNextDriver(NULL, GND_FORWARD) == NULL);
    CHECK(opendriver_next(opendriver_process_manager(), NULL, GND_FORWARD) == NULL);
    calls++;
    if (strlen(lines) + strlen(text) + 20 < sizeof lines) {
        sprintf(lines + strlen(lines), "%s\n", text);
    }
}

/* Counts what it hears while the other manager, which is given as `user`, has a driver open. */
static void OPENDRIVER_CALL count_line(void *user, int level, const char *target, const char *text)
{
    CHECK(user != NULL && level > 0 && target != NULL && text != NULL);
    CHECK(opendriver_next((opendriver_manager *)user, NULL, GND_FORWARD) != NULL);
    CHECK(GetNextDriver(NULL, GND_FORWARD) == NULL);
    calls_of_own++;
}

int main(void)
{
    char path[4096], line[5000];
    opendriver_manager *own = opendriver_manager_new(NULL);
    HDRVR driver;

    strcpy(path, in_directory("recorder.drv"));
    CHECK(own != NULL && opendriver_config_path(own, NULL, 0) == 0);
    CHECK(opendriver_set_log(take_line, NULL, OPENDRIVER_LOG_TRACE) == TRUE);
    driver = opendriver_open_file(own, path, NULL, 0);
    CHECK(driver != NULL && calls > 3);

    /* A path is written as it is, without quotes or words of Rust. */
    sprintf(line, "recorder.drv loaded path=%s\n", path);
    CHECK(strstr(lines, line) != NULL);

    CHECK(opendriver_set_log(count_line, own, OPENDRIVER_LOG_TRACE) == TRUE);
    CHECK(opendriver_send(own, driver, DRV_USER, 30, 4) == 34 && calls_of_own == 2);
    CHECK(opendriver_set_log(take_line, NULL, OPENDRIVER_LOG_TRACE) == TRUE);
    lines[0] = '\0';
    CHECK(opendriver_close(own, driver, 0, 0, NULL) == TRUE);
    sprintf(line, "recorder.drv unloaded path=%s\n", path);
    CHECK(strstr(lines, line) != NULL);
    CHECK(opendriver_set_log(NULL, NULL, OPENDRIVER_LOG_OFF) == TRUE);
    CHECK(opendriver_manager_destroy(own) == TRUE);
    return 0;
}
