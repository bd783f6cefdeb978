/* DriverCallback: to a function, and through a notifier to windows, threads and events. */
#include "check.h"

static int user_value;
static char told[500];

static void CALLBACK function(HDRVR device, UINT message, DWORD_PTR user, DWORD_PTR param1, DWORD_PTR param2)
{
    CHECK(GetDriverFlags(device) == DRIVER_FLAGS_OPEN);
    sprintf(told, "function %x %lu %lu %lu", message, (unsigned long)user, (unsigned long)param1, (unsigned long)param2);
}

static BOOL OPENDRIVER_CALL window(void *user, DWORD_PTR target, UINT message, WPARAM wParam, LPARAM lParam)
{
    CHECK(user == &user_value && GetDriverFlags((HDRVR)wParam) == DRIVER_FLAGS_OPEN);
    sprintf(told, "window %lx %x %ld", (unsigned long)target, message, (long)lParam);
    return TRUE;
}

static BOOL OPENDRIVER_CALL thread(void *user, DWORD target, UINT message, WPARAM wParam, LPARAM lParam)
{
    CHECK(user == &user_value && wParam != 0);
    sprintf(told, "thread %x %x %ld", (unsigned)target, message, (long)lParam);
    return TRUE;
}

static BOOL OPENDRIVER_CALL event(void *user, DWORD_PTR target)
{
    CHECK(user == &user_value);
    sprintf(told, "event %lx", (unsigned long)target);
    return target != 0xBAD;
}

static LRESULT notify(HDRVR driver, LPARAM target, LPARAM flags)
{
    told[0] = '\0';
    return SendDriverMessage(driver, DRV_USER + 3, target, flags);
}

int main(void)
{
    opendriver_notifier notifier = {sizeof notifier, &user_value, window, thread, event};
    HDRVR driver = OpenDriver(u"recorder", NULL, 0);
    char text[500];

    CHECK(driver != NULL);

    CHECK(notify(driver, (LPARAM)function, DCB_FUNCTION) == TRUE);
    CHECK_TEXT(told, "function 3c1 11 12 13");
    CHECK(notify(driver, (LPARAM)function, DCB_FUNCTION | DCB_NOSWITCH) == TRUE);

    /* Nobody has said how these are reached. */
    CHECK(DriverCallback(0x77, DCB_WINDOW, driver, 0x3C1, 0, 12, 0) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_NO_NOTIFIER);
    /* The text speaks of this interface, and not of that of Rust. */
    CHECK(opendriver_last_error_text(text, sizeof text) > 0);
    CHECK(strstr(text, "a window") != NULL && strstr(text, "opendriver_set_notifier") != NULL);
    CHECK(strstr(text, "::") == NULL);
    CHECK(DriverCallback(0x77, DCB_EVENT, driver, 0x3C1, 0, 12, 0) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_NO_NOTIFIER);

    CHECK(opendriver_set_notifier(&notifier) == TRUE);
    CHECK(notify(driver, 0x77, DCB_WINDOW) == TRUE);
    CHECK_TEXT(told, "window 77 3c1 12");
    CHECK(notify(driver, 0x88, DCB_TASK) == TRUE);
    CHECK_TEXT(told, "thread 88 3c1 12");
    CHECK(notify(driver, 0x99, DCB_EVENT) == TRUE);
    CHECK_TEXT(told, "event 99");
    CHECK(DriverCallback(0xBAD, DCB_EVENT, driver, 0, 0, 0, 0) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_UNDELIVERED);

    /* No target, and kinds that do not exist. */
    CHECK(DriverCallback(0, DCB_FUNCTION, driver, 0, 0, 0, 0) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_NO_TARGET);
    CHECK(DriverCallback((DWORD_PTR)function, DCB_NULL, driver, 0, 0, 0, 0) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_NO_TARGET);
    CHECK(DriverCallback(0x77, 4, driver, 0, 0, 0, 0) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_UNKNOWN_TARGET);

    /* A notifier without a function for threads, a wrong size, and none again. */
    notifier.post_to_thread = NULL;
    CHECK(opendriver_set_notifier(&notifier) == TRUE);
    CHECK(DriverCallback(0x88, DCB_TASK, driver, 0, 0, 0, 0) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_UNDELIVERED);
    notifier.size = 8;
    CHECK(opendriver_set_notifier(&notifier) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_ARGUMENT);
    CHECK(notify(driver, 0x77, DCB_WINDOW) == TRUE);
    CHECK(opendriver_set_notifier(NULL) == TRUE);
    CHECK(notify(driver, 0x77, DCB_WINDOW) == FALSE);

    CHECK(CloseDriver(driver, 0, 0) == 1);
    return 0;
}
