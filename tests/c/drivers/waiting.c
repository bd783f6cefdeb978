/* A driver whose helper thread opens the driver as well. It is started in DRV_LOAD, and waited for in the message whose
 * number the environment variable WAIT_IN says. DRV_USER answers the last error of the helper's open, DRV_USER + 1 its
 * handle. */
#include <pthread.h>
#include <stdlib.h>

#include <windows.h>
#include <mmsystem.h>

static pthread_t helper;
static HDRVR opened;
static DWORD code;

static void *help(void *nothing)
{
    opened = OpenDriver(u"waiting.drv", NULL, 0);
    code = opendriver_last_error_code();
    return nothing;
}

static void wait_in(UINT message)
{
    static int done;

    /* The helper's own open arrives here, too. It is past DRV_LOAD then, which has written `helper`. */
    if ((UINT)atoi(getenv("WAIT_IN")) == message && !done && !pthread_equal(pthread_self(), helper)) {
        done = 1;
        pthread_join(helper, NULL);
    }
}

OPENDRIVER_EXPORT LRESULT CALLBACK DriverProc(DWORD_PTR id, HDRVR driver, UINT message, LPARAM lParam1, LPARAM lParam2)
{
    switch (message) {
    case DRV_LOAD:
        if (pthread_create(&helper, NULL, help, NULL) != 0) {
            return 0;
        }
        wait_in(DRV_LOAD);
        return 1;
    case DRV_OPEN:
        wait_in(DRV_OPEN);
        return 1;
    case DRV_USER:
        return (LRESULT)code;
    case DRV_USER + 1:
        return (LRESULT)opened;
    default:
        return DefDriverProc(id, driver, message, lParam1, lParam2);
    }
}
