/*
 * open_send_close: opens a driver by its alias, sends it a message three times, closes it.
 *
 * Build:   cc -Iinclude -o open_send_close examples/hosts/open_send_close.c -Ltarget/release -lopendriver
 * Run:     OPENDRIVER_CONFIG=system.ini LD_LIBRARY_PATH=target/release ./open_send_close counter
 *
 * The alias is the argument, "counter" without one. It stands in the section [drivers32] of the SYSTEM.INI that
 * OPENDRIVER_CONFIG names: counter=counter.drv start=5 step=2
 */
#include <stdio.h>

#include <opendriver/opendriver.h>

static int complain(const char *what)
{
    char text[1000];

    opendriver_last_error_text(text, sizeof text);
    fprintf(stderr, "%s: %s: %s\n", what, opendriver_error_name(opendriver_last_error_code()), text);
    return 1;
}

int main(int argc, char **argv)
{
    const char *alias = argc > 1 ? argv[1] : "counter";
    HDRVR driver = OpenDriverA(alias, NULL, 0);
    int round;

    if (driver == NULL) {
        return complain("OpenDriver");
    }
    for (round = 0; round < 3; round++) {
        printf("the driver answered %ld\n", (long)SendDriverMessage(driver, DRV_USER, 0, 0));
    }
    if (!CloseDriver(driver, 0, 0)) {
        return complain("CloseDriver");
    }
    return 0;
}
