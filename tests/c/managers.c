/* Two managers beside that of the process, each with aliases, modules and handles of its own. */
#include "check.h"

static opendriver_manager *seen_inside;

/* The client's code, called by a driver of some manager: here the Windows names mean the manager of the process. */
static void CALLBACK client(HDRVR device, UINT message, DWORD_PTR user, DWORD_PTR param1, DWORD_PTR param2)
{
    (void)device, (void)message, (void)user, (void)param1, (void)param2;
    seen_inside = NULL;
    CHECK(GetNextDriver(NULL, GND_FORWARD) == NULL);
    seen_inside = opendriver_process_manager();
}

static opendriver_manager *make(const char *parameters)
{
    char toml[5000];

    sprintf(toml, "search_path = ['.']\n[sections.Drivers32]\nself = 'reentrant.drv %s'\nrec = 'recorder.drv %s'\n",
            parameters, parameters);
    return opendriver_manager_from_toml(toml, strlen(toml), getenv("TEST_DIRECTORY"));
}

int main(void)
{
    opendriver_manager *one = make("first"), *two = make("second"), *three;
    HDRVR in_one, in_two, self_one, self_two;
    LRESULT answer = 77;
    char text[4096];

    CHECK(one != NULL && two != NULL && one != two);
    in_one = opendriver_open(one, "rec", NULL, 1);
    CHECK_TEXT(take_log(), "LOAD id=0 l1=0 l2=0\nENABLE id=0 l1=0 l2=0\nOPEN id=0 l1=\"first\" l2=1\n");
    in_two = opendriver_open_utf16(two, u"rec", u"drivers32", 2);
    /* One library, but two managers: to each of them it is a module of its own. */
    CHECK_TEXT(take_log(), "LOAD id=0 l1=0 l2=0\nENABLE id=0 l1=0 l2=0\nOPEN id=0 l1=\"second\" l2=2\n");
    CHECK(in_one != NULL && in_two != NULL);

    /* The handles are numbers of each manager: they mean nothing to that of the process. */
    CHECK(SendDriverMessage(in_one, DRV_USER, 1, 2) == 0);
    CHECK_CODE(OPENDRIVER_ERROR_HANDLE);
    CHECK(opendriver_send(NULL, in_one, DRV_USER, 1, 2) == 0);
    CHECK_CODE(OPENDRIVER_ERROR_HANDLE);
    CHECK(opendriver_send(one, in_one, DRV_USER, 1, 2) == 3 && opendriver_send(two, in_two, DRV_USER, 3, 4) == 7);
    CHECK(opendriver_send(one, in_one, DRV_USER + 1, 0, 0) == (LRESULT)opendriver_driver_id(one, in_one));
    CHECK(opendriver_driver_id(one, in_one) != opendriver_driver_id(two, in_two));

    /* A driver that calls back reaches its own manager by the Windows names. */
    self_one = opendriver_open(one, "self", NULL, 0);
    self_two = opendriver_open(two, "self", NULL, 0);
    CHECK(opendriver_send(one, self_one, DRV_USER, 10, 0) == 10 && opendriver_send(two, self_two, DRV_USER, 5, 0) == 5);
    CHECK(opendriver_send(one, self_one, DRV_USER + 3, 0, 0) == 1);
    CHECK(opendriver_send(two, self_two, DRV_USER + 5, 0, 0) == 0);
    CHECK(opendriver_send(one, in_one, DRV_USER + 3, (LPARAM)client, DCB_FUNCTION) == TRUE);
    CHECK(seen_inside == opendriver_process_manager());

    CHECK(opendriver_flags(one, self_one) == DRIVER_FLAGS_OPEN);
    CHECK(opendriver_module(one, in_one) != NULL && opendriver_module(one, in_one) != opendriver_module(one, self_one));
    CHECK(opendriver_next(one, NULL, GND_FORWARD) == in_one && opendriver_next(one, in_one, GND_FORWARD) == self_one);
    CHECK(opendriver_next(one, self_one, GND_FORWARD) == NULL);
    CHECK_CODE(OPENDRIVER_OK);
    CHECK(opendriver_alias(two, in_two, text, sizeof text) == 4);
    CHECK_TEXT(text, "rec");
    CHECK(opendriver_config_path(one, text, sizeof text) == 0);
    CHECK_CODE(OPENDRIVER_ERROR_ABSENT);
    take_log();

    CHECK(opendriver_close(one, in_one, 99, 0, &answer) == TRUE && answer == 0);
    CHECK(opendriver_close(one, in_one, 0, 0, NULL) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_HANDLE);
    CHECK_TEXT(take_log(), "CLOSE id=1000 l1=63 l2=0\nDISABLE id=1000 l1=0 l2=0\nFREE id=1000 l1=0 l2=0\n");

    /* Destroying closes what is open. A driver calls back from DRV_CLOSE, and still finds its manager. */
    CHECK(opendriver_manager_destroy(two) == TRUE);
    CHECK_TEXT(take_log(), "CLOSE id=1001 l1=0 l2=0\nDISABLE id=1001 l1=0 l2=0\nFREE id=1001 l1=0 l2=0\n");
    CHECK(opendriver_send(one, self_one, DRV_USER + 5, 0, 0) == 0);
    CHECK(opendriver_manager_destroy(two) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_MANAGER);
    CHECK(opendriver_open(two, "rec", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_MANAGER);
    three = make("third");
    CHECK(three != NULL && three != two);

    CHECK(opendriver_manager_destroy(NULL) == FALSE && opendriver_manager_destroy(opendriver_process_manager()) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_MANAGER);
    CHECK(opendriver_manager_destroy((opendriver_manager *)&text) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_MANAGER);

    /* Other origins of a configuration. */
    CHECK(opendriver_manager_from_toml("personalty = 'wine'", 19, NULL) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_CONFIG_SETTINGS);
    CHECK(opendriver_manager_from_toml("\xFF", 1, NULL) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_TEXT);
    CHECK(opendriver_manager_from_ini(NULL, 5) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_NULL_ARGUMENT);
    CHECK(opendriver_manager_new("/nowhere/at/all.ini") == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_CONFIG_READ);
    CHECK(opendriver_manager_new(getenv("TEST_DIRECTORY")) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_CONFIG_NOT_A_FILE);
    {
        opendriver_manager *ini = opendriver_manager_from_ini("[Drivers32]\r\nx=none.drv\r\n", 25);
        opendriver_manager *empty = opendriver_manager_from_ini(NULL, 0), *none = opendriver_manager_new(NULL);
        opendriver_manager *file = opendriver_manager_new(in_directory("system.ini"));

        CHECK(ini != NULL && empty != NULL && none != NULL && file != NULL);
        CHECK(opendriver_open(ini, "x", "Drivers32", 0) == NULL);
        CHECK_CODE(OPENDRIVER_ERROR_NOT_FOUND);
        CHECK(opendriver_open(empty, "x", "Drivers32", 0) == NULL);
        CHECK_CODE(OPENDRIVER_ERROR_NO_ENTRY);
        CHECK(opendriver_config_path(file, text, sizeof text) == strlen(in_directory("system.ini")) + 1);
        CHECK(opendriver_open(file, "recorder", NULL, 0) != NULL);
        CHECK(opendriver_use_config(file, NULL) == TRUE);
        CHECK(opendriver_open(file, "recorder", "Drivers32", 0) == NULL);
        CHECK(opendriver_close_all(file) == 0);
        CHECK(opendriver_manager_destroy(file) && opendriver_manager_destroy(ini));
        CHECK(opendriver_manager_destroy(empty) && opendriver_manager_destroy(none));
    }
    CHECK(opendriver_manager_destroy(one) == TRUE && opendriver_manager_destroy(three) == TRUE);
    return 0;
}
