/* A configuration that is named by a relative path, in a program that goes to another directory. */
#include "check.h"

#include <unistd.h>

static void check_path(opendriver_manager *manager, const char *file)
{
    char path[4096];

    CHECK(opendriver_config_path(manager, path, sizeof path) > 0);
    CHECK_TEXT(path, in_directory(file));
}

/* What is said of a failure has the whole path, too. */
static void check_failure(opendriver_manager *manager, const char *file)
{
    char text[4096], place[4096];

    sprintf(place, "looked up in %s", in_directory(file));
    CHECK(opendriver_open(manager, "nobody", "Drivers32", 0) == NULL);
    CHECK(opendriver_last_error_text(text, sizeof text) > 0);
    if (strstr(text, place) == NULL) {
        CHECK_TEXT(text, place);
    }
}

int main(void)
{
    char path[4096];
    opendriver_manager *own;
    HDRVR driver;

    /* OPENDRIVER_CONFIG=system.ini */
    driver = OpenDriver(u"recorder", NULL, 0);
    own = opendriver_manager_new("system.ini");
    CHECK(driver != NULL && own != NULL);
    check_path(NULL, "system.ini");
    write_file(in_directory("other.ini"), "[Drivers32]\nother=recorder.drv\n");

    CHECK(chdir("/") == 0);
    check_path(NULL, "system.ini");
    check_path(own, "system.ini");
    check_failure(NULL, "system.ini");
    check_failure(own, "system.ini");
    CHECK(opendriver_reload(NULL) == TRUE && opendriver_reload(own) == TRUE);
    /* What the one says can be given to the other. */
    CHECK(opendriver_config_path(own, path, sizeof path) > 0);
    CHECK(opendriver_use_config(NULL, path) == TRUE && opendriver_use_config(own, path) == TRUE);
    CHECK(opendriver_use_config(NULL, "system.ini") == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_CONFIG_READ);

    CHECK(chdir(getenv("TEST_DIRECTORY")) == 0);
    CHECK(opendriver_use_config(NULL, "other.ini") == TRUE && opendriver_use_config(own, "other.ini") == TRUE);
    CHECK(chdir("/") == 0);
    check_path(NULL, "other.ini");
    check_path(own, "other.ini");
    check_failure(NULL, "other.ini");
    check_failure(own, "other.ini");

    CHECK(CloseDriver(driver, 0, 0) == 1 && opendriver_manager_destroy(own) == TRUE);
    return 0;
}
