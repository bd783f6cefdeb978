/* A driver that calls the library from inside DriverProc.
 *
 *   DRV_OPEN "outer"   opens another instance of itself, sends to it and closes it, before it returns
 *   DRV_USER           sends DRV_USER + 1 to itself lParam1 times, each inside the other
 *   DRV_USER + 2       closes itself
 *   DRV_USER + 3       answers whether its own handle is that of an open driver
 *   DRV_CLOSE          sends to itself
 */
#include <windows.h>
#include <mmsystem.h>

static int failures;

static void expect(int condition)
{
    if (!condition) {
        failures++;
    }
}

static int begins_with_o(LPCWSTR text)
{
    return text != NULL && text[0] == 'o';
}

__declspec(dllexport) LRESULT CALLBACK DriverProc(DWORD_PTR id, HDRVR driver, UINT message, LPARAM lParam1,
                                                  LPARAM lParam2)
{
    switch (message) {
    case DRV_OPEN:
        if (begins_with_o((LPCWSTR)lParam1)) {
            static const WCHAR alias[] = {'i', 'n', 'n', 'e', 'r', 0};
            HDRVR inner = OpenDriver(alias, NULL, 0);

            expect(inner != NULL && inner != driver);
            expect(SendDriverMessage(inner, DRV_USER + 1, 0, 0) == 0);
            expect(GetDriverModuleHandle(inner) == GetDriverModuleHandle(driver));
            expect(CloseDriver(inner, 0, 0) == 1);
            expect(SendDriverMessage(inner, DRV_USER + 1, 0, 0) == 0);
            /* The failure inside is no failure of the open around it. */
            expect(opendriver_last_error_code() == OPENDRIVER_ERROR_HANDLE);
        }
        return 0x5000;
    case DRV_CLOSE:
        expect(SendDriverMessage(driver, DRV_USER + 4, 0, 0) == 0x44);
        return 1;
    case DRV_USER:
        expect(id == 0x5000);
        return SendDriverMessage(driver, DRV_USER + 1, lParam1, lParam2);
    case DRV_USER + 1:
        return lParam1 == 0 ? 0 : 1 + SendDriverMessage(driver, DRV_USER + 1, lParam1 - 1, lParam2);
    case DRV_USER + 2:
        return CloseDriver(driver, 0, 0);
    case DRV_USER + 3:
        return GetDriverFlags(driver) == DRIVER_FLAGS_OPEN && GetDriverModuleHandle(driver) != NULL;
    case DRV_USER + 4:
        return 0x44;
    case DRV_USER + 5:
        return failures;
    default:
        return DefDriverProc(id, driver, message, lParam1, lParam2);
    }
}
