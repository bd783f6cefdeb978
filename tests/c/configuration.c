/* The configuration of the process: broken, mended, changed, gone, chosen; and the personality from outside. */
#include "check.h"

int main(void)
{
    char ini[4096], other[4096], broken[4096], path[4096] = "?";
    HDRVR driver, second;

    strcpy(ini, in_directory("changing.ini"));
    strcpy(other, in_directory("system.ini"));
    strcpy(broken, in_directory("broken.toml"));
    remove(ini);

    /* OPENDRIVER_CONFIG names a file that does not exist: the open fails and says so. */
    CHECK(OpenDriver(u"recorder.drv", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_CONFIG_VARIABLE);
    CHECK(opendriver_reload(NULL) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_CONFIG_VARIABLE);
    CHECK(opendriver_config_path(NULL, path, sizeof path) == 0 && path[0] == '\0');
    CHECK_CODE(OPENDRIVER_ERROR_CONFIG_VARIABLE);

    /* Mended, without a restart. */
    write_file(ini, "[Drivers]\nalias=recorder.drv first\n");
    driver = OpenDriver(u"alias", NULL, 0);
    CHECK(driver != NULL);
    /* OPENDRIVER_PERSONALITY is win31: the default section is [Drivers]. */
    CHECK(strstr(take_log(), "OPEN id=0 l1=\"first\"") != NULL);

    /* Changed: read again at the next open; the open instance does not notice. */
    write_file(ini, "[Drivers]\nanother=recorder.drv\n");
    second = OpenDriver(u"another", NULL, 0);
    CHECK(second != NULL);
    CHECK(OpenDriver(u"alias", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_NOT_FOUND);
    CHECK(SendDriverMessage(driver, DRV_USER, 1, 2) == 3);

    /* Gone: an error, not an empty configuration, also for file names; what is open stays usable. */
    CHECK(remove(ini) == 0);
    CHECK(OpenDriver(u"another", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_CONFIG_VANISHED);
    CHECK(OpenDriver(u"recorder.drv", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_CONFIG_VANISHED);
    CHECK(opendriver_open_boot_drivers(NULL, NULL) == 0);
    CHECK_CODE(OPENDRIVER_ERROR_CONFIG_VANISHED);
    CHECK(opendriver_reload(NULL) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_CONFIG_VANISHED);
    /* Which file it is can still be asked. */
    CHECK(opendriver_config_path(NULL, path, sizeof path) > 0);
    CHECK_CODE(OPENDRIVER_OK);
    CHECK_TEXT(path, ini);
    CHECK(SendDriverMessage(driver, DRV_USER, 1, 2) == 3);

    /* Under win31 a driver may refuse to be closed. */
    CHECK(CloseDriver(second, 99, 0) == 0);
    CHECK_CODE(OPENDRIVER_ERROR_CLOSE_REFUSED);
    CHECK(SendDriverMessage(second, DRV_USER, 1, 2) == 3);
    CHECK(CloseDriver(second, 0, 0) == 1);

    /* Chosen by the program: takes the place of the variable. A broken one is refused and changes nothing. */
    CHECK(opendriver_use_config(NULL, other) == TRUE);
    CHECK(OpenDriver(u"recorder", u"Drivers32", 0) != NULL);
    write_file(broken, "personality = 'win96'\n");
    CHECK(opendriver_use_config(NULL, broken) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_CONFIG_SETTINGS);
    CHECK(OpenDriver(u"recorder", u"Drivers32", 0) != NULL);
    CHECK(opendriver_reload(NULL) == TRUE);

    CHECK(opendriver_use_config(NULL, "") == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_ARGUMENT);
    CHECK(opendriver_manager_new("") == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_ARGUMENT);
    CHECK(opendriver_last_error_text(path, sizeof path) > 0 && strstr(path, "is empty") != NULL);

    /* None is a choice, too. */
    CHECK(opendriver_use_config(NULL, NULL) == TRUE);
    CHECK(opendriver_config_path(NULL, NULL, 0) == 0);
    CHECK_CODE(OPENDRIVER_ERROR_ABSENT);
    CHECK(OpenDriver(u"outer", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_NOT_FOUND);
    CHECK(opendriver_close_all(NULL) == 0);
    return 0;
}
