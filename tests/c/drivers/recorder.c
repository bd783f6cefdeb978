/* A driver that writes every message it gets into the file named by the environment variable RECORDER_LOG.
 *
 *   DRV_OPEN "refuse"    refuses; "noload" in the name of the log makes DRV_LOAD refuse
 *   DRV_CLOSE            answers 1, or 0 for lParam1 = 99 and for an instance opened with "keep"
 *   DRV_USER             answers lParam1 + lParam2
 *   DRV_USER + 1         answers the id
 *   DRV_USER + 2         answers the handle
 *   DRV_USER + 3         calls back: lParam1 is the target, lParam2 the flags of DriverCallback
 */
#include <windows.h>
#include <mmsystem.h>
#include <mmddk.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static LRESULT next_id = 0x1000;
static LRESULT kept_id;

/* It reads UTF-16, whatever personality the manager has. */
__declspec(dllexport) extern const unsigned int opendriver_text;
const unsigned int opendriver_text = OPENDRIVER_TEXT_UTF16;

/* The text of DRV_OPEN, what is not ASCII as \uXXXX. */
static void narrow(LPCWSTR text, char *buffer, size_t size)
{
    size_t length = 0;

    buffer[0] = '\0';
    for (; *text != 0 && length + 7 < size; text++) {
        if (*text < 0x80) {
            buffer[length++] = (char)*text;
            buffer[length] = '\0';
        } else {
            length += (size_t)sprintf(buffer + length, "\\u%04X", (unsigned)*text);
        }
    }
}

static void record(const char *message, DWORD_PTR id, LPARAM lParam1, LPARAM lParam2, const char *text)
{
    const char *path = getenv("RECORDER_LOG");
    FILE *file = path != NULL ? fopen(path, "a") : NULL;
    char line[600];

    if (file == NULL) {
        return;
    }
    if (text != NULL) {
        sprintf(line, "%s id=%lx l1=\"%.400s\" l2=%lx\n", message, (unsigned long)id, text, (unsigned long)lParam2);
    } else {
        sprintf(line, "%s id=%lx l1=%lx l2=%lx\n", message, (unsigned long)id, (unsigned long)lParam1,
                (unsigned long)lParam2);
    }
    fwrite(line, 1, strlen(line), file);
    fclose(file);
}

__declspec(dllexport) LRESULT CALLBACK DriverProc(DWORD_PTR id, HDRVR driver, UINT message, LPARAM lParam1,
                                                  LPARAM lParam2)
{
    static const char *const names[] = {"0", "LOAD", "ENABLE", "OPEN", "CLOSE", "DISABLE", "FREE"};
    char number[16], text[400];
    const char *name = number;

    if (message < sizeof names / sizeof *names) {
        name = names[message];
    } else {
        sprintf(number, "%x", message);
    }
    if (message == DRV_OPEN && lParam1 != 0) {
        narrow((LPCWSTR)lParam1, text, sizeof text);
        record(name, id, lParam1, lParam2, text);
    } else {
        text[0] = '\0';
        record(name, id, lParam1, lParam2, NULL);
    }
    switch (message) {
    case DRV_LOAD: {
        const char *path = getenv("RECORDER_LOG");
        return path == NULL || strstr(path, "noload") == NULL;
    }
    case DRV_ENABLE:
    case DRV_DISABLE:
    case DRV_FREE:
        return 1;
    case DRV_OPEN:
        if (strcmp(text, "keep") == 0) {
            kept_id = next_id;
        }
        return strcmp(text, "refuse") == 0 ? 0 : __sync_fetch_and_add(&next_id, 1);
    case DRV_CLOSE:
        return lParam1 != 99 && (LRESULT)id != kept_id;
    case DRV_USER:
        return lParam1 + lParam2;
    case DRV_USER + 1:
        return (LRESULT)id;
    case DRV_USER + 2:
        return (LRESULT)driver;
    case DRV_USER + 3:
        return DriverCallback((DWORD_PTR)lParam1, (DWORD)lParam2, driver, 0x3C1, 11, 12, 13);
    default:
        return DefDriverProc(id, driver, message, lParam1, lParam2);
    }
}

__declspec(dllexport) DWORD CALLBACK modMessage(UINT device, UINT message, DWORD_PTR user, DWORD_PTR p1, DWORD_PTR p2)
{
    return (DWORD)(device + message + user + p1 + p2);
}
