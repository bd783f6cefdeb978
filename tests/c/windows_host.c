/* A host for Windows: the driver of 1995 through opendriver.dll, and callbacks to a real event and a real thread. */
#include "check.h"

int main(void)
{
    DRVCONFIGINFO info = {sizeof info, NULL, L"classic"};
    HDRVR driver;
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    MSG message;
    char text[1000];

    SetEnvironmentVariableW(L"OPENDRIVER_CONFIG", L"system.ini");
    driver = OpenDriver(L"classic", NULL, 0);
    CHECK(driver != NULL && (DWORD_PTR)driver <= 0x7FFFFFFF);
    CHECK(SendDriverMessage(driver, DRV_QUERYCONFIGURE, 0, 0) == 1);
    CHECK(SendDriverMessage(driver, DRV_CONFIGURE, 0, (LPARAM)&info) == DRVCNF_RESTART);
    CHECK(SendDriverMessage(driver, DRV_USER, 0x1234, 0) == 0x11234);
    CHECK(SendDriverMessage(driver, 0x0E, 0, 0) == 0);
    CHECK(GetDriverModuleHandle(driver) == GetModuleHandleW(L"classic.dll"));
    CHECK(opendriver_symbol(NULL, driver, "DriverProc") != NULL);
    CHECK(opendriver_module_path(NULL, driver, text, sizeof text) > 0 && strstr(text, "classic.dll") != NULL);

    CHECK(event != NULL && WaitForSingleObject(event, 0) == WAIT_TIMEOUT);
    CHECK(DriverCallback((DWORD_PTR)event, DCB_EVENT, driver, 0, 0, 0, 0) == TRUE);
    CHECK(WaitForSingleObject(event, 0) == WAIT_OBJECT_0);
    PeekMessageW(&message, NULL, 0, 0, PM_NOREMOVE);
    CHECK(DriverCallback(GetCurrentThreadId(), DCB_TASK, driver, 0x3C1, 0, 42, 0) == TRUE);
    CHECK(PeekMessageW(&message, NULL, 0x3C1, 0x3C1, PM_REMOVE) != 0);
    CHECK(message.wParam == (WPARAM)driver && message.lParam == 42);

    CHECK(CloseDriver(driver, 0, 0) == 1 && CloseDriver(driver, 0, 0) == 0);
    CHECK_CODE(OPENDRIVER_ERROR_HANDLE);
    CHECK(OpenDriver(L"nobody", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_NOT_FOUND);
    printf("all is well\n");
    return 0;
}
