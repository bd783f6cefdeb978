/* A driver that waits for a thread that opens it: in DRV_LOAD that fails after load_wait, in DRV_OPEN it goes through. */
#include "check.h"

int main(void)
{
    HDRVR driver, of_helper;

    write_file(in_directory("waiting.toml"), "load_wait = 0.1\n");

    CHECK(setenv("WAIT_IN", "1", 1) == 0 && DRV_LOAD == 1);
    driver = OpenDriver(u"waiting.drv", NULL, 0);
    CHECK(driver != NULL);
    CHECK(SendDriverMessage(driver, DRV_USER, 0, 0) == OPENDRIVER_ERROR_BUSY);
    CHECK(SendDriverMessage(driver, DRV_USER + 1, 0, 0) == 0);
    CHECK(CloseDriver(driver, 0, 0) == 1);

    CHECK(setenv("WAIT_IN", "3", 1) == 0 && DRV_OPEN == 3);
    driver = OpenDriver(u"waiting.drv", NULL, 0);
    CHECK(driver != NULL);
    CHECK(SendDriverMessage(driver, DRV_USER, 0, 0) == OPENDRIVER_OK);
    of_helper = (HDRVR)SendDriverMessage(driver, DRV_USER + 1, 0, 0);
    CHECK(GetDriverFlags(of_helper) == DRIVER_FLAGS_OPEN && of_helper != driver);
    CHECK(CloseDriver(of_helper, 0, 0) == 1 && CloseDriver(driver, 0, 0) == 1);
    return 0;
}
