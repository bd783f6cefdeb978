/* What the test programs share: checks that say where they failed, and the log of the recorder driver. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <opendriver/opendriver.h>

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fail(__FILE__, __LINE__, #condition);                                                                      \
        }                                                                                                              \
    } while (0)

#define CHECK_CODE(code) check_code(__FILE__, __LINE__, (code))

#define CHECK_TEXT(actual, expected) check_text(__FILE__, __LINE__, (actual), (expected))

#if defined(__GNUC__)
#define MAYBE_UNUSED __attribute__((unused))
#else
#define MAYBE_UNUSED
#endif

/* Tells the place, the condition and the last error, and gives up. */
static void fail(const char *file, int line, const char *what)
{
    DWORD code = opendriver_last_error_code();
    char text[2000] = "";

    opendriver_last_error_text(text, sizeof text);
    fprintf(stderr, "%s:%d: %s\n(last error %u: %s)\n", file, line, what, (unsigned)code, text);
    exit(1);
}

MAYBE_UNUSED static void check_code(const char *file, int line, DWORD expected)
{
    DWORD code = opendriver_last_error_code();

    if (code != expected) {
        char what[200];

        sprintf(what, "the last error is %u, expected %u", (unsigned)code, (unsigned)expected);
        fail(file, line, what);
    }
}

MAYBE_UNUSED static void check_text(const char *file, int line, const char *actual, const char *expected)
{
    if (strcmp(actual, expected) != 0) {
        fprintf(stderr, "--- actual\n%s\n--- expected\n%s\n---\n", actual, expected);
        fail(file, line, "the texts differ");
    }
}

/* The path of a file in the directory of the test. */
MAYBE_UNUSED static const char *in_directory(const char *name)
{
    static char path[4096];
    const char *directory = getenv("TEST_DIRECTORY");

    CHECK(directory != NULL && strlen(directory) + strlen(name) + 2 < sizeof path);
    sprintf(path, "%s/%s", directory, name);
    return path;
}

/* What the recorder driver has written since the last call. */
MAYBE_UNUSED static const char *take_log(void)
{
    static char log[65536];
    const char *path = getenv("RECORDER_LOG");
    FILE *file;
    size_t length = 0;

    CHECK(path != NULL);
    file = fopen(path, "r");
    if (file != NULL) {
        length = fread(log, 1, sizeof log - 1, file);
        fclose(file);
        remove(path);
    }
    log[length] = '\0';
    return log;
}

MAYBE_UNUSED static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    CHECK(file != NULL);
    CHECK(fwrite(text, 1, strlen(text), file) == strlen(text));
    CHECK(fclose(file) == 0);
}

#endif
