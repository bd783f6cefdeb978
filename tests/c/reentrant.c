/* A driver that calls back from inside DriverProc: opens, sends to and closes instances, itself included. */
#include "check.h"

int main(void)
{
    HDRVR driver = OpenDriver(u"outer", NULL, 0), again;

    CHECK(driver != NULL);
    CHECK_CODE(OPENDRIVER_OK);
    CHECK(SendDriverMessage(driver, DRV_USER, 100, 0) == 100);
    CHECK(SendDriverMessage(driver, DRV_USER + 3, 0, 0) == 1);
    CHECK(SendDriverMessage(driver, DRV_USER + 5, 0, 0) == 0);

    again = OpenDriver(u"outer", NULL, 0);
    CHECK(again != NULL && CloseDriver(driver, 0, 0) == 1);
    CHECK(SendDriverMessage(again, DRV_USER + 5, 0, 0) == 0);

    /* It closes itself, the last instance, from inside a message: the library goes when the message is over. */
    CHECK(SendDriverMessage(again, DRV_USER + 2, 0, 0) == 1);
    CHECK_CODE(OPENDRIVER_OK);
    CHECK(CloseDriver(again, 0, 0) == 0);
    CHECK_CODE(OPENDRIVER_ERROR_HANDLE);
    CHECK(GetNextDriver(NULL, GND_FORWARD) == NULL);
    return 0;
}
