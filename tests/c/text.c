/* Names and parameters as UTF-16, in the ANSI code page, and as UTF-8; what is none of these; NULL. */
#include "check.h"

#define OPENED(parameters) "LOAD id=0 l1=0 l2=0\nENABLE id=0 l1=0 l2=0\nOPEN id=0 l1=" parameters " l2=0\n"

static void closed(HDRVR driver)
{
    CHECK(driver != NULL);
    CHECK(CloseDriver(driver, 0, 0) == 1);
    take_log();
}

int main(void)
{
    static const WCHAR half[] = {'a', 0xD800, 'b', 0};
    HDRVR driver;

    /* The alias is caf, e acute in code page 1252; the parameters have an e acute and a euro sign. */
    driver = OpenDriver(u"caf\u00E9", NULL, 0);
    CHECK_TEXT(take_log(), OPENED("\"\\u00E9\\u20AC\""));
    closed(driver);
    driver = OpenDriverA("CAF\xC9", "DRIVERS32", 0);
    CHECK_TEXT(take_log(), OPENED("\"\\u00E9\\u20AC\""));
    closed(driver);
    driver = DrvOpenA("caf\xE9", NULL, 0);
    CHECK_TEXT(take_log(), OPENED("\"\\u00E9\\u20AC\""));
    closed(driver);
    driver = opendriver_open(NULL, "caf\xC3\xA9", NULL, 0);
    CHECK_TEXT(take_log(), OPENED("\"\\u00E9\\u20AC\""));
    closed(driver);

    /* Beyond the basic plane: two units. */
    driver = DrvOpen(u"recorder.drv \U0001F3B5", NULL, 0);
    CHECK_TEXT(take_log(), OPENED("\"\\uD83C\\uDFB5\""));
    closed(driver);
    driver = opendriver_open(NULL, "recorder.drv \xF0\x9F\x8E\xB5", NULL, 0);
    CHECK_TEXT(take_log(), OPENED("\"\\uD83C\\uDFB5\""));
    closed(driver);
    driver = opendriver_open_utf16(NULL, u"recorder.drv", NULL, 0);
    CHECK_TEXT(take_log(), OPENED("0"));
    closed(driver);

    /* NULL, where Windows crashes. */
    CHECK(OpenDriver(NULL, NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_NULL_ARGUMENT);
    CHECK(OpenDriver(NULL, u"Drivers32", 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_NULL_ARGUMENT);
    CHECK(OpenDriverA(NULL, NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_NULL_ARGUMENT);
    CHECK(opendriver_open(NULL, NULL, NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_NULL_ARGUMENT);
    CHECK(opendriver_open_file(NULL, NULL, NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_NULL_ARGUMENT);

    CHECK(OpenDriver(u"", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_NAME_EMPTY);
    CHECK(OpenDriverA("  ", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_NAME_EMPTY);
    CHECK(OpenDriver(half, NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_TEXT);
    CHECK(OpenDriver(u"recorder", half, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_TEXT);
    CHECK(opendriver_open(NULL, "caf\xE9", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_TEXT);

    /* A path with a blank, which OpenDriver would split. */
    CHECK(opendriver_open(NULL, in_directory("with blank/recorder.drv"), NULL, 0) == NULL);
    driver = opendriver_open_file(NULL, in_directory("with blank/recorder.drv"), "a  b", 0);
    CHECK_TEXT(take_log(), OPENED("\"a  b\""));
    closed(driver);
    return 0;
}
