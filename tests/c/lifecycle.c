/* The life cycle under the Windows names: which messages go out, in which order, with what. */
#include "check.h"

int main(void)
{
    HDRVR first, second;
    HMODULE module;

    /* Nothing has been opened: nothing is there, and that is not an error of the configuration. */
    CHECK(SendDriverMessage((HDRVR)(DWORD_PTR)0x100000, DRV_USER, 1, 2) == 0);
    CHECK_CODE(OPENDRIVER_ERROR_HANDLE);
    CHECK(GetNextDriver(NULL, GND_FORWARD) == NULL);
    CHECK_CODE(OPENDRIVER_OK);

    first = OpenDriver(u"recorder", NULL, 0x42);
    CHECK(first != NULL);
    CHECK_CODE(OPENDRIVER_OK);
    CHECK((DWORD_PTR)first >= 0x10000 && (DWORD_PTR)first <= 0x7FFFFFFF);
    CHECK_TEXT(take_log(), "LOAD id=0 l1=0 l2=0\n"
                           "ENABLE id=0 l1=0 l2=0\n"
                           "OPEN id=0 l1=\"hello  world\" l2=42\n");

    /* The second instance: by the file name, in another case, with parameters of its own. */
    second = OpenDriver(u"RECORDER.DRV more", NULL, -1);
    CHECK(second != NULL && second != first);
    CHECK_TEXT(take_log(), "OPEN id=0 l1=\"more\" l2=ffffffffffffffff\n");

    CHECK(SendDriverMessage(first, DRV_USER, 40, 2) == 42);
    CHECK(SendDriverMessage(first, DRV_USER, 40, -41) == -1);
    CHECK(SendDriverMessage(first, DRV_USER + 1, 0, 0) == 0x1000);
    CHECK(SendDriverMessage(second, DRV_USER + 1, 0, 0) == 0x1001);
    CHECK(SendDriverMessage(first, DRV_USER + 2, 0, 0) == (LRESULT)first);
    CHECK(DrvSendMessage(first, DRV_INSTALL, 0, 0) == DRVCNF_OK);
    CHECK(SendDriverMessage(first, 0xFFFFFFFF, 0, 0) == 0);
    CHECK_CODE(OPENDRIVER_OK);
    take_log();

    module = GetDriverModuleHandle(first);
    CHECK(module != NULL && module == DrvGetModuleHandle(second));
    CHECK(GetDriverFlags(first) == DRIVER_FLAGS_OPEN);

    CHECK(CloseDriver(first, 5, 6) == 1);
    CHECK_TEXT(take_log(), "CLOSE id=1000 l1=5 l2=6\n");
    CHECK(CloseDriver(first, 5, 6) == 0);
    CHECK_CODE(OPENDRIVER_ERROR_HANDLE);
    CHECK(SendDriverMessage(first, DRV_USER, 1, 2) == 0);
    CHECK_CODE(OPENDRIVER_ERROR_HANDLE);
    CHECK(GetDriverModuleHandle(first) == NULL && GetDriverFlags(first) == 0);
    CHECK_TEXT(take_log(), "");

    /* An answer of 0 closes all the same. */
    CHECK(DrvClose(second, 99, 0) == 1);
    CHECK_TEXT(take_log(), "CLOSE id=1001 l1=63 l2=0\n"
                           "DISABLE id=1001 l1=0 l2=0\n"
                           "FREE id=1001 l1=0 l2=0\n");

    CHECK(DefDriverProc(1, NULL, DRV_LOAD, 0, 0) == 1 && DefDriverProc(1, NULL, DRV_OPEN, 0, 0) == 0);
    CHECK(DrvDefDriverProc(1, NULL, DRV_REMOVE, 0, 0) == DRVCNF_OK && DrvDefDriverProc(1, NULL, DRV_USER, 0, 0) == 0);

    /* Left open: the end of the process sends nothing. The test looks at the log. */
    CHECK(OpenDriver(u"recorder", u"Drivers32", 0) != NULL);
    return 0;
}
