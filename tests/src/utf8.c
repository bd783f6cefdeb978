/* A driver that says that it takes UTF-8. Its id is made of the first two bytes of its parameters. */
#include <stdint.h>

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

EXPORT extern const unsigned opendriver_text;
const unsigned opendriver_text = 3;

EXPORT intptr_t DriverProc(uintptr_t id, void *driver, unsigned message, intptr_t lparam1, intptr_t lparam2)
{
    const unsigned char *text = (const unsigned char *)lparam1;

    (void)id, (void)driver, (void)lparam2;
    return message == 3 && text ? text[0] * 256 + text[1] : 1;
}
