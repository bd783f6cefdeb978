/* OPENDRIVER_PERSONALITY names none: every open fails and says so. */
#include "check.h"

int main(void)
{
    char text[500];

    CHECK(OpenDriver(u"recorder", NULL, 0) == NULL);
    CHECK_CODE(OPENDRIVER_ERROR_CONFIG_PERSONALITY);
    CHECK(opendriver_last_error_text(text, sizeof text) > 0);
    CHECK(strstr(text, "OPENDRIVER_PERSONALITY") != NULL && strstr(text, "win31") != NULL);
    CHECK(opendriver_use_config(NULL, in_directory("system.ini")) == FALSE);
    CHECK_CODE(OPENDRIVER_ERROR_CONFIG_PERSONALITY);
    return 0;
}
