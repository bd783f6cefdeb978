/* Enumeration, names, symbols, broadcasts, the drivers of the start, the orderly end, the log. */
#include "check.h"

typedef DWORD(CALLBACK *message_function)(UINT, UINT, DWORD_PTR, DWORD_PTR, DWORD_PTR);

static int user_value;
static char lines[20000];

static void OPENDRIVER_CALL take_line(void *user, int level, const char *target, const char *text)
{
    CHECK(user == &user_value && level >= OPENDRIVER_LOG_ERROR && level <= OPENDRIVER_LOG_TRACE);
    CHECK(strncmp(target, "opendriver", 10) == 0);
    /* The library may be used from here, and says nothing about it. */
    CHECK(opendriver_error_name(0) != NULL && GetDriverFlags(NULL) == 0);
    if (strlen(lines) + strlen(text) + 20 < sizeof lines) {
        sprintf(lines + strlen(lines), "%d %s\n", level, text);
    }
}

int main(void)
{
    HDRVR first, second, other;
    DRIVERINFOSTRUCT info;
    opendriver_answer answers[3];
    opendriver_function symbol;
    char text[4096];
    size_t failed = 77;

    CHECK(opendriver_broadcast(NULL, DRV_POWER, 0, 0, NULL, 0) == 0 && opendriver_close_all(NULL) == 0);
    CHECK_CODE(OPENDRIVER_OK);

    CHECK(opendriver_set_log(take_line, &user_value, OPENDRIVER_LOG_TRACE) == TRUE);
    first = OpenDriver(u"recorder", NULL, 0);
    CHECK(strstr(lines, "4 recorder.drv loaded") != NULL && strstr(lines, "DRV_OPEN") != NULL);
    lines[0] = '\0';
    CHECK(opendriver_set_log(take_line, &user_value, OPENDRIVER_LOG_DEBUG) == TRUE);
    second = OpenDriver(u"recorder.drv", NULL, 0);
    CHECK(SendDriverMessage(second, DRV_USER, 0, 0) == 0);
    CHECK_TEXT(lines, "");
    CHECK(opendriver_set_log(take_line, &user_value, 6) == FALSE && opendriver_set_log(take_line, NULL, -1) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_ARGUMENT);
    CHECK(opendriver_set_log(NULL, NULL, OPENDRIVER_LOG_OFF) == TRUE);
    other = OpenDriver(u"narrow.drv", NULL, 0);
    CHECK_TEXT(lines, "");
    CHECK(first != NULL && second != NULL && other != NULL);
    /* The log reaches what is open already, in every manager. */
    {
        opendriver_manager *own = opendriver_manager_new(NULL);
        HDRVR in_own = opendriver_open_file(own, in_directory("recorder.drv"), NULL, 0);

        CHECK(in_own != NULL);
        CHECK(opendriver_set_log(take_line, &user_value, OPENDRIVER_LOG_TRACE) == TRUE);
        CHECK(SendDriverMessage(first, DRV_USER, 20, 3) == 23 && strstr(lines, "DRV_USER") != NULL);
        lines[0] = '\0';
        CHECK(opendriver_send(own, in_own, DRV_USER, 20, 3) == 23 && strstr(lines, "DRV_USER") != NULL);
        CHECK(opendriver_set_log(NULL, NULL, OPENDRIVER_LOG_OFF) == TRUE);
        lines[0] = '\0';
        CHECK(opendriver_manager_destroy(own) == TRUE);
        CHECK_TEXT(lines, "");
    }

    CHECK(GetNextDriver(NULL, GND_FORWARD) == first && GetNextDriver(first, GND_FORWARD) == second);
    CHECK(GetNextDriver(second, GND_FORWARD) == other && GetNextDriver(other, GND_FORWARD) == NULL);
    CHECK(GetNextDriver(NULL, GND_REVERSE) == other && GetNextDriver(first, GND_REVERSE) == NULL);
    CHECK(GetNextDriver(first, GND_FIRSTINSTANCEONLY) == other);
    CHECK(GetNextDriver(other, GND_REVERSE | GND_FIRSTINSTANCEONLY) == first);
    CHECK_CODE(OPENDRIVER_OK);

    memset(&info, 0xEE, sizeof info);
    info.length = sizeof info;
    CHECK(GetDriverInfo(first, &info) == TRUE);
    CHECK(info.length == sizeof info && info.hDriver == first && info.hModule == GetDriverModuleHandle(first));
    CHECK_TEXT(info.szAliasName, "recorder");
    CHECK(GetDriverInfo(second, &info) == TRUE);
    CHECK_TEXT(info.szAliasName, "recorder.drv");
    info.length = 134;
    CHECK(GetDriverInfo(first, &info) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_ARGUMENT);
    CHECK(GetDriverInfo(first, NULL) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_NULL_ARGUMENT);

    CHECK(opendriver_alias(NULL, first, text, sizeof text) == sizeof "recorder");
    CHECK(opendriver_alias(NULL, second, text, sizeof text) == 0);
    CHECK_CODE(OPENDRIVER_ERROR_ABSENT);
    CHECK(opendriver_module_name(NULL, second, text, sizeof text) == sizeof "recorder.drv");
    CHECK_TEXT(text, "recorder.drv");
    CHECK(opendriver_module_path(NULL, second, text, sizeof text) == strlen(text) + 1);
    CHECK_TEXT(text, in_directory("recorder.drv"));
    CHECK(opendriver_locate(NULL, "recorder", NULL, text, sizeof text) == strlen(text) + 1);
    CHECK_TEXT(text, in_directory("recorder.drv"));
    CHECK(opendriver_locate(NULL, "nobody", NULL, text, sizeof text) == 0);
    CHECK_CODE(OPENDRIVER_ERROR_NOT_FOUND);
    CHECK(opendriver_config_path(NULL, text, sizeof text) == strlen(text) + 1);
    CHECK_TEXT(text, in_directory("system.ini"));
    CHECK(opendriver_driver_id(NULL, second) == 0x1001);

    symbol = opendriver_symbol(NULL, first, "modMessage");
    CHECK(symbol != NULL && ((message_function)symbol)(1, 2, 3, 4, 5) == 15);
    CHECK(opendriver_module_symbol(NULL, GetDriverModuleHandle(first), "modMessage") == symbol);
    CHECK(opendriver_symbol(NULL, first, "wodMessage") == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_NO_SYMBOL);
    CHECK(opendriver_symbol(NULL, first, NULL) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_NULL_ARGUMENT);
    CHECK(opendriver_module_symbol(NULL, (HMODULE)(DWORD_PTR)8, "modMessage") == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_MODULE);

    memset(answers, 0, sizeof answers);
    CHECK(opendriver_broadcast(NULL, DRV_USER, 30, 4, answers, 2) == 3);
    CHECK(answers[0].driver == first && answers[0].answer == 34 && answers[1].driver == second);
    CHECK(answers[2].driver == NULL);
    CHECK(opendriver_broadcast(NULL, DRV_POWER, 0, 0, NULL, 100) == 3);

    /* [boot] drivers=recorder nobody recorder.drv */
    CHECK(opendriver_open_boot_drivers(NULL, &failed) == 2 && failed == 1);
    CHECK_CODE(OPENDRIVER_ERROR_NOT_FOUND);
    CHECK(opendriver_open_boot_drivers(NULL, NULL) == 2);

    take_log();
    CHECK(opendriver_close_all(NULL) == 0);
    CHECK_CODE(OPENDRIVER_OK);
    CHECK(strncmp(take_log(), "CLOSE id=1000 ", 14) == 0);
    CHECK(GetNextDriver(NULL, GND_FORWARD) == NULL);
    return 0;
}
