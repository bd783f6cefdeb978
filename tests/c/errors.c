/* The last error: codes, texts, the places tried, and how text is written into buffers. */
#include "check.h"

#include <pthread.h>

static void *other_thread(void *unused)
{
    (void)unused;
    CHECK_CODE(OPENDRIVER_OK);
    CHECK(OpenDriver(u"", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_NAME_EMPTY);
    return NULL;
}

static int mentions(const char *what)
{
    char text[4000] = "";

    opendriver_last_error_text(text, sizeof text);
    return strstr(text, what) != NULL;
}

int main(void)
{
    char text[4000], small[8];
    size_t size, count, index;
    pthread_t thread;
    int found = 0;

    /* Whoever prints the buffer after a failure prints nothing, and no rubbish. */
    CHECK_CODE(OPENDRIVER_OK);
    memset(text, 'x', sizeof text);
    CHECK(opendriver_last_error_text(text, sizeof text) == 0 && text[0] == '\0' && text[1] == 'x');
    text[0] = 'x';
    CHECK(opendriver_last_error_text(text, 0) == 0 && text[0] == 'x');
    CHECK(opendriver_last_error_reason(0, text, 1) == 0 && text[0] == '\0');
    text[0] = 'x';
    CHECK(opendriver_alias(NULL, NULL, text, sizeof text) == 0 && text[0] == '\0');
    text[0] = 'x';
    CHECK(opendriver_module_name(NULL, NULL, text, sizeof text) == 0 && text[0] == '\0');
    text[0] = 'x';
    CHECK(opendriver_module_path(NULL, NULL, text, sizeof text) == 0 && text[0] == '\0');
    strcpy(text, "nobody");
    CHECK(opendriver_locate(NULL, text, NULL, text, sizeof text) == 0 && text[0] == '\0');
    CHECK(mentions("nobody"));

    CHECK(OpenDriver(u"nobody", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_NOT_FOUND);
    CHECK(mentions("nobody") && mentions("system.ini"));
    count = opendriver_last_error_tried();
    CHECK(count >= 1);
    for (index = 0; index < count; index++) {
        CHECK(opendriver_last_error_place(index, text, sizeof text) == strlen(text) + 1);
        found |= strcmp(text, getenv("TEST_DIRECTORY")) == 0;
        CHECK(opendriver_last_error_reason(index, small, sizeof small) > sizeof small);
        CHECK(strlen(small) == sizeof small - 1 && strncmp(small, text, sizeof small - 1) == 0);
    }
    CHECK(found);
    CHECK(opendriver_last_error_place(count, text, sizeof text) == 0 && text[0] == '\0');
    CHECK(opendriver_last_error_reason((size_t)-1, NULL, 0) == 0);
    /* Reading has changed nothing. */
    CHECK_CODE(OPENDRIVER_ERROR_NOT_FOUND);

    /* Another thread has its own. */
    CHECK(pthread_create(&thread, NULL, other_thread, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK_CODE(OPENDRIVER_ERROR_NOT_FOUND);

    /* The size is that of the whole, whatever fits. */
    size = opendriver_last_error_text(NULL, 0);
    CHECK(size == opendriver_last_error_text(text, sizeof text) && size == strlen(text) + 1);
    memset(small, 'x', sizeof small);
    CHECK(opendriver_last_error_text(small, 0) == size && small[0] == 'x');
    CHECK(opendriver_last_error_text(small, 1) == size && small[0] == '\0' && small[1] == 'x');
    CHECK(opendriver_last_error_text(small, 4) == size && strncmp(small, text, 3) == 0 && small[3] == '\0');
    CHECK(small[4] == 'x');

    CHECK(OpenDriver(u"nobody", u"Drivers32", 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_NO_ENTRY);
    CHECK(opendriver_last_error_tried() == 0);
    CHECK(OpenDriver(u"text.drv", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_UNSUITABLE);
    CHECK(OpenDriver(u"noproc.drv", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_NO_DRIVERPROC);
    CHECK(OpenDriver(u"recorder.drv refuse", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_OPEN_REFUSED);
    CHECK(OpenDriver(u"drive", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_DRIVE_NOT_MAPPED);
    CHECK(OpenDriver(u"long", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_LINE_TOO_LONG);

    /* Values that are no handles, and handles of nobody. */
    {
        static const DWORD_PTR values[] = {0, 1, 0xFFFF, 0x100000, 0x7FFFFFFF, 0x80000000, (DWORD_PTR)-1};
        for (index = 0; index < sizeof values / sizeof *values; index++) {
            HDRVR driver = (HDRVR)values[index];

            CHECK(SendDriverMessage(driver, DRV_USER, 0, 0) == 0);
            CHECK_CODE(OPENDRIVER_ERROR_HANDLE);
            CHECK(CloseDriver(driver, 0, 0) == 0);
            CHECK_CODE(OPENDRIVER_ERROR_HANDLE);
            CHECK(GetDriverModuleHandle(driver) == NULL);
            CHECK_CODE(OPENDRIVER_ERROR_HANDLE);
            CHECK(GetDriverFlags(driver) == 0);
            CHECK_CODE(OPENDRIVER_ERROR_HANDLE);
        }
    }

    CHECK_TEXT(opendriver_error_name(OPENDRIVER_ERROR_NOT_FOUND), "OPENDRIVER_ERROR_NOT_FOUND");
    CHECK_TEXT(opendriver_error_name(OPENDRIVER_OK), "OPENDRIVER_OK");
    CHECK(opendriver_error_name(12345) == NULL);
    CHECK(strlen(opendriver_version()) >= strlen("0.0.0"));

    /* A success takes the error back. */
    CHECK(GetNextDriver(NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_OK);
    CHECK(opendriver_last_error_text(NULL, 0) == 0 && opendriver_last_error_tried() == 0);
    CHECK(GetNextDriver(NULL, 4) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_ARGUMENT);
    return 0;
}
