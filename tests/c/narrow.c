/* A driver whose DriverProc has 32-bit parameters: handle and id survive, and so do parameters that fit. */
#include "check.h"

int main(void)
{
    HDRVR driver = OpenDriver(u"narrow.drv", NULL, 0);

    CHECK(driver != NULL);
    CHECK(SendDriverMessage(driver, 0x4000, 0, 0) == 1);
    CHECK(SendDriverMessage(driver, 0x4001, 0, 0) == 1);
    CHECK((int)SendDriverMessage(driver, 0x4002, 0x55, 0xAA) == 0xFF);
    /* The handle that it has stored in 32 bits, signed ones even, is good for the library. */
    {
        LRESULT cut = SendDriverMessage(driver, 0x4003, 0, 0);

        CHECK((int)cut == (int)(DWORD_PTR)driver);
        CHECK(SendDriverMessage((HDRVR)(LONG_PTR)(int)cut, 0x4001, 0, 0) == 1);
        CHECK(SendDriverMessage((HDRVR)(DWORD_PTR)(unsigned)cut, 0x4001, 0, 0) == 1);
    }
    CHECK(CloseDriver(driver, 0, 0) == 1);
    return 0;
}
