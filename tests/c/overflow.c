/* Wrong on purpose: says that a buffer is larger than it is. A checker that watches the library has to find it. */
#include "check.h"

int main(void)
{
    char *buffer = malloc(4);

    CHECK(buffer != NULL && OpenDriver(u"nobody", NULL, 0) == NULL);
    CHECK(opendriver_last_error_text(buffer, 100) > 4);
    free(buffer);
    return 0;
}
