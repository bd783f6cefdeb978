/* A driver that declares its DriverProc with 32-bit parameters, as real ones do in 64-bit builds. It has no header. */
#include <stdlib.h>

static unsigned int driver_of_open, id_of_open = 0x7ABCDEF0;

__attribute__((visibility("default"))) int DriverProc(unsigned int id, unsigned int driver, unsigned short message,
                                                      unsigned int lParam1, unsigned int lParam2);

int DriverProc(unsigned int id, unsigned int driver, unsigned short message, unsigned int lParam1, unsigned int lParam2)
{
    switch (message) {
    case 0x0003: /* DRV_OPEN */
        driver_of_open = driver;
        return (int)id_of_open;
    case 0x4000: /* is this the handle that DRV_OPEN had? */
        return driver == driver_of_open;
    case 0x4001: /* is this the id that DRV_OPEN returned? */
        return id == id_of_open;
    case 0x4002: /* what is left of the parameters? */
        return (int)(lParam1 ^ lParam2);
    case 0x4003: /* the handle, cut as it is */
        return (int)driver;
    default:
        return 1;
    }
}
